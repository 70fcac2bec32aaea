"""The diff depends only on what is wanted and what was observed."""

import pytest
from hypothesis import given

from reconciler.core.diff import diff
from reconciler.core.links import (
    WRITES,
    Action,
    Observed,
    ObservedState,
    Place,
    Settled,
    Wanted,
    WantedState,
)
from tests.core import worlds
from tests.core.worlds import FOREIGN, GONE, OLD, OURS, linked, unknown, unlinked, wanted

LINKED, ABSENT, UNMANAGED = WantedState.LINKED, WantedState.ABSENT, WantedState.UNMANAGED


@pytest.mark.parametrize(
    ("aim", "seen", "action"),
    [
        (LINKED, linked(OURS), Action.NONE),
        (LINKED, unlinked(), Action.CREATE),
        (LINKED, linked(OLD), Action.UPDATE),
        (LINKED, linked(FOREIGN), Action.CONFLICT),
        (LINKED, unknown(), Action.UNKNOWN),
        (LINKED, unknown(GONE), Action.UNKNOWN),
        (ABSENT, unlinked(), Action.NONE),
        (ABSENT, linked(OURS), Action.REMOVE),
        (ABSENT, linked(OLD), Action.REMOVE),
        (ABSENT, linked(FOREIGN), Action.CONFLICT),
        (ABSENT, unknown(), Action.UNKNOWN),
        (ABSENT, unknown(GONE), Action.NONE),
        (UNMANAGED, linked(FOREIGN), Action.UNMANAGED),
        (UNMANAGED, unlinked(), Action.UNMANAGED),
        (UNMANAGED, unknown(), Action.UNKNOWN),
    ],
)
def test_each_wanted_state_and_read_has_one_action(
    aim: WantedState, seen: Observed, action: Action
) -> None:
    """Every combination of wanted and observed has exactly one action."""
    assert worlds.change(wanted(aim), seen).action is action


def test_a_link_with_the_wanted_id_is_in_sync_even_if_nothing_may_be_replaced() -> None:
    """A link as wanted is in sync, whether or not the file lists its ID."""
    assert worlds.change(wanted(replaceable=frozenset()), linked(OURS)).action is Action.NONE


@pytest.mark.parametrize(("aim", "action"), [(LINKED, Action.UPDATE), (ABSENT, Action.REMOVE)])
def test_replaces_any_takes_over_a_foreign_link(aim: WantedState, action: Action) -> None:
    """Only `replaces: any` allows every ID to be replaced."""
    assert worlds.change(wanted(aim, replaceable=None), linked(FOREIGN)).action is action


@pytest.mark.parametrize("action", [Action.HELD, Action.ATTESTED])
@pytest.mark.parametrize("seen", [linked(FOREIGN), unlinked(), unknown()])
def test_a_held_link_stays_held(action: Action, seen: Observed) -> None:
    """A held link stays held, whatever the read shows."""
    change = worlds.change(wanted(settled=Settled(action, "because")), seen)
    assert (change.action, change.reason) == (action, "because")


def test_an_attested_link_needs_no_read() -> None:
    """Its principal may be unable to sign in."""
    settled = Settled(Action.ATTESTED, "by Ana")
    assert worlds.change(wanted(settled=settled), None).observed is None


def test_a_link_without_a_read_is_an_error_of_the_caller() -> None:
    """A missing read is never treated as `not linked`."""
    with pytest.raises(ValueError, match="was not read"):
        diff([wanted()], {})


def test_two_entries_for_one_principal_are_both_unknown() -> None:
    """They would change one link back and forth. Another principal is not affected."""
    wishes = [wanted(number=n) for n in (1, 2, 3)]
    same, other = linked(OLD, 1), linked(OLD, 3)
    changes = diff(wishes, dict(zip([w.place for w in wishes], [same, same, other], strict=True)))
    assert [c.action for c in changes] == [Action.UNKNOWN, Action.UNKNOWN, Action.UPDATE]
    problem = changes[0].problem
    assert problem is not None
    assert problem.code == "duplicate_principal"
    assert "T1 / automation, T2 / automation" in problem.message
    assert changes[0].observed == Observed.unknown(problem, tenant_id="tid1", object_id="oid1")


