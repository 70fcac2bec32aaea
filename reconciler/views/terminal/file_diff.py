"""Unified diff of a file that is about to be changed, in colour on a terminal."""

import difflib

from reconciler.core.text import visible
from reconciler.views.terminal.layout import Page

_STYLES = {"+": "good", "-": "remove"}


def render(name: str, before: str, after: str, page: Page) -> str:
    """Render the differences of one file's contents, line by line."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="")
    return "".join(f"{page.paint(visible(line), _STYLES.get(line[:1], ''))}\n" for line in lines)
