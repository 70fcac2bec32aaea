"""How is a YAML text changed so that every other byte stays? By places, not by writing it anew.

An editor collects changes to one sound text and splices them in at the end. The result is read
again: unless it holds what was there and the changes, and nothing else, there is no result. It
knows YAML and nothing of tenants.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from reconciler.config.reading import yaml_reader
from reconciler.config.reading.diagnostics import Diagnostics
from reconciler.config.reading.tree import Items, Node, Path, Table

Value = str | date | Sequence["Value"] | Mapping[str, "Value"]
"""What can be written into a file."""

_WIDEST = 1 << 30
"""Columns at which PyYAML would fold a line: never."""


class Uneditable(Exception):
    """The text cannot be changed without changing more than was asked for."""


@dataclass(slots=True)
class _Piece:
    """A value as it stands in the text.

    start, end  offsets; the end of a block collection is its last value's
    column      where it begins, from 0
    is_inline   a scalar, an alias or a collection in brackets: it ends where its text ends
    key         a scalar's text, to find values by their keys
    parts       the items of a sequence; of a mapping its keys and values by turns
    """

    start: int
    column: int
    is_inline: bool
    end: int = 0
    key: str = ""
    parts: list[_Piece] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Where the last character of its text stands, plus 1."""
        return self.end if self.is_inline or not self.parts else self.parts[-1].last


