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

from reconciler.config.model.document import Attested
from reconciler.config.parse import ParsedFile, read
from reconciler.config.partners import Partners
from reconciler.config.precedence import LinkEntry, entries
from reconciler.config.reading import files
from reconciler.config.reading.files import MOST_BYTES
from reconciler.config.reading.tree import Node, Path, Table
from reconciler.config.writing.yaml_editor import Editor, Uneditable, Value, node_of
from reconciler.core.customers.attestable import Attestable, LeftOut
from reconciler.core.errors import RunFailed, WrongUsage
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
    path: FilePath, today: date, seen: Iterable[tuple[Attestable, str]], note: str | None
) -> tuple[list[Rewrite], list[LeftOut]]:
    """The files with an attestation for each sighting and who it is by; then what has no place.

    What is attested already, as late or later, stays as it is. Raises `BadFile` for an unsound
    file, `WrongUsage` for words that it does not take, `RunFailed` where aliases are in the way.
    """
    parsed = read(path, today)
    partners = Partners.of(parsed.document, parsed.document.partners is not None)
    tenants = {tenant.name: index for index, tenant in enumerate(parsed.document.tenants)}
    chosen: dict[FilePath, dict[int, News]] = {}
    left_out: list[LeftOut] = []
    for item, by in seen:
        place = item.place
        index = tenants[place.tenant]
        file, _ = parsed.home_of(index)
        words = _words(partners, item, by, note)
        if _is_known(parsed, index, item, words):
            continue
        if files.is_table(file):
            why = f"{file} is a table and has no column for it; move the customer to YAML"
            left_out.append(LeftOut(place.tenant, place.identity, why))
        else:
            chosen.setdefault(file, {}).setdefault(index, {})[place.identity] = words
    return [
        _rewritten(parsed, file, changes_since) for file, changes_since in chosen.items()
    ], left_out


def _words(partners: Partners, item: Attestable, by: str, note: str | None) -> dict[str, Value]:
    aliases = {id_: alias for alias, id_ in reversed([*partners.by_alias.items()])}
    partner = aliases.get(item.partner_id, item.partner_id)
    words: dict[str, Value] = {"partner": partner, "by": by, "on": item.on}
    if note:
        words["note"] = note
    try:
        Attested.model_validate(node_of(words))
    except ValueError:
        raise WrongUsage(
            "the file takes no such --by or --note; write one line without hidden characters"
        ) from None
    return words


def _is_known(parsed: ParsedFile, index: int, item: Attestable, words: dict[str, Value]) -> bool:
    known = next(
        entry.attested
        for entry in entries(parsed.document, index)
        if entry.identity == item.place.identity
    )
    return known is not None and known.partner == words["partner"] and known.on >= item.on


def _rewritten(parsed: ParsedFile, file: FilePath, changes_since: dict[int, News]) -> Rewrite:
    before = read_regular(file, MOST_BYTES)
    editor = Editor(before.decode("utf-8-sig"))
    try:
        for index, attested in changes_since.items():
            _, row = parsed.home_of(index)
            written = parsed.root.items_at("tenants")[index]
            listed = list(entries(parsed.document, index))
            _note(editor, ("tenants", row), written, listed, attested)
        mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
        return Rewrite(file, before, mark + editor.text().encode())
    except Uneditable as error:
        raise RunFailed(f"{file} is left as it is: {error}; write attested: by hand") from None


def _note(
    editor: Editor, at: Path, tenant: Node, listed: Sequence[LinkEntry], changes_since: News
) -> None:
    """Write a tenant's attestations where the least has to change."""
    if len(listed) == 1 and not listed[0].override.attested:
        editor.put(at, "attested", changes_since[listed[0].identity])
    elif listed[0].is_own:
        written = tenant.items_at("identities") if isinstance(tenant, Table) else ()
        for number, entry in enumerate(listed):
            if entry.identity not in changes_since:
                continue
            path = (*at, "identities", number)
            if isinstance(written[number], Table):
                editor.put(path, "attested", changes_since[entry.identity])
            else:
                editor.replace(path, _item(entry, changes_since))
    else:
        editor.put(at, "identities", [_item(entry, changes_since) for entry in listed])


def _item(entry: LinkEntry, changes_since: News) -> Value:
    """An identity of a list, as the file has it but for what is new."""
    item: dict[str, Value] = entry.override.model_dump(exclude_unset=True, exclude_none=True)
    if entry.identity in changes_since:
        item["attested"] = changes_since[entry.identity]
    return item if len(item) > 1 else entry.identity
