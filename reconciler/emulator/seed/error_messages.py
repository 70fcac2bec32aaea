"""Texts of the errors of seeds and control bodies."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

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


def message_for(error: ErrorDetails, model: type[BaseModel], value: object, what: str) -> str:
    """Return one line for an error: its place, and what is wrong there.

    model, value: what was read, and as what
    what: what the whole value is called
    """
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
