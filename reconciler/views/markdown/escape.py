"""How is text written in GitHub Markdown so that it shows as itself?"""

import re
from collections.abc import Iterable, Sequence

from reconciler.core.text import visible

_SPECIAL = re.compile(r"[&<>|`\[\]*_~\\@#$]|:(?=//)|(?<=[wW])\.|^[-+=]|^[0-9]+[.)]")

_PLAIN = re.compile(r"[A-Za-z0-9_:.-]+")

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", ":": "&#58;", ".": "&#46;", "|": "&#124;"}

_BREAK = "&#8203;"


def escape(text: str) -> str:
    """The text as one line of Markdown that formats, links and notifies nothing.

    Nobody is mentioned by a customer's name and no link leads where a stranger wants it: a break
    of no width follows `@` and `#`, and an address is text only.
    """
    return _SPECIAL.sub(_escape, visible(text))


def code(text: str) -> str:
    """An ID as code; whatever does not look like an ID is escaped instead."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else escape(text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of cells that are Markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def folded(lines: Sequence[str], summary: str) -> list[str]:
    """The lines behind a summary that the reader opens."""
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def limited(lines: Iterable[str], limit_chars: int | None) -> tuple[list[str], int]:
    """As many of the lines as fit, and how many had to be left out; None is no limit."""
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
