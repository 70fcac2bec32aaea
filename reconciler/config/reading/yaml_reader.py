"""YAML text → nodes, or what is wrong with it as YAML.

Read from the parser's events and not composed: libyaml's composer overflows the stack on deep
nesting, and events can be counted as they come, so that a bomb is refused before it goes off.
It knows YAML and nothing of tenants. Tags are never acted on; keys are taken as written.
"""

import re
from contextlib import suppress
from dataclasses import dataclass

import yaml

from reconciler.config.reading.diagnostics import Diagnostics, Spot, location, quoted
from reconciler.config.reading.secret_patterns import looks_secret
from reconciler.config.reading.tree import Items, Node, Plain, Table

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: seven times as fast, and otherwise the same."""

DEEPEST = 32
"""Levels of nesting, aliases expanded. A tenants.yaml needs eight."""

TOO_DEEP = f"nested deeper than {DEEPEST} levels; a tenants.yaml needs eight"

MOST_VALUES = 1_000_000
"""Values in one file, aliases expanded: about 60,000 tenants."""

_CORE = "tag:yaml.org,2002:"
_HARMLESS_TAGS = frozenset({None, "!", f"{_CORE}str", f"{_CORE}map", f"{_CORE}seq"})
LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_TAB_INDENT = re.compile("[ -]*\t")
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]]
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers


def read(text: str, file: int, complaints: Diagnostics) -> Node | None:
    """Read one document; `file` is the number that `complaints` gave it.

    Returns its root, or None: either the document is empty, or there is a complaint.
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
    """Where a text that ends at a syntax error first exceeds `DEEPEST`: line and column from 0.

    libyaml scans ahead of the events it reports. Since 0.2.6 it stops at a nesting limit of its
    own before it has reported the levels above.
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
        return "not YAML: a tab where blanks are meant; indent with spaces"
    problem = ", ".join(part for part in (error.context, error.problem) if part)
    return f"not YAML: {problem}; look at this line and the one above it"


def resolved(text: str) -> str | Plain:
    """What YAML 1.1 makes of an unquoted scalar: text, or something that merely looks like it."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return Plain(text, tag.removeprefix(_CORE))
    return text


class _Halt(Exception):
    """Reading on is of no use; the complaint is made."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet.

    under   the key that it stands under; None for the root and for items
    key     the key that waits for its value; None if a key is next
    before  how many values had come before it
    height  levels below it so far
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
        """Whether it stands, at any depth, under a key that announces a secret."""
        inner: _Open | None = self
        while inner is not None:
            if inner.under is not None and looks_secret(inner.under):
                return True
            inner = inner.around
        return False


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    values: int
    height: int


class _Builder:
    """Takes the parser's events one by one and keeps what is built so far."""

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
                self._halt(event, "a second document begins here; keep one document in the file")

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
                "put text that begins with * in quotes",
            )
            return
        self._count(event, known.values)
        self._check_depth(event, self._depth + known.height)
        if self._open is not None:
            self._open.height = max(self._open.height, known.height + 1)
        self._put(event, known.node)

    def _put(self, event: yaml.NodeEvent, node: Node) -> None:
        """Give a value its place in the collection that is open, or take it as a key."""
        within = self._open
        if within is None:
            self.root = node
        elif isinstance(within.node, Items):
            within.node.append(node)
            within.node.where.append(self._at(event))
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
            self._complain(event, f"{which} stands twice (first at {first}); remove one")

    def _at(self, event: yaml.Event) -> Spot:
        mark = event.start_mark
        return location(self._file, mark.line, mark.column) if mark else location(self._file, 0, 0)

    def _complain(self, event: yaml.Event, message: str) -> None:
        self._complaints.add(self._at(event), message)

    def _halt(self, event: yaml.Event, message: str) -> None:
        self._complain(event, message)
        raise _Halt

    def _count(self, event: yaml.Event, values: int = 1) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            self._halt(
                event,
                f"more than {MOST_VALUES:,} values, aliases expanded; "
                "write less, or spread it over several files",
            )

    def _check_depth(self, event: yaml.Event, depth: int) -> None:
        if depth > DEEPEST:
            self._halt(event, TOO_DEEP)

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag not in _HARMLESS_TAGS:
            self._complain(event, "YAML tags (such as !!int or !name) are not read; remove it")
