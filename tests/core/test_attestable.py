"""Which links of a user's report can be attested."""

from dataclasses import replace

import pytest

from reconciler.core.customers.attestable import LeftOut, attestable
from reconciler.core.links import Observed, Place, Wanted, WantedState
from reconciler.core.results import Outcome
from tests.core import worlds
from tests.core.worlds import FOREIGN, OLD, change, linked, unknown, unlinked, wanted


def judged(
    want: Wanted, seen: Observed, outcome: Outcome | None, now: Wanted | None = None
) -> str | None:
    """The reason why a reported link is left out; None if it can be attested."""
    plan = worlds.plan((want, seen))
    seen_so, left_out = attestable(plan, [outcome], [now or want], {"automation"})
    assert len(seen_so) + len(left_out) == 1
    return left_out[0].why if left_out else None


@pytest.mark.parametrize("outcome", [None, Outcome.APPLIED, Outcome.ALREADY])
def test_a_link_that_reads_as_wanted_can_be_attested(outcome: Outcome | None) -> None:
    """It does not matter who wrote it."""
    assert judged(wanted(), linked(), outcome) is None


@pytest.mark.parametrize(
    ("seen", "outcome", "why"),
    [
        (linked(), Outcome.FAILED, "the report says failed"),
        (linked(), Outcome.UNVERIFIED, "the report says unverified"),
        (linked(), Outcome.SKIPPED, "the report says skipped"),
        (unlinked(), None, "the report says not linked"),
        (unknown(), None, "the report says unknown"),
        (linked(FOREIGN), None, f"it was linked to {FOREIGN}, the file wants {worlds.OURS}"),
    ],
)
def test_a_link_that_was_not_verified_is_not_attested(
    seen: Observed, outcome: Outcome | None, why: str
) -> None:
    """An unread link, an unverified write and another ID each have their reason."""
    assert judged(wanted(), seen, outcome) == why


def test_the_current_file_decides() -> None:
    """A report may be older than the file."""
    moved = replace(wanted(), partner_id=OLD)
    assert judged(wanted(), linked(), None, moved) == (
        f"it was linked to {worlds.OURS}, the file wants {OLD}"
    )
    assert (
        judged(wanted(), linked(), None, wanted(WantedState.ABSENT)) == "the file wants it absent"
    )
    elsewhere = replace(wanted(), place=Place("T1", worlds.place(2).directory, "automation"))
    assert "the report is about tenant" in str(judged(wanted(), linked(), None, elsewhere))
    by_domain = replace(wanted(), place=Place("T1", "fabrikam.com", "automation"))
    assert judged(wanted(), linked(), None, by_domain) is None


def test_a_link_that_is_not_in_the_file_is_left_out() -> None:
    """The result names the reason."""
    plan = worlds.plan((wanted(), linked()))
    left_out = [LeftOut("T1", "automation", "the file has no such link")]
    assert attestable(plan, [None], [], {"automation"}) == ([], left_out)


def test_links_of_other_identities_are_ignored() -> None:
    """Links of other identities are read, so they need no attestation."""
    plan = worlds.plan((wanted(), linked()))
    assert attestable(plan, [None], [wanted()], {"alice"}) == ([], [])
    assert change(wanted(), linked()).place.identity == "automation"
