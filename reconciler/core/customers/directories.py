"""Directories behind domains: whether an entry's domain still leads to the same tenant.

A domain can move to another directory, which may be another customer's. A GUID cannot. The GUIDs
of earlier runs come from the history and the journal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.core.links import Change, Observed, Place, Problem, Wanted

DIRECTORY_CHANGED = "directory_changed"
"""The code of a link whose domain led to another directory in an earlier run."""

Remembered = Mapping[str, str]
"""Tenant name in the file to the GUID that its domain led to in the last run."""


@dataclass(frozen=True, slots=True)
class SeenDirectory:
    """The directory that an entry led to, and when a run last found that."""

    at: datetime
    tenant: str
    tenant_id: str


def domains_of(wanted: Iterable[Wanted]) -> dict[str, str]:
    """The entries named by a domain: tenant name to domain."""
    places = (want.place for want in wanted)
    return {place.tenant: place.directory for place in places if place.is_named_by_domain}


def unresolved_remark(domains: Sequence[str]) -> str:
    """What a finding about a directory cannot know: whether one of these domains leads to it.

    domains  those of the file that could not be resolved. Without any the remark is empty
    """
    if not domains:
        return ""
    count = len(domains)
    what = "a domain" if count == 1 else f"{count} domains"
    return (
        f". The file names {what} that could not be resolved, such as {domains[0]}: check that it "
        "is not this customer"
    )


def newest(seen: Iterable[SeenDirectory]) -> Remembered:
    """The last known directory of each entry."""
    last: dict[str, SeenDirectory] = {}
    for each in seen:
        known = last.get(each.tenant)
        if known is None or known.at <= each.at:
            last[each.tenant] = each
    return {tenant: each.tenant_id.lower() for tenant, each in last.items()}


def check_directories(
    observed: Mapping[Place, Observed], remembered: Remembered
) -> dict[Place, Observed]:
    """The reads, with each link unknown whose domain leads to another directory than before.

    The principal of such a read is dropped: it belongs to the other directory.
    """
    return {place: _checked(place, seen, remembered) for place, seen in observed.items()}


def check_saved_plan(
    changes: Iterable[Change],
    domains: Mapping[str, str],
    found: Mapping[str, str | None],
    remembered: Remembered,
) -> dict[Place, Problem]:
    """The changes of a saved plan that must not be made: their domain leads elsewhere now.

    domains  as `domains_of` returns them
    found    domain to the GUID that it leads to now; None if the lookup failed
    """
    problems: dict[Place, Problem] = {}
    for change in changes:
        place = change.place
        domain = domains.get(place.tenant)
        if domain is None:
            continue
        now = found.get(domain)
        planned = change.observed.tenant_id if change.observed else None
        seen = (remembered.get(place.tenant), planned)
        before = next((each for each in seen if each and each != now), None)
        if now is None:
            problems[place] = _not_found(domain)
        elif before:
            problems[place] = _changed(domain, before, now)
    return problems


def _checked(place: Place, seen: Observed, remembered: Remembered) -> Observed:
    before, now = remembered.get(place.tenant), seen.tenant_id
    if not place.is_named_by_domain or None in (before, now) or before == now:
        return seen
    return Observed.unknown(_changed(place.directory, str(before), str(now)), tenant_id=now)


def _changed(domain: str, before: str, now: str) -> Problem:
    return Problem(
        DIRECTORY_CHANGED,
        f"{domain} resolves to directory {now}; in the last run it resolved to {before}",
        "find out which of the two is the customer's directory, then replace the domain in the "
        "file with its GUID. Until then, nothing is written there",
    )


def _not_found(domain: str) -> Problem:
    return Problem(
        "unavailable",
        f"the directory of {domain} could not be looked up before the change",
        "nothing was written; run again",
    )
