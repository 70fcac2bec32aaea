"""Shortening of texts to columns of a terminal. Names that differ stay different."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from os.path import commonprefix


def columns_of(text: str) -> int:
    """Return how many columns of a terminal the text takes; East Asian characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # validate works without it

    return cell_len(text)


def prefix(text: str, width: int) -> str:
    """Return as many of the first characters as fit."""
    room = width
    for number, char in enumerate(text):
        room -= columns_of(char)
        if room < 0:
            return text[:number]
    return text


def shorten(text: str, width: int) -> str:
    """Return the text with its middle replaced by an ellipsis, in at most that many columns."""
    if columns_of(text) <= width:
        return text
    room = max(width - 1, 0)
    return f"{prefix(text, room - room // 2)}…{_suffix(text, room // 2)}"


def shorten_apart(texts: Iterable[str], width: int) -> dict[str, str]:
    """Return each name in at most that many columns, so that different names look different.

    Names that would look alike show where they differ. Where that is not enough, they are whole.
    """
    shown = {text: _shorten_name(text, width) for text in texts}
    for alike in _groups(shown):
        shown.update(_apart(alike, width))
    counts = Counter(shown.values()) + Counter(text for text in shown if shown[text] != text)
    for text, short in shown.items():
        if counts[short] > 1:
            shown[text] = text
    return shown


def _shorten_name(text: str, width: int) -> str:
    """Return the name shortened in the middle; of `Contoso (DOMAIN)`, the domain's beginning stays.

    The domain tells it apart from customers with equal names, which may not be in the table.
    """
    start = text.rfind(" (") + 1
    if columns_of(text) <= width or not (start and text.endswith(")")):
        return shorten(text, width)
    return _around(text, start, width)


def _groups(shown: Mapping[str, str]) -> list[list[str]]:
    """Return the texts that are shown alike, in groups."""
    groups = defaultdict(list)
    for text, short in shown.items():
        groups[short].append(text)
    return [texts for texts in groups.values() if len(texts) > 1]


def _apart(texts: Sequence[str], width: int) -> dict[str, str]:
    """Return each text with the part that follows what all of them have in common."""
    start = len(commonprefix(texts))  # noqa: RUF071 - characters are meant, not folders
    shown = {text: _around(text, start, width) for text in texts}
    for alike in _groups(shown):
        if len(alike) < len(texts):
            shown.update(_apart(alike, width))
    return shown


def _around(text: str, start: int, width: int) -> str:
    """Return the beginning of the text, and its end, or else what follows from `start` on."""
    head = prefix(text, width // 3)
    room = width - columns_of(head) - 1
    tail = _suffix(text, room)
    if len(text) - len(tail) > start:
        tail = prefix(text[_word(text, start, room // 2) :], room - 1) + "…"
    return f"{head}…{tail}"


def _word(text: str, start: int, most: int) -> int:
    """Return where the word around `start` begins, at most that many columns before it."""
    begin = start
    while text[begin - 1 : begin].isalnum() and columns_of(text[begin - 1 : start]) <= most:
        begin -= 1
    return begin


def _suffix(text: str, width: int) -> str:
    """Return as many of the last characters as fit."""
    return prefix(text[::-1], width)[::-1]
