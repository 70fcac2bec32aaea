"""Typed access to mappings from YAML or JSON, with the place of the first error."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from reconciler.emulator.state.clock import parse_time
from reconciler.emulator.state.directory import GUID
from reconciler.emulator.state.links import PARTNER_ID

T = TypeVar("T")


class BadSeed(ValueError):
    """An invalid seed or body of a control request: the place and the error."""


class Fields:
    """The fields of one mapping. Ask for each, then call `finish` to refuse the others."""

    def __init__(self, value: object, where: str) -> None:
        """`where` names the mapping in errors, as in `links[2]`; the outermost has no name.

        Raises BadSeed when the value is no mapping.
        """
        if not isinstance(value, Mapping):
            raise BadSeed(f"{where or 'the seed'}: expected a mapping, got {_kind(value)}")
        self.where = where
        self._fields = value
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Say whether the key exists, also with the value null."""
        return key in self._fields

    def allow(self, key: str) -> None:
        """Accept a key that is read elsewhere or not at all."""
        self._asked.add(key)

    def path(self, key: str) -> str:
        """Return the name of a field in errors."""
        return f"{self.where}.{key}" if self.where else key

    def text(self, key: str) -> str | None:
        """Return a text, or None when the field is absent or null."""
        value = self._value(key)
        if value is None or isinstance(value, str):
            return value
        raise BadSeed(f"{self.path(key)}: expected a text, got {_kind(value)}; quote it")

    def guid(self, key: str) -> str | None:
        """Return a GUID in lower case, or None."""
        text = self.text(key)
        if text is not None and not GUID.fullmatch(text.lower()):
            raise BadSeed(f"{self.path(key)}: {text!r} is not a GUID")
        return text.lower() if text else None

    def partner_id(self, key: str) -> str | None:
        """Return a partner ID, or None."""
        text = self.text(key)
        if text is not None and not PARTNER_ID.fullmatch(text):
            raise BadSeed(f"{self.path(key)}: {text!r} is not a partner ID (4 to 10 digits)")
        return text

    def time(self, key: str) -> int | None:
        """Return a time in ticks of 100 ns since 1970, or None."""
        text = self.text(key)
        try:
            return None if text is None else parse_time(text)
        except ValueError as error:
            raise BadSeed(f"{self.path(key)}: {error}") from None

    def whole(self, key: str, *, least: int = 0, most: int | None = None) -> int | None:
        """Return a whole number between the bounds, or None."""
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadSeed(f"{self.path(key)}: expected a whole number, got {_kind(value)}")
        if value < least or (most is not None and value > most):
            bounds = f"at least {least}" if most is None else f"from {least} to {most}"
            raise BadSeed(f"{self.path(key)}: expected {bounds}, got {value}")
        return value

    def seconds(self, key: str, *, can_be_negative: bool = False) -> float | None:
        """Return a number of seconds, or None."""
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise BadSeed(f"{self.path(key)}: expected seconds, got {_kind(value)}")
        if not (can_be_negative or value >= 0):
            raise BadSeed(f"{self.path(key)}: expected no negative number, got {value}")
        return float(value)

    def flag(self, key: str) -> bool:
        """Return true or false; false when absent."""
        value = self._value(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise BadSeed(f"{self.path(key)}: expected true or false, got {_kind(value)}")

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """Return one of `choices`, or None."""
        text = self.text(key)
        if text is not None and text not in choices:
            raise BadSeed(f"{self.path(key)}: expected one of {', '.join(choices)}, got {text!r}")
        return text

    def mapping(self, key: str) -> Mapping[str, Any] | None:
        """Return a mapping whose keys are texts, or None."""
        value = self._value(key)
        if value is None:
            return None
        inner = Fields(value, self.path(key))
        for name in inner._fields:
            if not isinstance(name, str):
                raise BadSeed(f"{inner.where}: the key {name!r} is {_kind(name)}; quote it")
        return inner._fields

    def items(self, key: str, read: Callable[[Fields], T]) -> tuple[T, ...] | None:
        """Read a list of mappings with `read`; return None when the field is absent."""
        found = [read(Fields(value, where)) for value, where in self._list(key)]
        return tuple(found) if self._value(key) is not None else None

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Return a list of texts, which may be written as one text; None when absent."""
        if isinstance(self._value(key), str):
            return (str(self._value(key)),)
        for value, where in self._list(key):
            if not isinstance(value, str):
                raise BadSeed(f"{where}: expected a text, got {_kind(value)}; quote it")
        value = self._value(key)
        return None if value is None else tuple(value)

    def need(self, key: str, value: T | None) -> T:
        """Return a required value."""
        if value is None:
            raise BadSeed(f"{self.path(key)}: is missing")
        return value

    def finish(self) -> None:
        """Reject the first key that was not read."""
        for key in self._fields:
            if key not in self._asked:
                near = difflib.get_close_matches(str(key), self._asked, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise BadSeed(f"{self.path(str(key))}: unknown key{hint}")

    def _value(self, key: str) -> Any:
        self._asked.add(key)
        return self._fields.get(key)

    def _list(self, key: str) -> Iterator[tuple[Any, str]]:
        value = self._value(key)
        if value is not None and not isinstance(value, list):
            raise BadSeed(f"{self.path(key)}: expected a list, got {_kind(value)}")
        for position, item in enumerate(value or ()):
            yield item, f"{self.path(key)}[{position}]"


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    if value is None:
        return "nothing"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {value}"
    return names.get(type(value), f"a {type(value).__name__}")
