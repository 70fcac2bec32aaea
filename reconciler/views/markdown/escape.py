"""Escaping and building blocks of GitHub Markdown: text, code, tables and folded lists."""

import re
from collections.abc import Iterable, Sequence

from reconciler.core.text import visible

_SPECIAL = re.compile(r"[&<>|`\[\]*_~\\@#$]|:(?=//)|(?<=[wW])\.|^[-+=]|^[0-9]+[.)]")

_PLAIN = re.compile(r"[A-Za-z0-9_:.@-]+")

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", ":": "&#58;", ".": "&#46;", "|": "&#124;"}

_BREAK = "&#8203;"


def escape(text: str) -> str:
    """Return the text as one line of Markdown that formats, links and notifies nothing.

    A zero-width break follows `@` and `#`, so that a name mentions no user and no issue. An
    address stays text and becomes no link.
    """
    return _SPECIAL.sub(_escape, visible(text))


def code(text: str) -> str:
    """Return an ID or a username as code; other text is escaped instead.

    GitHub makes no mention of a username in code.
    """
    return f"`{text}`" if _PLAIN.fullmatch(text) else escape(text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; its cells are Markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def folded(lines: Sequence[str], summary: str) -> list[str]:
    """Return the lines, collapsed behind a summary that the reader opens."""
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def lines_of(lines: Iterable[str]) -> str:
    """Return the lines as text that ends with a newline."""
    return "".join(f"{line}\n" for line in lines)


def limited(lines: Iterable[str], limit_chars: int | None) -> tuple[list[str], int]:
    """Return the lines that fit and the number of those left out; None is no limit."""
    kept: list[str] = []
    room = limit_chars
    left_out = 0
    for line in lines:
        if room is not None:
            room -= len(line) + 1
            if room < 0:
                left_out += 1
                room = 0
                continue
        kept.append(line)
    return kept, left_out


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if found in _ENTITIES:
        return _ENTITIES[found]
    if found in "@#":
        return found + _BREAK
    return f"{found[:-1]}\\{found[-1]}"
