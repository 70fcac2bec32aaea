"""Safety properties that hold in every generated world, with any faults."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.links import WRITES, Action, ObservedState
from reconciler.core.results import CONVERGED, Outcome
from tests.engine.runs import FOREIGN, OLD, OURS, Desk
from tests.worlds.chance import NO_PARTNER, World, fits, numbered, worlds

MANY = settings(max_examples=250, deadline=None)
AT_A_TIME = st.sampled_from([1, 3, 8])


@given(worlds(), AT_A_TIME)
@MANY
def test_the_report_shows_the_real_ids(world: World, concurrency: int) -> None:
    """A link that the report knows carries that ID, unless another user changed it since."""
    plan, report = world.disturbed_run(concurrency)
    assert [r.change for r in report.results] == list(plan.changes)
    written = {place.tenant for place, _, _ in world.sent}
    for result in report.results:
        number = int(result.change.place.tenant[1:])
        seen = result.observed
        if result.outcome in CONVERGED:
            assert world.truth(number) == result.change.wanted.partner_id
        if result.after and result.after.state is not ObservedState.UNKNOWN:
            assert world.truth(number) == result.after.partner_id
        elif seen and seen.state is not ObservedState.UNKNOWN and number not in world.hand:
            assert world.truth(number) == seen.partner_id
        if result.change.place.tenant in written:
            assert result.outcome not in (Outcome.SKIPPED, Outcome.STALE, None)


@given(worlds(), AT_A_TIME)
@MANY
def test_a_foreign_id_is_never_overwritten(world: World, concurrency: int) -> None:
    """Each write was planned and was sent to a link that read as planned right before."""
    plan, _ = world.disturbed_run(concurrency)
    planned = {change.place.tenant: change for change in plan.changes}
    for place, what, have in world.sent:
        change = planned[place.tenant]
        assert what == change.action.value
        assert fits(change, have), f"{what} sent to a link to {have}"
    for number, change in numbered(plan.changes):
        before = world.links[number]
        is_foreign = before == FOREIGN and not change.wanted.may_replace(FOREIGN)
        if is_foreign and number not in world.hand:
            assert world.truth(number) == FOREIGN


@given(worlds(), AT_A_TIME)
@MANY
def test_an_unknown_link_is_never_written(world: World, concurrency: int) -> None:
    """The same holds for held, attested, unmanaged, conflicting and in-sync links."""
    plan, report = world.disturbed_run(concurrency)
    untouchable = {c.place.tenant for c in plan.changes if c.action not in WRITES}
    unread = {f"C{number}" for number in world.script.lost}
    assert not {place.tenant for place, _, _ in world.sent} & (untouchable | unread)
    for result in report.results:
        assert (result.outcome is None) is (result.change.place.tenant in untouchable)


@given(worlds(), AT_A_TIME)
@MANY
def test_no_wanted_link_is_lost(world: World, concurrency: int) -> None:
    """A wanted link that existed before the run exists after it, whatever happens to the writes."""
    world.disturbed_run(concurrency)
    for number, want in enumerate(world.wishes, start=1):
        if world.links[number] and want.partner_id and number not in world.hand:
            assert world.truth(number)


@given(worlds(), AT_A_TIME)
@MANY
def test_a_clean_run_converges_and_a_second_one_writes_nothing(
    world: World, concurrency: int
) -> None:
    """After any faults only conflicts, invalid IDs and settled links remain."""
    world.disturbed_run(concurrency)
    report = world.clean_run()
    for result in report.results:
        change = result.change
        number = int(change.place.tenant[1:])
        if change.action in WRITES and change.wanted.partner_id != NO_PARTNER:
            assert result.outcome is Outcome.APPLIED
            assert world.truth(number) == change.wanted.partner_id
        elif change.action in WRITES:
            assert result.outcome in (Outcome.FAILED, Outcome.SKIPPED)
        else:
            assert change.action is not Action.UNKNOWN
    sent = len(world.azure.writes)
    again = world.clean_run()
    left = {r.change.wanted.partner_id for r in again.results if r.change.action in WRITES}
    assert left <= {NO_PARTNER}
    refused = world.azure.writes[sent:]
    assert len(refused) <= 1, "an ID that is no partner is written once a run, all else never again"


@given(worlds(), AT_A_TIME)
@MANY
def test_each_write_has_its_intent_and_each_id_its_canary(world: World, concurrency: int) -> None:
    """Each write has an intent on disk before it. An invalid partner ID is sent once."""
    desk = Desk(world.azure, concurrency=concurrency)
    desk.journal.full_after = world.script.room
    report = desk.run(*world.wishes)
    intents = [tenant for event, tenant in desk.journal.events if event == "intent"]
    assert [tenant for tenant, _, _ in world.azure.writes] == intents
    wrong = [w for w in world.azure.writes if w[1] != "remove" and w[2] not in (OURS, OLD)]
    assert len(wrong) <= 1
    full = world.script.room is not None and len(desk.journal.events) >= world.script.room
    assert report.failure is None or full