def test_unread_links_are_no_duplicates_of_each_other() -> None:
    """Without a sign-in there is no principal to compare."""
    changes = diff(
        [wanted(number=1), wanted(number=2)],
        {worlds.place(1): unknown(), worlds.place(2): unknown()},
    )
    assert {c.problem for c in changes} == {worlds.PROBLEM}


def test_an_entry_that_is_not_read_counts_by_its_last_known_principal() -> None:
    """A run of a part of the file finds that another entry reaches the same principal."""
    reads = {worlds.place(1): linked()}
    (change,) = diff([wanted()], reads, {worlds.place(2): ("tid1", "oid1")})
    assert change.problem is not None
    assert change.problem.code == "duplicate_principal"
    assert "T1 / automation, T2 / automation" in change.problem.message
    (change,) = diff([wanted()], reads, {worlds.place(2): ("tid1", "oid2")})
    assert change.action is Action.NONE


def test_a_read_outranks_the_last_known_principal() -> None:
    """The other entry reaches another principal now."""
    reads = {worlds.place(1): linked(), worlds.place(2): linked(number=2)}
    wants = [wanted(number=1), wanted(number=2)]
    changes = diff(wants, reads, {worlds.place(2): ("tid1", "oid1")})
    assert [change.action for change in changes] == [Action.NONE, Action.NONE]


@pytest.mark.parametrize(("aim", "word"), [(LINKED, OURS), (ABSENT, "no link")])
def test_a_conflict_says_what_is_there_and_what_is_wanted(aim: WantedState, word: str) -> None:
    """Its remedy names the foreign ID."""
    (change,) = diff([wanted(aim)], {worlds.place(1): linked(FOREIGN)})
    assert f"linked to {FOREIGN}" in change.reason
    assert f"wanted: {word}." in change.reason
    assert f'list "{FOREIGN}" under replaces:' in change.reason


@given(worlds.pairs())
def test_changes_are_in_the_order_of_the_file(pairs: list[tuple[Wanted, Observed | None]]) -> None:
    """Each wanted link has one change, in the same place."""
    plan = worlds.plan(*pairs)
    assert [change.wanted for change in plan.changes] == [want for want, _ in pairs]


@given(worlds.pairs())
def test_after_all_changes_are_applied_nothing_is_left_to_write(
    pairs: list[tuple[Wanted, Observed | None]],
) -> None:
    """After all changes are applied, the diff has no write."""
    plan = worlds.plan(*pairs)
    world = [(change.wanted, worlds.after(change)) for change in plan.changes]
    assert worlds.plan(*world).writes == ()


@given(worlds.pairs())
def test_an_unreadable_link_is_never_written(
    pairs: list[tuple[Wanted, Observed | None]],
) -> None:
    """No write follows from an unreadable link or to an ID that must not be replaced."""
    for change in worlds.plan(*pairs).writes:
        assert change.problem is None
        assert change.action in WRITES
        seen = change.observed
        assert seen is not None
        assert seen.partner_id is None or change.wanted.may_replace(seen.partner_id)
        assert change.wanted.state is not UNMANAGED


def test_duplicates_are_named_in_the_order_of_the_file() -> None:
    """The order of Azure's answers does not change the digest."""
    places = [Place("Eight", "fabrikam.com", name) for name in ("b", "c")]
    wants = [Wanted(place, WantedState.LINKED, "4936128") for place in places]
    seen = {place: Observed(ObservedState.NOT_LINKED, "tid", "oid") for place in places}
    turned = dict(reversed(seen.items()))
    assert diff(wants, seen) == diff(wants, turned)
