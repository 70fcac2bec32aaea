"""How observations of runs become periods of links."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.history.link_history import (
    Health,
    Observation,
    count_health,
    next_period,
)
from reconciler.core.history.recording import (
    fresh_observations,
    observations_of_plan,
    observations_of_report,
    writes_of,
)
from reconciler.core.links import Action, Observed, ObservedState, Problem, Settled
from reconciler.core.plan import Report
from reconciler.core.problems import INTERRUPTED
from reconciler.core.results import Outcome, Result, not_written
from tests.core.worlds import FOREIGN, OLD, OURS, PROBLEM, linked, plan, unknown, unlinked, wanted
from tests.periods import periods_of

FIRST = datetime(2026, 11, 20, 2, tzinfo=UTC)
ENDED = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)


def at(number: int) -> datetime:
    """02:00 on this day, counted from the first run."""
    return FIRST + timedelta(days=number)


def observation(number: int = 0, partner_id: str | None = OURS, **more: object) -> Observation:
    """An observation of one link, in sync by default."""
    state = ObservedState.LINKED if partner_id else ObservedState.NOT_LINKED
    same: dict[str, Any] = {"wanted_partner_id": OURS, "partner_id": partner_id}
    action = Action.NONE if partner_id == OURS else Action.UPDATE
    seen = Observation(at(number), "Fabrikam", "automation", action, state, **same)
    return replace(seen, **more)  # type: ignore[arg-type]


def failed(number: int, code: str = "unavailable", message: str = "503") -> Observation:
    """An observation of an unreadable link."""
    return Observation(
        at(number),
        "Fabrikam",
        "automation",
        Action.UNKNOWN,
        ObservedState.UNKNOWN,
        OURS,
        problem=code,
        message=message,
    )


def test_an_equal_observation_extends_the_period() -> None:
    """Equal observations are one period, with the time of the last one."""
    (only,) = periods_of([observation(0), observation(1), observation(2)])
    assert (only.first_at, only.last_at, only.read_at) == (at(0), at(2), at(2))
    assert only.linked_since == at(0)


def test_a_different_observation_begins_a_new_period() -> None:
    """A different observation has its own time; the health has its own too."""
    periods = periods_of(
        [observation(0), observation(1, OLD), observation(2, FOREIGN, action=Action.CONFLICT)]
    )
    assert [p.first_at for p in periods] == [at(0), at(1), at(2)]
    assert [p.health for p in periods] == [Health.IN_SYNC, Health.DRIFT, Health.DRIFT]
    assert [p.standing_since for p in periods] == [at(0), at(1), at(1)]


def test_a_different_message_of_the_same_problem_is_not_a_change() -> None:
    """A message may contain a time or an ID that differs in each run."""
    (only,) = periods_of([failed(0), failed(1, message="503 at 02:00:01")])
    assert only.last_at == at(1)


def test_a_link_is_unreadable_for_the_whole_time_over_different_causes() -> None:
    """Consecutive different problems count as one unreadable time."""
    periods = periods_of([observation(0), failed(1), failed(2, "throttled")])
    assert periods[-1].standing_since == at(1)


def test_unreadable_is_never_not_linked() -> None:
    """While a link is unreadable, its last answer stays known, with its time."""
    periods = periods_of([observation(0), observation(1), failed(2), failed(3)])
    last = periods[-1]
    assert (last.read_at, last.read_partner_id, last.linked_since) == (at(1), OURS, at(0))
    again = next_period(last, observation(4))
    assert again.linked_since == at(0)


def test_a_link_that_was_removed_is_linked_since_its_return() -> None:
    """Only a different answer from Azure ends the time of a link."""
    periods = periods_of(
        [observation(0), observation(1, None, action=Action.CREATE), observation(2)]
    )
    assert [p.linked_since for p in periods] == [at(0), None, at(2)]


def test_a_late_observation_is_its_own_period() -> None:
    """The older observation of a slower run does not become the newest period."""
    before = next_period(next_period(None, observation(0)), observation(2))
    late = next_period(before, failed(1))
    assert (late.first_at, late.last_at) == (at(1), at(1))


def test_an_equal_late_observation_does_not_extend_a_period_backwards() -> None:
    """Of two runs at once, the one that began first may be recorded last."""
    newest = next_period(None, observation(1))
    late = next_period(newest, observation(0))
    assert (late.first_at, late.last_at) == (at(0), at(0))
    assert newest.last_at == at(1)


@given(st.lists(st.sampled_from(["ours", "old", "gone", "failed"]), min_size=1, max_size=12))
def test_periods_reproduce_the_observation_of_each_run(words: list[str]) -> None:
    """The period at any time shows the observation of that time."""
    seen = [
        failed(n) if word == "failed" else observation(n, {"ours": OURS, "old": OLD}.get(word))
        for n, word in enumerate(words)
    ]
    periods = periods_of(seen)
    for each in seen:
        (around,) = [p for p in periods if p.first_at <= each.at <= p.last_at]
        assert around.observation.shows_the_same(each)
    for one, next_one in pairwise(periods):
        assert not one.observation.shows_the_same(next_one.observation)


def test_a_plan_records_an_observation_of_every_link() -> None:
    """Each action has a health. An attested link is listed without a read."""
    made = plan(
        (wanted(number=1), linked(number=1)),
        (wanted(number=2), linked(OLD, 2)),
        (wanted(number=3), unknown()),
        (wanted(number=4, settled=Settled(Action.ATTESTED, "x")), None),
        (wanted(number=5), linked(FOREIGN, 5)),
    )
    assert list(count_health(observations_of_plan(made)).values()) == [1, 2, 1, 1]


def test_a_link_that_was_not_read_is_not_unreadable() -> None:
    """A link that an interrupted run did not read is not recorded."""
    made = plan((wanted(number=1), linked()), (wanted(number=2), unknown(INTERRUPTED)))
    assert [s.tenant for s in observations_of_plan(made)] == ["T1"]


def test_partner_names_can_be_stored_in_any_database() -> None:
    """Half a surrogate pair or a NUL in a name is written as an escape."""
    odd = Observed(ObservedState.LINKED, "t", "o", OURS, "a\udc00b\x00c")
    broken = Problem("unavailable", "\udc00", "")
    made = plan((wanted(number=1), odd), (wanted(number=2), unknown(broken)))
    named, unread = observations_of_plan(made)
    assert named.partner_name == "a\\udc00b\\x00c"
    assert unread.message == "\\udc00"


def reported(outcome: Outcome, after: Observed | None) -> Report:
    """A report of one change and one link in sync."""
    made = plan((wanted(number=1), linked(OLD, 1)), (wanted(number=2), linked(number=2)))
    changed, same = made.changes
    return Report(made, (Result(changed, outcome, after), not_written(same)))


def test_an_apply_records_the_last_observation() -> None:
    """A converged link is in sync, at the time of the run's end."""
    first, second = observations_of_report(reported(Outcome.APPLIED, linked(OURS, 1, 2)), ENDED)
    assert (first.health, first.partner_id, first.at) == (Health.IN_SYNC, OURS, ENDED)
    assert second.at < ENDED


