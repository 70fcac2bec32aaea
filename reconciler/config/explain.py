"""Explanations for `validate --explain`: each value of a tenant, with its source and place."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from reconciler.config.credentials import identities
from reconciler.config.model.document import Document
from reconciler.config.parse import ParsedFile, read
from reconciler.config.partners import Partners
from reconciler.config.precedence import LinkEntry, TenantEntry, entries
from reconciler.config.reading.tree import Path as NodePath
from reconciler.config.selectors import unmatched
from reconciler.config.wanted import place_of
from reconciler.core.customers.explanations import ExplainedValue, Explanation
from reconciler.core.errors import WrongUsage
from reconciler.core.identities import Identity
from reconciler.core.selectors import Selectable, SelectorIndex, keywords
from reconciler.core.text import visible

OF_TENANT = ("tags", "key", "expires_on", "replaces", "workload", "environments", "covers")
OF_LINK = ("partner", "hold", "attested", "from", "until")


def explain(path: Path, today: date, only: Sequence[str]) -> tuple[Explanation, ...]:
    """Every value of the selected tenants, or of all, on that day (UTC).

    Raises `BadFile` if the file is invalid, and `WrongUsage` if a selector matches no tenant.
    """
    parsed = read(path, today)
    found = tuple(explanations(parsed, path.parent, today))
    if not only:
        return found
    index = SelectorIndex(_selectables(parsed.document, today))
    what = f"no tenant in {visible(str(path))}"
    if errors := unmatched(index, "--explain", only, what):
        raise WrongUsage("\n".join(errors))
    return tuple(found[number] for number in index.union(only))


def _selectables(document: Document, today: date) -> Iterator[Selectable]:
    """The words that select each tenant."""
    partners = Partners.of(document)
    for index, tenant in enumerate(document.tenants):
        links = list(entries(document, index))
        named = [link.partner for link in links if link.partner]
        words = keywords(
            tenant.tags or (),
            (link.identity for link in links),
            (*named, *(partners.id_on(name, today) for name in named)),
        )
        yield Selectable((tenant.name,), (tenant.tenant,), words)


def explanations(parsed: ParsedFile, folder: Path, today: date) -> Iterator[Explanation]:
    """Every tenant, in the order of the file. `folder` is the folder of the file."""
    document = parsed.document
    partners = Partners.of(document)
    known = identities(document, parsed.where, folder)
    covering = {index: home for home, served in document.coverage.items() for index in served}
    for index, tenant in enumerate(document.tenants):
        customer = TenantEntry(document, index)
        values = [*_of_tenant(parsed, customer, covering.get(index))]
        for entry in customer.entries():
            values += _of_link(parsed, partners, entry, today)
            values += _of_sign_in(parsed, entry, known)
        yield Explanation(tenant.name, tenant.tenant, tuple(tenant.tags or ()), tuple(values))


def _of_tenant(
    parsed: ParsedFile, customer: TenantEntry, home: int | None
) -> Iterator[ExplainedValue]:
    own = ("tenants", customer.index)
    yield _explained(parsed, "tenant", customer.tenant.tenant, (*own, "tenant"))
    for key in OF_TENANT:
        found = customer.find(key)
        if found.value is not None:
            yield _explained(parsed, key, found.value, found.path)
    if home is not None:
        name = parsed.document.tenants[home].name
        yield _explained(parsed, "covered by", name, ("tenants", home, "covers"), "covers")
    listed = customer.find("identities")
    if listed.path:
        names = [override.identity for override in listed.value]
        yield _explained(parsed, "identities", names, listed.path)


def _of_link(
    parsed: ParsedFile, partners: Partners, entry: LinkEntry, today: date
) -> Iterator[ExplainedValue]:
    state = entry.state_on(today)
    yield _explained(parsed, "state", state.value, state.path, identity=entry.identity)
    for key in OF_LINK:
        found = entry.find(key)
        if found.value is not None:
            value = _partner(partners, found.value) if key == "partner" else found.value
            yield _explained(parsed, key, value, found.path, identity=entry.identity)
        if key == "partner" and found.value:
            yield from _becomes(parsed, partners, found.value, entry.identity, today)
    if entry.pin.value is not None:
        yield _explained(
            parsed, "object_id", entry.pin.value, entry.pin.path, identity=entry.identity
        )


def _of_sign_in(
    parsed: ParsedFile, entry: LinkEntry, known: Mapping[str, Identity]
) -> Iterator[ExplainedValue]:
    """The app that signs in, and the references to its secrets."""
    name, own = entry.identity, ("tenants", entry.customer.index)
    place = place_of(entry)
    identity = known[name].at(place)
    if identity.client_id:
        at = (*own, "client_id") if place.app else ("identities", name, "client_id")
        yield _explained(parsed, "client_id", identity.client_id, at, identity=name)
    if place.app and not entry.tenant.key:
        yield _explained(parsed, "key", place.app.key, (*own, "name"), "made from the name", name)
    for key, references in identity.references.items():
        for ref in references:
            yield ExplainedValue(key, str(ref), "identities", ref.where, name)


def _becomes(
    parsed: ParsedFile, partners: Partners, name: str, identity: str, today: date
) -> Iterator[ExplainedValue]:
    """The partners whose IDs replace this one, and the first day of each."""
    aliases = partners.aliases
    before = partners.id_of(name)
    for partner_id, begins in partners.successors(name):
        word = "since" if begins <= today else "from"
        value = f"{_partner(partners, aliases[partner_id])} {word} {begins}"
        path = ("partners", aliases[before], "becomes")
        yield _explained(parsed, "becomes", value, path, "partners", identity)
        before = partner_id


def _partner(partners: Partners, name: str) -> str:
    partner_id = partners.id_of(name)
    return name if name == partner_id else f"{name} ({partner_id})"


def _explained(
    parsed: ParsedFile,
    key: str,
    value: Any,
    path: NodePath | None,
    source: str = "",
    identity: str | None = None,
) -> ExplainedValue:
    where = parsed.where(path) if path else ""
    return ExplainedValue(key, _text(value), source or _source(path), where, identity)


def _source(path: NodePath | None) -> str:
    if path is None:
        return "built in"
    if path[0] == "identities":
        return "identities"
    if path[0] == "tenants":
        return "identity" if path[2] == "identities" and len(path) > 3 else "tenant"
    return f"tag {path[2]}" if path[1] == "by_tag" else "defaults"


def _text(value: Any) -> str:
    """A value on one line, in the form of the file."""
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "none"
    if hasattr(value, "model_fields_set"):
        given = ((key, getattr(value, key)) for key in type(value).model_fields)
        return ", ".join(f"{key}: {_text(part)}" for key, part in given if part is not None)
    return str(value)
