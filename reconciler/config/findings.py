"""Findings in a valid file on one day: holds, attestations, credentials and partner IDs."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from reconciler.config.checks.coverage import coverage_findings
from reconciler.config.model.document import Attested, Document, Hold, Tenant
from reconciler.config.partners import Partners
from reconciler.config.precedence import LinkEntry, entries
from reconciler.core.findings import SOON, Finding
from reconciler.core.identities import Identity

_RENEW = "renew it, and update expires_on:"


def findings(
    document: Document, identities: Mapping[str, Identity], partners: Partners, today: date
) -> Iterator[Finding]:
    """Every finding that needs no request to Azure: identities first, then links in file order."""
    for identity in identities.values():
        yield from _expiry(identity, today)
    yield from _neighbours(partners)
    yield from coverage_findings(document)
    for index, tenant in enumerate(document.tenants):
        yield from _app_expiry(tenant, today)
        yield from _tenant(entries(document, index), document, partners, today)


def _expiry(identity: Identity, today: date) -> Iterator[Finding]:
    for code, when in _end(identity.expires_on, today):
        message = f"the credential of {identity.name} {when}"
        yield Finding(code, message, _RENEW, identity=identity.name)


def _app_expiry(tenant: Tenant, today: date) -> Iterator[Finding]:
    for code, when in _end(tenant.expires_on, today):
        message = f"the credential of {tenant.name}'s own app {when}"
        yield Finding(code, message, _RENEW, tenant.name)


def _end(ends: date | None, today: date) -> Iterator[tuple[str, str]]:
    """The code and the message, if a credential has expired or expires soon."""
    if ends is None or ends > today + SOON:
        return
    if ends < today:
        yield "credential_expired", f"expired on {ends}"
    else:
        yield "credential_expiring", f"expires on {ends}"


def _neighbours(partners: Partners) -> Iterator[Finding]:
    """Consecutive listed IDs: accounts that were created together, and one is often the global one.

    The ID of a global account must not be linked, and Partner Center shows both.
    """
    aliases = partners.aliases
    for first in sorted(aliases, key=int):
        second = str(int(first) + 1)
        if second in aliases:
            yield Finding(
                "neighbouring_partner_ids",
                f"{first} ({aliases[first]}) and {second} ({aliases[second]}) are consecutive: "
                f"{first} may be the global account",
                "check both in Partner Center. Only IDs of location accounts belong here. If both "
                "are, ignore this finding",
            )


def _tenant(
    links: Iterable[LinkEntry], document: Document, partners: Partners, today: date
) -> Iterator[Finding]:
    """The findings of one tenant. A finding about several identities is reported once."""
    seen: set[int] = set()
    for entry in links:
        hold, attested = entry.hold, entry.attested
        if hold and id(hold) not in seen:
            yield from _hold(entry, hold, today)
        if attested and id(attested) not in seen:
            yield from _attested(entry, attested, document, partners, today)
        seen |= {id(hold), id(attested)}


def _identity_with(entry: LinkEntry, part: str) -> str | None:
    """The identity, if the finding is about its own key and not the whole tenant's."""
    return entry.identity if getattr(entry.override, part) else None


def _hold(entry: LinkEntry, hold: Hold, today: date) -> Iterator[Finding]:
    if today >= hold.until:
        yield Finding(
            "hold_expired",
            f"the hold ended on {hold.until}: {hold.reason}",
            "the link is managed again. Remove hold:, or set a later until:",
            entry.tenant.name,
            _identity_with(entry, "hold"),
        )


def _attested(
    entry: LinkEntry, attested: Attested, document: Document, partners: Partners, today: date
) -> Iterator[Finding]:
    identity = _identity_with(entry, "attested")
    if today - attested.on > document.limits.attested_age:
        yield Finding(
            "attestation_old",
            f"{attested.by} last saw the link on {attested.on}",
            "check the link again, and update attested: on:",
            entry.tenant.name,
            identity,
        )
    seen, want = partners.id_of(attested.partner), partners.id_on(entry.partner or "", today)
    if seen != want:
        yield Finding(
            "attested_partner_differs",
            f"the link was attested with {seen}, but the file wants {want}",
            "a run can neither read nor change this link. Have its principal link the wanted ID "
            "and attest that, or correct partner:",
            entry.tenant.name,
            identity,
        )