class Editor:
    """One text with its changes so far."""

    def __init__(self, text: str) -> None:
        """Take a text that was read without complaint."""
        self._text = text
        self._starts = [0, *(found.end() for found in yaml_reader.LINE_BREAK.finditer(text))]
        self._newline = found[0] if (found := yaml_reader.LINE_BREAK.search(text)) else "\n"
        self._root = self._read()
        self._wanted = _tree(text)
        self._splices: list[tuple[int, int, str]] = []

    def put(self, path: Path, key: str, value: Value) -> None:
        """Give a key of the mapping at this path a value: a new one, or another one."""
        piece = self._find(path)
        for name, old in zip(piece.parts[::2], piece.parts[1::2], strict=True):
            if name.key == key:
                self._replace(old, value)
                break
        else:
            self._add(piece, flow({key: value})[1:-1])
        self._wanted = _changed(self._wanted, (*path, key), node_of(value))

    def replace(self, path: Path, value: Value) -> None:
        """Write another value in the place of the one at this path."""
        self._replace(self._find(path), value)
        self._wanted = _changed(self._wanted, path, node_of(value))

    def append(self, path: Path, value: Value) -> None:
        """Add an item to the end of the sequence at this path."""
        piece = self._find(path)
        self._add(piece, flow(value) if piece.is_inline else f"- {flow(value)}")
        self._wanted = _changed(self._wanted, (*path, None), node_of(value))

    def extend(self, key: str, values: Sequence[Value], lines: Sequence[str]) -> None:
        """Add items to the end of the sequence under a key of the root; raises `Uneditable`.

        lines  the items as a block sequence that begins at column 0, with comments of any kind;
               a sequence in brackets takes the values alone
        """
        turns = zip(self._root.parts[::2], self._root.parts[1::2], strict=True)
        found = next(((name, piece) for name, piece in turns if name.key == key), None)
        if found is None:
            self._write_lines(len(self._text), 0, [f"{key}:", *(f"  {line}" for line in lines)])
        elif not found[1].is_inline:
            self._write_lines(self._end_of_block(found[1]), found[1].column, lines)
        elif found[1].start < found[1].end:
            self._add(found[1], ", ".join(flow(value) for value in values))
        else:  # nothing stands there yet
            self._write_lines(self._end_of_line(found[0].last), found[0].column + 2, lines)
        items = Items()
        if isinstance(self._wanted, Table):
            items.extend(self._wanted.items_at(key))
        items.extend(map(node_of, values))
        self._wanted = _changed(self._wanted, (key,), items)

    def text(self) -> str:
        """The text with all changes; raises `Uneditable`."""
        parts, at = [], 0
        for start, end, new in sorted(self._splices, key=lambda splice: splice[0]):
            if start < at:
                raise Uneditable("two changes meet at one place")
            parts += [self._text[at:start], new]
            at = end
        changed = "".join([*parts, self._text[at:]])
        try:
            found = _tree(changed)
        except Uneditable:
            found = None
        if found != self._wanted:
            raise Uneditable("what stands there is shared with another place, or merged into it")
        return changed

    def _replace(self, piece: _Piece, value: Value) -> None:
        self._splices.append((piece.start, piece.last, flow(value)))

    def _add(self, piece: _Piece, written: str) -> None:
        """Write one more item, or key and value, behind the last one."""
        at = piece.last
        if piece.is_inline:
            inside = piece.parts[-1].last if piece.parts else piece.start + 1
            self._splices.append((inside, inside, f", {written}" if piece.parts else written))
        elif self._text[at - 1 : at] in ("\n", "\r"):  # behind the last line of a block of text
            line = " " * piece.column + written + self._newline
            self._splices.append((at, at, line))
        else:
            end = yaml_reader.LINE_BREAK.search(self._text, at)
            at = end.start() if end else len(self._text)
            self._splices.append((at, at, self._newline + " " * piece.column + written))

    def _write_lines(self, at: int, column: int, lines: Sequence[str]) -> None:
        """Write lines between two of the text: `at` is the end of one or the start of one."""
        written = [" " * column + line for line in lines]
        if at == 0 or self._text[at - 1] in "\r\n":
            new = "".join(line + self._newline for line in written)
        else:
            new = "".join(self._newline + line for line in written)
        self._splices.append((at, at, new))

    def _end_of_line(self, at: int) -> int:
        end = yaml_reader.LINE_BREAK.search(self._text, at)
        return end.start() if end else len(self._text)

    def _end_of_block(self, piece: _Piece) -> int:
        """Behind a block collection, and behind the comments that belong to its last part."""
        at = piece.last
        if self._text[at - 1 : at] not in ("\n", "\r"):
            at = self._end_of_line(at)
        comment = re.compile(f"(?:\r\n|[\r\n])? {{{max(piece.column, 1)},}}#[^\r\n]*")
        while found := comment.match(self._text, at):
            at = found.end()
        return at

    def _find(self, path: Path) -> _Piece:
        piece = self._root
        for step in path:
            if isinstance(step, int):
                piece = piece.parts[step]
            else:
                turns = zip(piece.parts[::2], piece.parts[1::2], strict=True)
                piece = next(value for name, value in turns if name.key == step)
            if not piece.parts and step != path[-1]:
                raise Uneditable("what stands there is an alias (*name)")
        return piece

    def _read(self) -> _Piece:
        """The pieces of the text, from the parser's events."""
        top = _Piece(0, 0, is_inline=True)
        around = [top]
        for event in yaml.parse(self._text, Loader=yaml_reader.LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                around.pop().end = self._at(event.end_mark)
            elif isinstance(event, yaml.NodeEvent):
                piece = self._piece(event)
                around[-1].parts.append(piece)
                if isinstance(event, yaml.CollectionStartEvent):
                    around.append(piece)
        return top.parts[0]

    def _piece(self, event: yaml.NodeEvent) -> _Piece:
        is_block = isinstance(event, yaml.CollectionStartEvent) and not event.flow_style
        start = self._at(event.start_mark)
        return _Piece(
            start,
            start - self._starts[bisect_right(self._starts, start) - 1],
            is_inline=not is_block,
            end=self._at(event.end_mark),
            key=event.value if isinstance(event, yaml.ScalarEvent) else "",
        )

    def _at(self, mark: Any) -> int:
        line = min(int(mark.line), len(self._starts) - 1)
        return self._starts[line] + int(mark.column)


def flow(value: Value) -> str:
    """A value on one line, quoted where YAML would read something else than text.

    Keys are written as they are: they are this program's own words, and `on` is one of them.
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return yaml.safe_dump(
        [value], default_flow_style=True, allow_unicode=True, width=_WIDEST
    ).strip()[1:-1]


def node_of(value: Value) -> Node:
    """What a value is once it is read from a file."""
    found = _tree(f"[{flow(value)}]")
    return found[0] if isinstance(found, Items) else found


def _tree(text: str) -> Node:
    complaints = Diagnostics()
    found = yaml_reader.read(text, 0, complaints)
    if found is None or complaints:
        raise Uneditable("the text would not be YAML any more")
    return found


def _changed(node: Node, path: tuple[str | int | None, ...], value: Node) -> Node:
    """The tree with another value at a path; None stands for one more item.

    What lies on the path is copied: an alias's tree is shared, and only one place is meant.
    """
    if not path:
        return value
    step, *rest = path
    if isinstance(node, Items):
        items = Items()
        items.extend(node)
        if isinstance(step, int):
            items[step] = _changed(items[step], tuple(rest), value)
        else:
            items.append(value)
        return items
    table = Table()
    if isinstance(node, Table) and isinstance(step, str):
        table.update(node)
        table[step] = _changed(node.get(step, Table()), tuple(rest), value)
    return table
