"""Partner IDs as Partner Center knows them, before anything is written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reconciler.core.findings import Finding
from reconciler.core.guards.partner_names import Names, is_misnamed
from reconciler.core.links import Observed, ObservedState, Problem
from reconciler.core.redaction.redactor import redact
from reconciler.core.text import visible

UNKNOWN_ID = "partner_id_unknown"
"""The code of an ID that Partner Center does not know."""


@dataclass(frozen=True, slots=True)
class PartnerProfile:
    """What Partner Center says about a partner ID.

    name  the name of the partner; None if the answer has none
    """

    partner_id: str
    is_known: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerIdCheck:
    """The check of one partner ID.

    name     as Partner Center has it; None if it is not known
    problem  why the ID is not confirmed; None if it is
    """

    partner_id: str
    name: str | None = None
    problem: Problem | None = None


def check_partner_ids(
    partner_ids: Iterable[str], ask: Callable[[str], PartnerProfile | Problem]
) -> tuple[PartnerIdCheck, ...]:
    """The check of each ID. After a failure that is not about the ID, no other ID is asked for."""
    checks: list[PartnerIdCheck] = []
    failure: Problem | None = None
    for partner_id in dict.fromkeys(partner_ids):
        found = failure or ask(partner_id)
        if isinstance(found, Problem):
            failure = Problem(
                found.code, visible(redact(found.message)), visible(redact(found.hint))
            )
            checks.append(PartnerIdCheck(partner_id, problem=failure))
        elif not found.is_known:
            checks.append(PartnerIdCheck(partner_id, problem=_unknown(partner_id)))
        else:
            name = found.name and visible(redact(found.name))
            checks.append(PartnerIdCheck(partner_id, name))
    return tuple(checks)


def partner_id_findings(checks: Iterable[PartnerIdCheck], names: Names) -> Iterator[Finding]:
    """A finding for each ID that Partner Center does not know, or knows by another name.

    names  the names that the file gives to partner IDs
    """
    for check in checks:
        problem = check.problem
        if problem and problem.code == UNKNOWN_ID:
            yield Finding(UNKNOWN_ID, problem.message, problem.hint)
        seen = Observed(ObservedState.LINKED, partner_id=check.partner_id, partner_name=check.name)
        if is_misnamed(names, seen):
            wanted = " or ".join(names[check.partner_id])
            yield Finding(
                "partner_name_mismatch",
                f"Partner Center calls {check.partner_id} {check.name}, and the file {wanted}",
                "check the ID in Partner Center, then correct the ID or name: under partners:",
            )


def _unknown(partner_id: str) -> Problem:
    return Problem(
        UNKNOWN_ID,
        f"Partner Center does not know the partner ID {partner_id}",
        "copy the Associated PartnerID of a location account from Partner Center, under Account "
        "settings > Identifiers",
    )