def test_a_failed_change_is_recorded_as_drift() -> None:
    """If the link could not be read after the change, it is unreadable."""
    first, _ = observations_of_report(reported(Outcome.FAILED, linked(OLD, 1)), ENDED)
    assert first.health is Health.DRIFT
    first, _ = observations_of_report(reported(Outcome.UNVERIFIED, unknown(PROBLEM)), ENDED)
    assert first.health is Health.UNREADABLE


def test_a_saved_plan_records_only_the_reads_of_this_run() -> None:
    """The run that made the plan has recorded its reads."""
    report = reported(Outcome.APPLIED, linked(OURS, 1, 2))
    assert [s.tenant for s in fresh_observations(report, ENDED)] == ["T1"]


def test_a_skipped_change_is_not_a_write() -> None:
    """A skipped change was never sent."""
    (write,) = writes_of(reported(Outcome.APPLIED, linked(OURS, 1, 2)), ENDED)
    assert (write.before, write.after, write.outcome) == (OLD, OURS, Outcome.APPLIED)
    assert writes_of(reported(Outcome.SKIPPED, None), ENDED) == ()


def test_a_removal_is_recorded_with_no_id() -> None:
    """The partner ID after a removal is None."""
    made = plan((wanted(number=1), unlinked(1)))
    report = Report(made, (Result(made.changes[0], Outcome.APPLIED, linked(OURS, 1)),))
    assert writes_of(report, ENDED)[0].before is None
