"""The check of partner names: a mistyped ID has another name in Azure than in the file."""

from collections.abc import Mapping, Sequence

from reconciler.core.findings import Finding
from reconciler.core.links import Observed
from reconciler.core.problems import name_mismatch
from reconciler.core.text import visible

Names = Mapping[str, Sequence[str]]
"""Partner ID to the names that Azure may answer. An ID without an entry is not checked."""


def is_misnamed(names: Names, seen: Observed) -> bool:
    """Whether Azure answered another name. A missing name, as in old records, is no mismatch.

    Case and runs of blanks do not matter. Hidden characters are compared as escapes.
    """
    wanted = names.get(seen.partner_id or "")
    if not wanted or not seen.partner_name:
        return False
    return _folded(seen.partner_name) not in map(_folded, wanted)


def name_findings(names: Names, observed: Sequence[tuple[str, Observed]]) -> tuple[Finding, ...]:
    """A finding for each ID with another name in Azure, with the tenants that carry it."""
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
