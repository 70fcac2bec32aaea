"""An editor that changes a YAML text in place and keeps every other byte.

An editor collects changes to one valid text, inserts them and reads the result. The edit is refused
if that differs from the old content with the changes. It knows nothing of tenants.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
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
"""The line width for PyYAML, so that it never folds a line."""


class Uneditable(Exception):
    """The text cannot be changed without side effects."""


@dataclass(slots=True)
class _Piece:
    """The position of a value in the text.

    start, end  offsets; a block collection ends with its last value
    column      of the first character, from 0
    is_inline   a scalar, an alias or a collection in brackets
    key         the text of a scalar
    parts       the items of a sequence, or the alternating keys and values of a mapping
    """

    start: int
    column: int
    is_inline: bool
    end: int = 0
    key: str = ""
    parts: list[_Piece] = field(default_factory=list)

    @property
    def pairs(self) -> Iterator[tuple[_Piece, _Piece]]:
        """The keys and values of a mapping."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)

    @property
    def last(self) -> int:
        """The offset after its last character."""
        return self.end if self.is_inline or not self.parts else self.parts[-1].last


class Editor:
    """One text with its changes so far."""

    def __init__(self, text: str) -> None:
        """Take a valid text."""
        self._text = text
        self._starts = [0, *(found.end() for found in yaml_reader.LINE_BREAK.finditer(text))]
        self._newline = found[0] if (found := yaml_reader.LINE_BREAK.search(text)) else "\n"
        self._root = self._read()
        self._wanted = _tree(text)
        self._splices: list[tuple[int, int, str]] = []

    def put(self, path: Path, key: str, value: Value) -> None:
        """Set a key of the mapping at this path."""
        piece = self._find(path)
        for name, old in piece.pairs:
            if name.key == key:
                self._replace(old, value)
                break
        else:
            self._add(piece, flow({key: value})[1:-1])
        self._wanted = _changed(self._wanted, (*path, key), node_of(value))

    def replace(self, path: Path, value: Value) -> None:
        """Replace the value at this path."""
        self._replace(self._find(path), value)
        self._wanted = _changed(self._wanted, path, node_of(value))

    def extend(self, key: str, values: Sequence[Value], lines: Sequence[str]) -> None:
        """Append items to the sequence under a key of the root. Raises `Uneditable`.

        lines  the items as a block sequence from column 0, with comments; not used for a sequence
               in brackets
        """
        found = next(((name, piece) for name, piece in self._root.pairs if name.key == key), None)
        if found is None:
            self._write_lines(len(self._text), 0, [f"{key}:", *(f"  {line}" for line in lines)])
        elif not found[1].is_inline:
            self._write_lines(self._end_of_block(found[1]), found[1].column, lines)
        elif found[1].start < found[1].end:
            self._add(found[1], ", ".join(flow(value) for value in values))
        else:  # the key has no value yet
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
                raise Uneditable("two changes affect the same place")
            parts += [self._text[at:start], new]
            at = end
        changed = "".join([*parts, self._text[at:]])
        with suppress(Uneditable):
            if _tree(changed) == self._wanted:
                return changed
        raise Uneditable("the value is shared by a YAML alias or merge key")

    def _replace(self, piece: _Piece, value: Value) -> None:
        self._splices.append((piece.start, piece.last, flow(value)))

    def _add(self, piece: _Piece, written: str) -> None:
        """Insert an item, or a key with its value, after the last one."""
        at = piece.last
        if piece.is_inline:
            inside = piece.parts[-1].last if piece.parts else piece.start + 1
            self._splices.append((inside, inside, f", {written}" if piece.parts else written))
        elif self._text[at - 1 : at] in ("\n", "\r"):  # after the last line of a block scalar
            line = " " * piece.column + written + self._newline
            self._splices.append((at, at, line))
        else:
            at = self._end_of_line(at)
            self._splices.append((at, at, self._newline + " " * piece.column + written))

    def _write_lines(self, at: int, column: int, lines: Sequence[str]) -> None:
        """Insert lines. `at` is the end or the start of a line."""
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
        """The offset after a block collection and the comments that belong to its last part."""
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
                piece = next(value for name, value in piece.pairs if name.key == step)
            if not piece.parts and step != path[-1]:
                raise Uneditable("the value is a YAML alias (*name)")
        return piece

    def _read(self) -> _Piece:
        """The positions of all values, from the parser's events."""
        top = _Piece(0, 0, is_inline=True)
        open_pieces = [top]
        for event in yaml.parse(self._text, Loader=yaml_reader.LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                open_pieces.pop().end = self._at(event.end_mark)
            elif isinstance(event, yaml.NodeEvent):
                piece = self._piece(event)
                open_pieces[-1].parts.append(piece)
                if isinstance(event, yaml.CollectionStartEvent):
                    open_pieces.append(piece)
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
    """A value on one line, quoted if YAML would not read it as text.

    Keys are not quoted: they are the keys of the file's model, such as `on`.
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    plain = str(value) if isinstance(value, str) else value  # PyYAML takes no subclass, as of enums
    return yaml.safe_dump(
        [plain], default_flow_style=True, allow_unicode=True, width=_WIDEST
    ).strip()[1:-1]


def node_of(value: Value) -> Node:
    """A value as the reader returns it."""
    found = _tree(f"[{flow(value)}]")
    return found[0] if isinstance(found, Items) else found


def _tree(text: str) -> Node:
    complaints = Diagnostics()
    found = yaml_reader.read(text, 0, complaints)
    if found is None or complaints:
        raise Uneditable("the result would not be valid YAML")
    return found


def _changed(node: Node, path: Path, value: Node) -> Node:
    """The tree with another value at a path.

    The nodes on the path are copied, because an alias shares its tree with other places.
    """
    if not path:
        return value
    step, *rest = path
    if isinstance(node, Items) and isinstance(step, int):
        items = Items()
        items.extend(node)
        items[step] = _changed(items[step], tuple(rest), value)
        return items
    table = node.copied() if isinstance(node, Table) else Table()
    table[str(step)] = _changed(table.get(str(step), Table()), tuple(rest), value)
    return table
