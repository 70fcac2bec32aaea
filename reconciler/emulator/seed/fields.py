"""Base class and field types of seeds and control bodies."""

from __future__ import annotations

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
from pydantic_core import PydanticKnownError

from reconciler.emulator.seed.error_messages import message_for
from reconciler.emulator.state.clock import format_time, parse_time
from reconciler.emulator.state.directory import DOMAIN, GUID, PARTNER_ID, Directory
from reconciler.emulator.state.people import EVERYWHERE

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
        lines = [
            message_for(found, model, value, what) for found in error.errors(include_url=False)
        ]
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
