"""Base class and field types of seeds and control bodies, and the texts of their errors."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticKnownError

from reconciler.emulator.state.clock import format_time, parse_time
from reconciler.emulator.state.directory import DOMAIN, GUID, PARTNER_ID, Directory
from reconciler.emulator.state.people import EVERYWHERE

EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "seconds",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "frozen_set_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
}
IS_KEY = "[key]"
"""The last step of pydantic's path to a key of a mapping."""

ModelT = TypeVar("ModelT", bound=BaseModel)


class BadSeed(ValueError):
    """An invalid seed or body of a control request: one line for each error, with its place."""


class Part(BaseModel):
    """A mapping of a seed or a control body. Null means absent where the field cannot be None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or None not in value.values():
            return value
        fields = cls.model_fields
        never_null = {n for n in fields if type(None) not in get_args(fields[n].annotation)}
        return {n: item for n, item in value.items() if item is not None or n not in never_null}


def check(
    model: type[ModelT],
    value: object,
    directory: Directory | None = None,
    what: str = "the body",
    **context: object,
) -> ModelT:
    """Read a mapping as a model.

    directory: where names of tenants are looked up; by default every tenant exists
    what: what the whole value is called in errors
    context: what further lookups need

    Raises BadSeed with all errors.
    """
    try:
        return model.model_validate(
            value, context={"directory": directory or Directory(), **context}
        )
    except ValidationError as error:
        lines = [_line(found, model, value, what) for found in error.errors(include_url=False)]
        raise BadSeed("\n".join(dict.fromkeys(lines))) from None


def refuse_twins(keys: Iterable[Hashable]) -> None:
    """Raise ValueError with the first key that is listed twice."""
    seen = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{' '.join(key) if isinstance(key, tuple) else key} is listed twice")
        seen.add(key)


def _matching(accepts: Callable[[str], object], what: str) -> AfterValidator:
    def matched(text: str) -> str:
        if not accepts(text):
            raise ValueError(f"{text!r} is not {what}")
        return text

    return AfterValidator(matched)


def _ticks(text: object) -> int:
    if not isinstance(text, str):
        raise PydanticKnownError("string_type")
    return parse_time(text)


def _tenant_id(name: str, info: ValidationInfo) -> str:
    directory: Directory = info.context["directory"] if info.context else Directory()
    tenant = directory.tenant(name)
    if tenant is None:
        raise ValueError(f"there is no tenant {name!r}")
    return tenant.tenant_id


def _tenant_id_or_all(name: str, info: ValidationInfo) -> str:
    return name if name == EVERYWHERE else _tenant_id(name, info)


_OneOrMore = BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
_Lower = AfterValidator(str.lower)

Flag = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
ErrorStatus = Annotated[int, Field(strict=True, ge=400, le=599)]
Seconds = Annotated[float, Field(strict=True, ge=0)]
Difference = Annotated[float, Field(strict=True)]
"""Seconds that may be negative."""

Lower = Annotated[str, _Lower]
Guid = Annotated[str, _Lower, _matching(GUID.fullmatch, "a GUID")]
PartnerId = Annotated[str, _matching(PARTNER_ID.fullmatch, "a partner ID (4 to 10 digits)")]
Domain = Annotated[str, _Lower, _matching(DOMAIN.fullmatch, "a domain")]
HttpsUrl = Annotated[str, _matching(lambda url: url.startswith("https://"), "an https URL")]
Time = Annotated[
    int, BeforeValidator(_ticks), PlainSerializer(format_time, when_used="json-unless-none")
]
"""A time in ticks of 100 ns since 1970."""

Texts = Annotated[tuple[str, ...], _OneOrMore]
Domains = Annotated[tuple[Domain, ...], _OneOrMore]
TenantId = Annotated[str, AfterValidator(_tenant_id)]
"""The GUID of a tenant that is named by GUID or domain."""

TenantIds = Annotated[frozenset[TenantId], _OneOrMore]
TenantIdsOrAll = Annotated[frozenset[Annotated[str, AfterValidator(_tenant_id_or_all)]], _OneOrMore]
ObjectIds = dict[TenantId, Guid]


def _line(error: ErrorDetails, model: type[BaseModel], value: object, what: str) -> str:
    location = error["loc"]
    if location[-1:] == (IS_KEY,):
        location = location[:-1]
        if error["type"] == "string_type":
            key = location[-1]
            where = _path(location[:-1], value)
            return f"{where or what}: the key {key!r} is {_kind(key)}; quote it"
    return f"{_path(location, value) or what}: {_message(error, model)}"


def _path(location: tuple[int | str, ...], value: Any) -> str:
    """Return `links[2].partner_id`. A text in place of a list has no position."""
    path = ""
    for step in location:
        if isinstance(step, int) and isinstance(value, str):
            continue
        path += f"[{step}]" if isinstance(value, list | tuple) else f".{step}"
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    return path.removeprefix(".")


def _message(error: ErrorDetails, model: type[BaseModel]) -> str:
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(context["error"])
    if kind == "invalid_key":
        return "expected a text as key; quote it"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), _keys(model, error["loc"]), n=1)
        return f"unknown key; did you mean {near[0]}?" if near else "unknown key"
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ")
        return f"expected one of {choices}, got {_kind(given) if given is None else repr(given)}"
    if kind == "greater_than_equal":
        least = context["ge"]
        return f"expected {f'at least {least}' if least else 'no negative number'}, got {given}"
    if kind == "less_than_equal":
        return f"expected at most {context['le']}, got {given}"
    expected = EXPECTED.get(kind, error["msg"])
    if "secrets" in error["loc"]:  # no value of a secret is shown
        return f"expected {expected}; quote it"
    hint = "; quote it" if kind == "string_type" else ""
    return f"expected {expected}, got {_kind(given)}{hint}"


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> Iterable[str]:
    """Return the keys of the mapping that the last step of `location` is in."""
    for step in location[:-1]:
        field = model.model_fields.get(str(step))
        model = (field and _model_in(field.annotation)) or model
    return model.model_fields


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    if value is None:
        return "nothing"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value}"
    return names.get(type(value), f"a {type(value).__name__}")
