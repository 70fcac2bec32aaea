"""What will stand in a file instead of what? A comparison, line by line."""

import difflib
from collections.abc import Iterator

from reconciler.core.text import visible

_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"
_COLORS = {"+": _GREEN, "-": _RED}


def render(name: str, before: str, after: str, *, color: bool = False) -> str:
    """A unified diff of one file."""
    return "".join(f"{line}\n" for line in _lines(name, before, after, color))


def _lines(name: str, before: str, after: str, color: bool) -> Iterator[str]:
    was, now = before.splitlines(), after.splitlines()
    for line in difflib.unified_diff(was, now, name, name, lineterm=""):
        shown = visible(line.rstrip("\n"))
        mark = _COLORS.get(line[:1], "") if color else ""
        yield f"{mark}{shown}{_PLAIN}" if mark else shown
