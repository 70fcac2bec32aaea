"""A partner name in Azure that differs from the file suggests a mistyped partner ID."""

import pytest

from reconciler.core.guards.partner_names import is_misnamed, name_findings
from reconciler.core.links import Observed, ObservedState
from tests.core.worlds import FOREIGN, OURS, unlinked

NAMES = {OURS: ("Contoso UK", "Contoso Consulting UK")}


def _seen(name: str | None, partner_id: str = OURS) -> Observed:
    return Observed(ObservedState.LINKED, "tid", "oid", partner_id, name)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (_seen("Contoso UK"), False),
        (_seen("contoso  consulting\tuk "), False),
        (_seen("Litware"), True),
        (_seen(None), False),
        (_seen("Litware", FOREIGN), False),
        (unlinked(), False),
    ],
)
def test_names_are_compared_without_case_and_repeated_spaces(
    seen: Observed, expected: bool
) -> None:
    """Old records have no name, and IDs without a name in the file are not checked."""
    assert is_misnamed(NAMES, seen) is expected


def test_one_finding_names_all_links_that_carry_the_id() -> None:
    """The finding shows how often the mistyped ID is used."""
    observed = [("A", _seen("Litware")), ("B", _seen("Contoso UK")), ("C", _seen("Litware"))]
    (finding,) = name_findings(NAMES, observed)
    assert finding.code == "partner_name_mismatch"
    assert "carried by: A, C" in finding.message
