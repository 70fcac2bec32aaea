"""YAML reader: text to a tree with locations, or the errors of its syntax.

It takes the parser's events, because libyaml's composer overflows the stack on deep nesting, and
because values can be counted as they come: a YAML bomb is refused early. Keys are always text.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

import yaml

from reconciler.config.reading.diagnostics import Diagnostics, Spot, location, quoted
from reconciler.config.reading.secret_patterns import looks_secret
from reconciler.config.reading.tree import Items, Node, Plain, Table

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader if PyYAML has it: seven times as fast, with the same results."""

DEEPEST = 32
"""Levels of nesting, with aliases expanded. A tenants.yaml needs eight."""

TOO_DEEP = f"nested deeper than {DEEPEST} levels; a tenants.yaml needs eight"

MOST_VALUES = 1_000_000
"""Values in one file, with aliases expanded: about 60,000 tenants."""

TOO_MANY = f"more than {MOST_VALUES:,} values, aliases expanded; split it into several files"
_CORE = "tag:yaml.org,2002:"
_HARMLESS_TAGS = frozenset({None, "!", f"{_CORE}str", f"{_CORE}map", f"{_CORE}seq"})
LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_TAB_INDENT = re.compile("[ -]*\t")
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers


def read(text: str, file: int, complaints: Diagnostics) -> Node | None:
    """Read one document; `file` is its number in `complaints`.

    Returns its root; None if the document is empty or an error was added.
    """
    builder = _Builder(file, complaints)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except _Halt:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column, index = (mark.line, mark.column, mark.index) if mark else (0, 0, 0)
        if deep := _too_deep(text[:index]):
            complaints.add(location(file, *deep), TOO_DEEP)
        else:
            complaints.add(location(file, line, column), _syntax(error, text, line))
        return None
    return builder.root


def _too_deep(text: str) -> tuple[int, int] | None:
    """The line and column, from 0, where a text first exceeds `DEEPEST`, before a syntax error.

    libyaml scans ahead of its events. Since 0.2.6 it stops at its own nesting limit before it has
    reported the levels above.
    """
    depth = 0
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST and event.start_mark:
                return event.start_mark.line, event.start_mark.column
    return None


def _syntax(error: yaml.MarkedYAMLError, text: str, line: int) -> str:
    lines = LINE_BREAK.split(text)
    if line < len(lines) and _TAB_INDENT.match(lines[line]):
        return "not valid YAML: a tab in the indentation; indent with spaces"
    problem = ", ".join(part for part in (error.context, error.problem) if part)
    return f"not valid YAML: {problem}; check this line and the line above it"


def resolved(text: str) -> str | Plain:
    """An unquoted scalar: text, or what YAML 1.1 reads as another type."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return Plain(text, tag.removeprefix(_CORE))
    return text


class _Halt(Exception):
    """Stops the reader after an error that it cannot continue from."""


@dataclass(slots=True)
class _Open:
    """A collection that is not complete yet.

    under   its key; None for the root and for items
    key     the key whose value is next; None if a key is next
    before  the number of values before it
    height  the levels below it so far
    """

    node: Table | Items
    anchor: str | None
    before: int
    around: "_Open | None"
    under: str | None
    key: str | None = None
    key_at: Spot = 0
    height: int = 1

    def is_secretive(self) -> bool:
        """Whether it is, at any depth, under the key of a secret."""
        if self.under is not None and looks_secret(self.under):
            return True
        return self.around is not None and self.around.is_secretive()


class _Anchored(NamedTuple):
    node: Node
    values: int
    height: int


class _Builder:
    """The tree that is built from the parser's events."""

    def __init__(self, file: int, complaints: Diagnostics) -> None:
        self.root: Node | None = None
        self._file = file
        self._complaints = complaints
        self._open: _Open | None = None
        self._depth = 0
        self._values = 0
        self._documents = 0
        self._anchors: dict[str, _Anchored] = {}

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._start(event, Table())
        elif isinstance(event, yaml.SequenceStartEvent):
            self._start(event, Items())
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._halt(event, "a second document starts here; keep one document in the file")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(event)
        if event.tag is not None:
            self._check_tag(event)
        plain = event.implicit[0] and not event.style
        node = resolved(event.value) if plain else event.value
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        self._put(event, node)

    def _start(self, event: yaml.CollectionStartEvent, node: Table | Items) -> None:
        self._count(event)
        self._check_tag(event)
        self._depth += 1
        self._check_depth(event, self._depth)
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        under = self._open.key if self._open is not None else None
        self._put(event, node)
        self._open = _Open(node, event.anchor, self._values - 1, self._open, under)

    def _end(self) -> None:
        done = self._open
        if done is None:
            return
        self._open = done.around
        self._depth -= 1
        if done.anchor is not None:
            values = self._values - done.before
            self._anchors[done.anchor] = _Anchored(done.node, values, done.height)
        if done.around is not None:
            done.around.height = max(done.around.height, done.height + 1)

    def _alias(self, event: yaml.AliasEvent) -> None:
        known = self._anchors.get(str(event.anchor))
        if known is None:
            self._halt(
                event,
                "an alias (*name) to an anchor that is not complete at this point; "
                "put text that starts with * in quotes",
            )
        self._count(event, known.values)
        self._check_depth(event, self._depth + known.height)
        if self._open is not None:
            self._open.height = max(self._open.height, known.height + 1)
        self._put(event, known.node)

    def _put(self, event: yaml.NodeEvent, node: Node) -> None:
        """Add a value to the open collection, or take it as the next key."""
        within = self._open
        if within is None:
            self.root = node
        elif isinstance(within.node, Items):
            within.node.add(node, self._at(event))
        elif within.key is None:
            self._key(event, within, node)
        else:
            if within.key not in within.node:
                within.node[within.key] = node
                within.node.where[within.key] = within.key_at
            within.key = None

    def _key(self, event: yaml.NodeEvent, within: _Open, node: Node) -> None:
        if isinstance(node, Table | Items):
            self._halt(event, "a key must be text, not a list or a mapping")
        within.key = key = node.text if isinstance(node, Plain) else str(node)
        within.key_at = self._at(event)
        if isinstance(within.node, Table) and key in within.node:
            first = self._complaints.where(within.node.where[key])
            which = "a key" if within.is_secretive() else f"key {quoted(key)}"
            self._complain(event, f"{which} is given twice (first at {first}); remove one")

    def _at(self, event: yaml.Event) -> Spot:
        mark = event.start_mark
        return location(self._file, mark.line, mark.column) if mark else location(self._file, 0, 0)

    def _complain(self, event: yaml.Event, message: str) -> None:
        self._complaints.add(self._at(event), message)

    def _halt(self, event: yaml.Event, message: str) -> NoReturn:
        self._complain(event, message)
        raise _Halt

    def _count(self, event: yaml.Event, values: int = 1) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            self._halt(event, TOO_MANY)

    def _check_depth(self, event: yaml.Event, depth: int) -> None:
        if depth > DEEPEST:
            self._halt(event, TOO_DEEP)

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag not in _HARMLESS_TAGS:
            self._complain(event, "YAML tags (such as !!int or !name) are not supported; remove it")
