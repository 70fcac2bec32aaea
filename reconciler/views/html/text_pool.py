"""Pool of texts for the data of a page: each text is stored once."""

import re

from reconciler.core.text import visible

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class TextPool:
    """Texts, each stored once and named by its number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._stored(visible(text))

    def value(self, text: str) -> int | list[int]:
        """A text, or a text with a NUL for each GUID and then the GUIDs: commands repeat them."""
        shown = visible(text)
        guids = _GUID.findall(shown)
        if not guids or shown == guids[0]:
            return self._stored(shown)
        return [self._stored(_GUID.sub("\0", shown)), *map(self._stored, guids)]

    def _stored(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))
