"""Attestations written into tenants.yaml.

An attestation is a key of the tenant if it has one identity, or else of the identity in the
tenant's list. A CSV table has no column for it.
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

Attestations = dict[str, dict[str, Value]]
"""The name of an identity → its new `attested:`."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file before and after a change."""

    path: FilePath
    before: bytes
    after: bytes


def attest(
    path: FilePath, today: date, seen: Iterable[tuple[Attestable, str]], note: str | None
) -> tuple[list[Rewrite], list[LeftOut]]:
    """The files with an attestation for each link, and the links that cannot be attested there.

    An attestation of the same day or later is not changed. Raises `BadFile` if the file is invalid,
    `WrongUsage` if it cannot hold `by` or `note`, `RunFailed` if YAML aliases prevent the change.

    seen  the links that may be attested, each with who saw it
    """
    parsed = read(path, today)
    partners = Partners.of(parsed.document)
    tenants = {tenant.name: index for index, tenant in enumerate(parsed.document.tenants)}
    chosen: dict[FilePath, dict[int, Attestations]] = {}
    left_out: list[LeftOut] = []
    for item, by in seen:
        place = item.place
        index = tenants[place.tenant]
        file, _ = parsed.home_of(index)
        attested = _attested(partners, item, by, note)
        listed = entries(parsed.document, index)
        entry = next(entry for entry in listed if entry.identity == place.identity)
        if _is_known(entry, item, attested):
            continue
        if why := _why_not(entry, file):
            left_out.append(LeftOut(*place.key, why))
        else:
            chosen.setdefault(file, {}).setdefault(index, {})[place.identity] = attested
    return [_rewritten(parsed, file, by_tenant) for file, by_tenant in chosen.items()], left_out


def _attested(partners: Partners, item: Attestable, by: str, note: str | None) -> dict[str, Value]:
    partner = partners.aliases.get(item.partner_id, item.partner_id)
    attested: dict[str, Value] = {"partner": partner, "by": by, "on": item.on}
    if note:
        attested["note"] = note
    try:
        Attested.model_validate(node_of(attested))
    except ValueError:
        raise WrongUsage(
            "--by and --note take one line of text without hidden characters"
        ) from None
    return attested


def _is_known(entry: LinkEntry, item: Attestable, attested: dict[str, Value]) -> bool:
    known = entry.attested
    return known is not None and known.partner == attested["partner"] and known.on >= item.on


def _why_not(entry: LinkEntry, file: FilePath) -> str:
    """Why an attestation cannot be written for a link; empty if it can."""
    if files.is_table(file):
        return f"{file} is a table, which has no column for it; move the tenant to a YAML file"
    if entry.is_dated:
        return "its from: or until: and attested: contradict each other; remove the date first"
    return ""


def _rewritten(parsed: ParsedFile, file: FilePath, by_tenant: dict[int, Attestations]) -> Rewrite:
    before = read_regular(file, MOST_BYTES)
    editor = Editor(before.decode("utf-8-sig"))
    try:
        for index, added in by_tenant.items():
            _, row = parsed.home_of(index)
            written = parsed.root.items_at("tenants")[index]
            listed = list(entries(parsed.document, index))
            _note(editor, ("tenants", row), written, listed, added)
        mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
        return Rewrite(file, before, mark + editor.text().encode())
    except Uneditable as error:
        raise RunFailed(f"{file} was not changed: {error}; add attested: with an editor") from None


def _note(
    editor: Editor, at: Path, tenant: Node, listed: Sequence[LinkEntry], added: Attestations
) -> None:
    """Write a tenant's attestations with the smallest possible change."""
    if len(listed) == 1 and not listed[0].override.attested:
        editor.put(at, "attested", added[listed[0].identity])
    elif listed[0].is_own:
        written = tenant.items_at("identities") if isinstance(tenant, Table) else ()
        for number, entry in enumerate(listed):
            if entry.identity not in added:
                continue
            path = (*at, "identities", number)
            if isinstance(written[number], Table):
                editor.put(path, "attested", added[entry.identity])
            else:
                editor.replace(path, _item(entry, added))
    else:
        editor.put(at, "identities", [_item(entry, added) for entry in listed])


def _item(entry: LinkEntry, added: Attestations) -> Value:
    """An identity of the tenant's list, with its new attestation."""
    settings = entry.override.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    item: dict[str, Value] = {"identity": entry.identity} | settings
    if entry.identity in added:
        item["attested"] = added[entry.identity]
    return item if len(item) > 1 else entry.identity
