"""Where does an attestation stand in the file, and what does the file read then?

At the tenant if it has one identity, else at the identity in the tenant's list. A table has no
column for it.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath

from reconciler.config import files
from reconciler.config.edit import Editor, Uneditable, Value, node_of
from reconciler.config.files import MOST_BYTES
from reconciler.config.links import Entry, entries
from reconciler.config.nodes import Node, Path, Table
from reconciler.config.partners import Partners
from reconciler.config.schema import Attested
from reconciler.config.sound import Sound, read
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.sightings import LeftOut, Sighting
from reconciler.regular_files import read_regular

News = dict[str, dict[str, Value]]
"""For an identity's name, its new `attested:`."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file as it is, and as it is to be."""

    path: FilePath
    before: bytes
    after: bytes


def attest(
    path: FilePath, today: date, seen: Iterable[tuple[Sighting, str]], note: str | None
) -> tuple[list[Rewrite], list[LeftOut]]:
    """The files with an attestation for each sighting and who it is by; then what has no place.

    What is attested already, as late or later, stays as it is. Raises `BadFile` for an unsound
    file, `WrongUsage` for words that it does not take, `RunFailed` where aliases are in the way.
    """
    sound = read(path, today)
    partners = Partners.of(sound.document, sound.document.partners is not None)
    tenants = {tenant.name: index for index, tenant in enumerate(sound.document.tenants)}
    chosen: dict[FilePath, dict[int, News]] = {}
    left_out: list[LeftOut] = []
    for sighting, by in seen:
        place = sighting.place
        index = tenants[place.tenant]
        file, _ = sound.home_of(index)
        words = _words(partners, sighting, by, note)
        if _is_known(sound, index, sighting, words):
            continue
        if files.is_table(file):
            why = f"{file} is a table and has no column for it; move the customer to YAML"
            left_out.append(LeftOut(place.tenant, place.identity, why))
        else:
            chosen.setdefault(file, {}).setdefault(index, {})[place.identity] = words
    return [_rewritten(sound, file, news) for file, news in chosen.items()], left_out


def _words(partners: Partners, sighting: Sighting, by: str, note: str | None) -> dict[str, Value]:
    aliases = {id_: alias for alias, id_ in reversed([*partners.by_alias.items()])}
    partner = aliases.get(sighting.partner_id, sighting.partner_id)
    words: dict[str, Value] = {"partner": partner, "by": by, "on": sighting.on}
    if note:
        words["note"] = note
    try:
        Attested.model_validate(node_of(words))
    except ValueError:
        raise WrongUsage(
            "the file takes no such --by or --note; write one line without hidden characters"
        ) from None
    return words


def _is_known(sound: Sound, index: int, sighting: Sighting, words: dict[str, Value]) -> bool:
    known = next(
        entry.attested
        for entry in entries(sound.document, index)
        if entry.identity == sighting.place.identity
    )
    return known is not None and known.partner == words["partner"] and known.on >= sighting.on


def _rewritten(sound: Sound, file: FilePath, news: dict[int, News]) -> Rewrite:
    before = read_regular(file, MOST_BYTES)
    editor = Editor(before.decode("utf-8-sig"))
    try:
        for index, attested in news.items():
            _, row = sound.home_of(index)
            written = sound.root.items_at("tenants")[index]
            listed = list(entries(sound.document, index))
            _note(editor, ("tenants", row), written, listed, attested)
        mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
        return Rewrite(file, before, mark + editor.text().encode())
    except Uneditable as error:
        raise RunFailed(f"{file} is left as it is: {error}; write attested: by hand") from None


def _note(editor: Editor, at: Path, tenant: Node, listed: Sequence[Entry], news: News) -> None:
    """Write a tenant's attestations where the least has to change."""
    if len(listed) == 1 and not listed[0].override.attested:
        editor.put(at, "attested", news[listed[0].identity])
    elif listed[0].is_own:
        written = tenant.items_at("identities") if isinstance(tenant, Table) else ()
        for number, entry in enumerate(listed):
            if entry.identity not in news:
                continue
            path = (*at, "identities", number)
            if isinstance(written[number], Table):
                editor.put(path, "attested", news[entry.identity])
            else:
                editor.replace(path, _item(entry, news))
    else:
        editor.put(at, "identities", [_item(entry, news) for entry in listed])


def _item(entry: Entry, news: News) -> Value:
    """An identity of a list, as the file has it but for what is new."""
    item: dict[str, Value] = entry.override.model_dump(exclude_unset=True, exclude_none=True)
    if entry.identity in news:
        item["attested"] = news[entry.identity]
    return item if len(item) > 1 else entry.identity
