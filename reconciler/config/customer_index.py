"""Index of the file's customers by name and tag, for the selectors under `covers:`.

Each selector is looked up once, however many tenants use it, so that a large file takes time in
proportion to its size.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import islice, takewhile

_WILDCARD = re.compile(r"[*?\[]")


class CustomerIndex:
    """The customers of one file, each by its number.

    customers  name and tags of each, in the file's order
    """

    def __init__(self, customers: Iterable[tuple[str, Sequence[str]]]) -> None:
        named: dict[str, list[int]] = {}
        tagged: dict[str, list[int]] = {}
        folded: list[tuple[str, int]] = []
        for number, (name, tags) in enumerate(customers):
            named.setdefault(name, []).append(number)
            folded.append((name.casefold(), number))
            for tag in dict.fromkeys(tags):
                tagged.setdefault(tag, []).append(number)
        self._named = {name: tuple(numbers) for name, numbers in named.items()}
        self._tagged = {tag: tuple(numbers) for tag, numbers in tagged.items()}
        self._folded = sorted(folded)
        self._globs: dict[str, tuple[int, ...]] = {}

    def served(self, home: int, selectors: Iterable[str]) -> tuple[int, ...]:
        """All that these selectors mean, but for `home`, in the file's order."""
        found = [self._meant_by(selector, home) for selector in dict.fromkeys(selectors)]
        together = found[0] if len(found) == 1 else tuple(sorted(set().union(*found)))
        at = bisect_left(together, home)
        if at < len(together) and together[at] == home:
            return together[:at] + together[at + 1 :]
        return together

    def means_any(self, home: int, selector: str) -> bool:
        """Whether a selector means any other customer than `home`."""
        return self._meant_by(selector, home) not in ((), (home,))

    def _meant_by(self, selector: str, home: int) -> tuple[int, ...]:
        tag = selector.removeprefix("tag:")
        if tag != selector:
            return self._tagged.get(tag, ())
        named = self._named.get(selector, ())
        return named if named not in ((), (home,)) else self._like(selector.casefold())

    def _like(self, glob: str) -> tuple[int, ...]:
        """The numbers of the names that a glob matches; what stands before its first wildcard
        leaves few to be compared."""
        if glob not in self._globs:
            start = _WILDCARD.split(glob, maxsplit=1)[0]
            rest = islice(self._folded, bisect_left(self._folded, (start, -1)), None)
            near = takewhile(lambda entry: entry[0].startswith(start), rest)
            self._globs[glob] = tuple(sorted(n for name, n in near if fnmatchcase(name, glob)))
        return self._globs[glob]
