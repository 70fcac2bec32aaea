"""What follows from the steps of a checkup."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.doctor.certificate_findings import expiring_certificates, unusable_certificates
from reconciler.core.doctor.checkup import (
    LARGEST_SKEW_S,
    Checkup,
    CredentialCheck,
    CustomerRequest,
    EndpointCheck,
    LinkCheck,
    clock_step,
    not_tried,
    settle_checks,
)
from reconciler.core.doctor.steps import LINK_STEPS, NEEDS, State, Step, StepName, StepResults
from reconciler.core.exit_status import Status, of_checkup
from reconciler.core.findings import SOON
from reconciler.core.links import Observed, Problem, WantedState
from tests.core import worlds

BAD = Problem("unavailable", "no answer", "try again")
TODAY = date(2026, 11, 23)


def link_timeline(*failing: StepName) -> StepResults:
    """All steps in order, of which these fail when they are taken."""
    taken = StepResults()
    for name in StepName:
        taken.take(name, lambda name=name: BAD if name in failing else None)  # type: ignore[misc]
    return taken


def check(number: int = 1, observed: Observed | None = None, *failing: StepName) -> LinkCheck:
    """A check whose named steps failed."""
    return LinkCheck(
        worlds.place(number),
        link_timeline(*failing).steps,
        observed or worlds.linked(number=number),
        CustomerRequest("an app", "somebody", "add it") if failing else None,
    )


def checkup(*checks: LinkCheck, failing: Sequence[StepName] = ()) -> Checkup:
    """A checkup over these checks; `failing` of authority, clock and secret came to nothing."""
    dns = Step(StepName.DNS, State.OK)
    tls = Step(StepName.TLS, *_how(StepName.AUTHORITY, failing))
    return Checkup(
        endpoints=(EndpointCheck(StepName.AUTHORITY, "https://login.example", (dns, tls), 0),),
        clock=Step(StepName.CLOCK, *_how(StepName.CLOCK, failing)),
        credentials=(
            CredentialCheck(
                "automation",
                "client_secret",
                "c",
                (Step(StepName.SECRET, *_how(StepName.SECRET, failing)),),
            ),
        ),
        checks=checks,
        config_digest="sha256:00",
        created_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
        tool_version="1",
    )


def _how(name: StepName, failing: Sequence[StepName]) -> tuple[State, Problem | None]:
    return (State.FAILED, BAD) if name in failing else (State.OK, None)


@given(st.sets(st.sampled_from(StepName)))
def test_a_step_is_skipped_exactly_after_one_that_it_needs(failing: set[StepName]) -> None:
    """Whatever fails, what does not need it is tried all the same."""
    steps = {step.name: step for step in link_timeline(*failing).steps}
    for name, step in steps.items():
        needs = [steps[need] for need in NEEDS.get(name, ())]
        if any(need.is_open for need in needs):
            assert step.state is State.SKIPPED
            assert step.blocked_by is not None
            assert steps[step.blocked_by].problem == BAD
        else:
            assert step.state is (State.FAILED if name in failing else State.OK)


def test_a_step_that_does_not_apply_stops_nothing() -> None:
    """An identity without a certificate signs in all the same."""
    taken = StepResults()
    taken.leave(StepName.CERTIFICATE)
    taken.take(StepName.TOKEN, lambda: None)
    assert [step.state for step in taken.steps] == [State.SKIPPED, State.OK]


def test_what_stopped_the_last_step_is_known() -> None:
    """The problem of a skipped step is the one that it waits for."""
    assert link_timeline(StepName.SECRET).problem == BAD
    assert link_timeline(StepName.LINK).problem == BAD
    assert link_timeline(StepName.CLOCK).problem is None


@pytest.mark.parametrize(
    ("skew_s", "state"),
    [
        (0, State.OK),
        (LARGEST_SKEW_S, State.OK),
        (-LARGEST_SKEW_S, State.OK),
        (LARGEST_SKEW_S + 1, State.FAILED),
        (-LARGEST_SKEW_S - 1, State.FAILED),
    ],
)
def test_a_clock_may_be_five_minutes_off(skew_s: int, state: State) -> None:
    """The host that is farthest off decides, in both directions."""
    hosts = [
        EndpointCheck(StepName.AUTHORITY, "https://a", (), 1),
        EndpointCheck(StepName.ARM, "https://b", (), skew_s),
    ]
    step = clock_step(hosts)
    assert step.state is state
    if step.problem:
        way = "ahead of" if skew_s > 0 else "behind"
        assert step.problem.message == f"this machine's clock is 5 min 1 s {way} https://b"


def test_a_clock_without_a_host_to_ask_waits_for_one() -> None:
    """Nobody answered, so nothing is said of the clock; a host without a time is no trouble."""
    failed = (Step(StepName.DNS, State.FAILED, BAD),)
    dead = EndpointCheck(StepName.ARM, "https://a", failed)
    assert clock_step([dead]) == Step(StepName.CLOCK, State.SKIPPED, None, StepName.ARM)
    silent = EndpointCheck(StepName.ARM, "https://a", ())
    assert not clock_step([silent]).is_open


def test_a_link_is_ready_when_none_of_its_own_steps_is_open() -> None:
    """A shared step that failed makes it wait; the step to be mended first is named."""
    assert check().is_ready
    assert check().blocking_step is None
    own = check(1, None, StepName.TOKEN)
    assert own.own_failure is own.blocking_step
    shared = check(1, None, StepName.SECRET)
    assert not shared.is_ready
    assert shared.own_failure is None
    assert shared.blocking_step
    assert shared.blocking_step.name is StepName.SECRET


def test_an_untried_link_says_why() -> None:
    """Its first step has the reason, the others wait for it."""
    left = not_tried(worlds.place(), link_timeline().steps[:7], BAD)
    assert left.observed.problem == BAD
    assert [step.name for step in left.own] == list(LINK_STEPS)
    assert left.own_failure
    assert left.own_failure.state is State.SKIPPED
    assert {step.blocked_by for step in left.own[1:]} == {StepName.OPENID}


def test_two_entries_for_one_principal_fail_at_their_claims() -> None:
    """As in a plan, both are unknown: they would flip one link for ever."""
    same = worlds.linked(number=1)
    wanted = {worlds.place(n): worlds.wanted(number=n) for n in (1, 2, 3)}
    found = settle_checks(wanted, [check(1, same), check(2, same), check(3)])
    assert [one.is_ready for one in found] == [False, False, True]
    assert found[0].own_failure
    assert found[0].own_failure.name is StepName.CLAIMS
    assert found[0].observed.problem
    assert found[0].observed.problem.code == "duplicate_principal"


@pytest.mark.parametrize(
    ("aim", "is_ready"), [(WantedState.ABSENT, True), (WantedState.LINKED, False)]
)
def test_where_no_link_is_wanted_a_principal_may_be_gone(aim: WantedState, is_ready: bool) -> None:
    """Nothing is asked of a customer whose link is to be absent and whose app is gone."""
    steps = StepResults()
    for name in LINK_STEPS:
        steps.take(name, lambda name=name: worlds.GONE if name is StepName.TOKEN else None)  # type: ignore[misc]
    gone = LinkCheck(
        worlds.place(),
        steps.steps,
        worlds.unknown(worlds.GONE),
        CustomerRequest("app", "you", "add"),
    )
    (found,) = settle_checks({worlds.place(): worlds.wanted(aim)}, [gone])
    assert found.is_ready is is_ready
    assert (found.request is None) is is_ready


@pytest.mark.parametrize(
    ("ends", "noted", "is_found"),
    [
        (TODAY + SOON, None, True),
        (TODAY, TODAY + SOON, True),
        (TODAY + SOON + timedelta(days=1), None, False),
        (TODAY - timedelta(days=1), None, False),
        (TODAY, TODAY, False),
        (None, TODAY, False),
    ],
)
def test_a_certificate_that_ends_soon_is_a_finding(
    ends: date | None, noted: date | None, is_found: bool
) -> None:
    """Not one that has ended, which is a failed step, and not what the file says itself."""
    credential = CredentialCheck("app", "client_certificate", "c", (), ends, noted)
    found = list(expiring_certificates([credential], TODAY))
    assert [finding.identity for finding in found] == ["app"] * is_found
    assert credential.expires_on == (ends or noted)


def test_a_certificate_that_entra_will_refuse_is_a_finding() -> None:
    """With its step's code and remedy; one that cannot even be read is the links' own problem."""
    problem = Problem("certificate_expired", "the certificate ended", "make a new one")
    step = Step(StepName.CERTIFICATE, State.FAILED, problem)
    ended = CredentialCheck("app", "client_certificate", "c", (step,), TODAY, tenant="Litware")
    unread = CredentialCheck("app", "client_certificate", "c", (step,))
    (finding,) = unusable_certificates([ended, unread])
    assert (finding.code, finding.tenant) == ("certificate_expired", "Litware")
    assert finding.message == "app of Litware: the certificate ended"
    assert list(expiring_certificates([ended], TODAY)) == []


@pytest.mark.parametrize("name", [StepName.AUTHORITY, StepName.CLOCK, StepName.SECRET])
def test_a_shared_step_that_failed_is_no_success(name: StepName) -> None:
    """The status is 4 even where every link could be read."""
    assert of_checkup(checkup(check())) is Status.IN_SYNC
    assert of_checkup(checkup(check(), failing=[name])) is Status.PARTIAL


def test_a_checkup_is_complete_when_every_link_was_read() -> None:
    """One unreadable link makes it partial."""
    whole = checkup(check(1), check(2))
    assert (whole.is_complete, of_checkup(whole)) == (True, Status.IN_SYNC)
    partial = checkup(check(1), check(2, worlds.unknown(), StepName.LINK))
    assert (partial.is_complete, of_checkup(partial)) == (False, Status.PARTIAL)
