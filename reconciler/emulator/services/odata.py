"""Filters of OData: `and`, `or`, brackets, and `column eq value`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z_][\w]*|[0-9a-fA-F-]{36}|-?[0-9]+|'(?:[^']|'')*')", re.ASCII)
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
CONSTANTS = {"true": True, "false": False, "null": None}


class BadFilter(ValueError):
    """A filter that is not understood."""


def matching(text: str) -> Test:
    """Return the test that a filter describes.

    Raises BadFilter.
    """
    tokens, position = [], 0
    while position < len(text.rstrip()):
        found = GUID.match(text, position) or TOKEN.match(text, position)
        if found is None:
            raise BadFilter(f"there is an error at position {position} of the filter")
        tokens.append(found[0].strip())
        position = found.end()
        while text[position : position + 1] == " ":
            position += 1
    test = _either(tokens)
    if tokens:
        raise BadFilter(f"{tokens[0]!r} was not expected")
    return test


def _either(tokens: list[str]) -> Test:
    tests = [_all(tokens)]
    while tokens[:1] == ["or"]:
        tokens.pop(0)
        tests.append(_all(tokens))
    return lambda row: any(test(row) for test in tests)


def _all(tokens: list[str]) -> Test:
    tests = [_one(tokens)]
    while tokens[:1] == ["and"]:
        tokens.pop(0)
        tests.append(_one(tokens))
    return lambda row: all(test(row) for test in tests)


def _one(tokens: list[str]) -> Test:
    if tokens[:1] == ["("]:
        tokens.pop(0)
        test = _either(tokens)
        if tokens[:1] != [")"]:
            raise BadFilter("a bracket is not closed")
        tokens.pop(0)
        return test
    if len(tokens) < 3 or tokens[1] != "eq":
        raise BadFilter("expected a comparison with eq")
    column, _, text = tokens.pop(0), tokens.pop(0), tokens.pop(0)
    value = _value(text)

    def is_equal(row: Row) -> bool:
        if column not in row:
            raise BadFilter(f"Could not find a property named '{column}'")
        known = row[column]
        is_id = isinstance(known, str) and GUID.fullmatch(known) is not None
        if is_id and text.startswith("'"):
            raise BadFilter("a GUID is written without quotes")
        return bool(known == value)

    return is_equal


def _value(text: str) -> Any:
    if text.lower() in CONSTANTS:
        return CONSTANTS[text.lower()]
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if GUID.fullmatch(text):
        return text.lower()
    try:
        return int(text)
    except ValueError:
        raise BadFilter(f"{text!r} is no value") from None
