"""Lists as GitHub reads them, for Python-Markdown, which needs an empty line and four spaces."""

import re
from collections.abc import Iterator

_ITEM = re.compile(r"( *)([-*+]|[0-9]+[.)]) +(?=\S)")
_FENCE = re.compile(r" *(```|~~~)")
_INDENT = 4


def with_lists(markdown: str) -> str:
    """The same page, with lists that Python-Markdown reads as GitHub does."""
    return "\n".join(_lines(markdown.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    content = 0  # columns before the text of the current list item; 0 outside of lists
    is_code, before = False, ""
    for line in lines:
        item = None if is_code else _ITEM.match(line)
        indent = len(line) - len(line.lstrip())
        if item and len(item[1]) < (content or 1):
            if before.strip() and not content and before == before.lstrip():
                yield ""
            content = item.end()
        elif line.strip() and indent < content and not (is_code or before.strip()):
            content = 0
        elif line.strip() and indent >= content > 0:
            line = " " * (_INDENT - content) + line
        if _FENCE.match(line):
            is_code = not is_code
        if before.startswith("#") or line.startswith("#"):
            content = content if is_code else 0
        yield line
        before = line
