"""Selectors: the one way to name links and tenants, in options, arguments and `covers:`.

A selector is read in this order. The first reading that matches something applies.

    NAME        a name, exactly as written
    KIND:VALUE  tag:emea, identity:automation, partner:contoso-uk
    DIRECTORY   the GUID or the domain of a tenant, in any case; for an entry named by a domain also
                the GUID that the domain led to in an earlier run
    COVERED     the name of a customer that the link serves by Azure Lighthouse
    GLOB        a pattern for names, in any case: * ? [abc]

`partner:` means the wanted partner: a link that should be absent or unmanaged wants none.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice, takewhile
from types import MappingProxyType

from reconciler.core.links import Wanted

NOTHING: Mapping[str, str] = MappingProxyType({})

_WILDCARD = re.compile(r"[*?\[]")

Numbers = tuple[int, ...]
"""Positions of items, in ascending order."""


@dataclass(frozen=True, slots=True)
class Selectable:
    """The words that select one link or tenant.

    names        its labels
    directories  GUIDs and domains in lower case
    keywords     such as `tag:emea`
    covers       the names of the customers that it serves
    """

    names: tuple[str, ...]
    directories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


def keywords(
    tags: Iterable[str] = (), identities: Iterable[str] = (), partners: Iterable[str] = ()
) -> tuple[str, ...]:
    """The selectors of the form KIND:VALUE that match something with these values."""
    return (
        *(f"tag:{tag}" for tag in tags),
        *(f"identity:{identity}" for identity in identities),
        *(f"partner:{partner}" for partner in partners),
    )


def matches_glob(text: str, glob: str) -> bool:
    """Whether a pattern matches the whole text, in any case."""
    return fnmatchcase(text.casefold(), glob.casefold())


class SelectorIndex:
    """Links or tenants by their words. The time for a lookup does not depend on their number."""

    def __init__(self, items: Iterable[Selectable]) -> None:
        tables: list[dict[str, list[int]]] = [{}, {}, {}, {}]
        folded: list[tuple[str, int]] = []
        for number, item in enumerate(items):
            words = (item.names, item.keywords, item.directories, item.covers)
            for table, found in zip(tables, words, strict=True):
                for word in dict.fromkeys(found):
                    table.setdefault(word, []).append(number)
            folded += ((name.casefold(), number) for name in item.names)
        self._tables = [{word: tuple(n) for word, n in table.items()} for table in tables]
        self._folded = sorted(folded)
        self._globs: dict[str, Numbers] = {}

    def find(self, selector: str, other_than: int | None = None) -> Numbers:
        """The items that a selector means, in their order.

        other_than  an item that the selector cannot mean, such as the tenant with `covers:`
        """
        folded = selector.casefold()
        for table, word in zip(self._tables, (selector, selector, folded, selector), strict=True):
            found = table.get(word, ())
            if found not in ((), (other_than,)):
                return _without(found, other_than)
        return _without(self._like(folded), other_than)

    def union(self, selectors: Iterable[str], other_than: int | None = None) -> Numbers:
        """The items that any of these selectors means, in their order."""
        found = [self.find(selector, other_than) for selector in dict.fromkeys(selectors)]
        return found[0] if len(found) == 1 else tuple(sorted(set().union(*found)))

    def alternatives(self, selector: str) -> tuple[str, set[str]]:
        """What else a selector of this kind could name.

        Its prefix, such as `tag:`, and the known values; without a known prefix, all names and
        directories.
        """
        names, words, directories, _ = self._tables
        kind, colon, _ = selector.partition(":")
        prefix = kind + colon
        values = {word.removeprefix(prefix) for word in words if word.startswith(prefix)}
        return (prefix, values) if colon and values else ("", {*names, *directories})

    def _like(self, glob: str) -> Numbers:
        """The items whose name a pattern matches.

        The text before its first wildcard narrows the search.
        """
        if glob not in self._globs:
            start = _WILDCARD.split(glob, maxsplit=1)[0]
            rest = islice(self._folded, bisect_left(self._folded, (start, -1)), None)
            near = takewhile(lambda entry: entry[0].startswith(start), rest)
            self._globs[glob] = tuple(sorted({n for name, n in near if fnmatchcase(name, glob)}))
        return self._globs[glob]


def _without(numbers: Numbers, number: int | None) -> Numbers:
    if number is None:
        return numbers
    at = bisect_left(numbers, number)
    found = at < len(numbers) and numbers[at] == number
    return numbers[:at] + numbers[at + 1 :] if found else numbers


def link_index(
    wanted: Iterable[Wanted], partners: Mapping[str, str], remembered: Mapping[str, str] = NOTHING
) -> SelectorIndex:
    """The index of links of the file.

    partners    alias → ID
    remembered  tenant name → the GUID that its domain led to in an earlier run
    """
    aliases = _aliases(partners)
    return SelectorIndex(_link(want, aliases, remembered) for want in wanted)


def record_index(
    keys: Iterable[tuple[str, str]], wanted: Iterable[Wanted], partners: Mapping[str, str]
) -> SelectorIndex:
    """The index of links of the history, which `TENANT/IDENTITY` selects, too.

    keys    tenant and identity of each
    wanted  the links that the file lists today
    """
    aliases = _aliases(partners)
    listed = {want.place.key: _link(want, aliases) for want in wanted}

    def record(tenant: str, identity: str) -> Selectable:
        names = (tenant, f"{tenant}/{identity}", f"{tenant} / {identity}")
        bare = Selectable(names, keywords=keywords(identities=(identity,)))
        return replace(listed.get((tenant, identity), bare), names=names)

    return SelectorIndex(record(*key) for key in keys)


def _aliases(partners: Mapping[str, str]) -> dict[str, list[str]]:
    aliases: dict[str, list[str]] = {}
    for alias, partner_id in partners.items():
        aliases.setdefault(partner_id, []).append(alias)
    return aliases


def _link(
    want: Wanted, aliases: Mapping[str, Sequence[str]], remembered: Mapping[str, str] = NOTHING
) -> Selectable:
    place, partner_id = want.place, want.partner_id
    partners = (partner_id, *aliases.get(partner_id, ())) if partner_id else ()
    words = keywords(want.tags, (place.identity,), partners)
    known = remembered.get(place.tenant)
    directories = (place.directory, known) if known else (place.directory,)
    return Selectable((place.tenant,), directories, words, want.covers)
