"""Does Azure call a partner ID what the file calls it? The check against a typo in an ID."""

from collections.abc import Mapping, Sequence

from reconciler.core.findings import Finding
from reconciler.core.links import Observed
from reconciler.core.problems import name_mismatch
from reconciler.core.text import visible

Names = Mapping[str, Sequence[str]]
"""Partner ID to the names that Azure may answer for it; an ID that is not here is not checked."""


def is_misnamed(names: Names, seen: Observed) -> bool:
    """Whether Azure answered another name; a missing one (old records have none) is no mismatch.

    Names are compared without regard to case and runs of blanks, hidden characters as escapes.
    """
    wanted = names.get(seen.partner_id or "")
    if not wanted or not seen.partner_name:
        return False
    return _folded(seen.partner_name) not in map(_folded, wanted)


def name_findings(names: Names, observed: Sequence[tuple[str, Observed]]) -> tuple[Finding, ...]:
    """One finding for each ID that Azure calls by another name, with the tenants that carry it."""
    carriers: dict[str, list[str]] = {}
    answered: dict[str, str] = {}
    for tenant, seen in observed:
        if seen.partner_id and is_misnamed(names, seen):
            carriers.setdefault(seen.partner_id, []).append(tenant)
            answered[seen.partner_id] = str(seen.partner_name)
    problems = (
        name_mismatch(partner_id, names[partner_id], answered[partner_id], tenants)
        for partner_id, tenants in carriers.items()
    )
    return tuple(Finding(problem.code, problem.message, problem.hint) for problem in problems)


def _folded(name: str) -> str:
    return visible(" ".join(name.split())).casefold()
