"""How the results of checkup steps are combined."""

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
    """All steps in order; the given ones fail if they are run."""
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
        CustomerRequest("an app", "an administrator", "add it") if failing else None,
    )


def checkup(*checks: LinkCheck, failing: Sequence[StepName] = ()) -> Checkup:
    """A checkup of these checks.

    `failing` names the failed steps of authority, clock and secret.
    """
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
def test_a_step_is_skipped_only_if_a_step_that_it_needs_failed(failing: set[StepName]) -> None:
    """Steps that do not depend on a failed step are still run."""
    steps = {step.name: step for step in link_timeline(*failing).steps}
    for name, step in steps.items():
        needs = [steps[need] for need in NEEDS.get(name, ())]
        if any(need.is_open for need in needs):
            assert step.state is State.SKIPPED
            assert step.blocked_by is not None
            assert steps[step.blocked_by].problem == BAD
        else:
            assert step.state is (State.FAILED if name in failing else State.OK)


def test_a_step_that_does_not_apply_blocks_no_other_step() -> None:
    """An identity without a certificate can still sign in."""
    taken = StepResults()
    taken.leave(StepName.CERTIFICATE)
    taken.take(StepName.TOKEN, lambda: None)
    assert [step.state for step in taken.steps] == [State.SKIPPED, State.OK]


def test_a_skipped_step_shows_the_problem_that_blocks_it() -> None:
    """A skipped step has the problem of the step that it depends on."""
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
    """The host with the largest difference decides, in both directions."""
    hosts = [
        EndpointCheck(StepName.AUTHORITY, "https://a", (), 1),
        EndpointCheck(StepName.ARM, "https://b", (), skew_s),
    ]
    step = clock_step(hosts)
    assert step.state is state
    if step.problem:
        way = "ahead of" if skew_s > 0 else "behind"
        assert step.problem.message == f"this machine's clock is 5 min 1 s {way} https://b"


def test_the_clock_is_unchecked_if_no_host_answers() -> None:
    """Without an answer the clock is not judged. A host that sends no time is not a problem."""
    failed = (Step(StepName.DNS, State.FAILED, BAD),)
    dead = EndpointCheck(StepName.ARM, "https://a", failed)
    assert clock_step([dead]) == Step(StepName.CLOCK, State.SKIPPED, None, StepName.ARM)
    silent = EndpointCheck(StepName.ARM, "https://a", ())
    assert not clock_step([silent]).is_open


def test_a_link_is_ready_if_all_of_its_steps_passed() -> None:
    """A failed shared step makes the link wait. The first step to fix is named."""
    assert check().is_ready
    assert check().blocking_step is None
    own = check(1, None, StepName.TOKEN)
    assert own.own_failure is own.blocking_step
    shared = check(1, None, StepName.SECRET)
    assert not shared.is_ready
    assert shared.own_failure is None
    assert shared.blocking_step
    assert shared.blocking_step.name is StepName.SECRET


def test_a_link_that_was_not_checked_has_a_reason() -> None:
    """Its first step has the reason and blocks the others."""
    left = not_tried(worlds.place(), link_timeline().steps[:7], BAD)
    assert left.observed.problem == BAD
    assert [step.name for step in left.own] == list(LINK_STEPS)
    assert left.own_failure
    assert left.own_failure.state is State.SKIPPED
    assert {step.blocked_by for step in left.own[1:]} == {StepName.OPENID}


def test_two_entries_for_one_principal_fail_at_their_claims() -> None:
    """As in a plan, both are unknown, because they would change one link back and forth."""
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
def test_a_missing_principal_is_accepted_if_no_link_is_wanted(
    aim: WantedState, is_ready: bool
) -> None:
    """A customer whose link is to be absent and whose app was removed needs nothing."""
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
def test_a_certificate_that_expires_soon_is_a_finding(
    ends: date | None, noted: date | None, is_found: bool
) -> None:
    """An expired one is a failed step, and expiry dates in the file are reported elsewhere."""
    credential = CredentialCheck("app", "client_certificate", "c", (), ends, noted)
    found = list(expiring_certificates([credential], TODAY))
    assert [finding.identity for finding in found] == ["app"] * is_found
    assert credential.expires_on == (ends or noted)


def test_a_certificate_that_entra_will_refuse_is_a_finding() -> None:
    """It has the code and remedy of its step.

    An unreadable certificate is a problem of its links.
    """
    problem = Problem("certificate_expired", "the certificate ended", "make a new one")
    step = Step(StepName.CERTIFICATE, State.FAILED, problem)
    ended = CredentialCheck("app", "client_certificate", "c", (step,), TODAY, tenant="Litware")
    unread = CredentialCheck("app", "client_certificate", "c", (step,))
    (finding,) = unusable_certificates([ended, unread])
    assert (finding.code, finding.tenant) == ("certificate_expired", "Litware")
    assert finding.message == "app of Litware: the certificate ended"
    assert list(expiring_certificates([ended], TODAY)) == []


@pytest.mark.parametrize("name", [StepName.AUTHORITY, StepName.CLOCK, StepName.SECRET])
def test_a_failed_shared_step_is_status_4(name: StepName) -> None:
    """The status is 4 even if every link was read."""
    assert of_checkup(checkup(check())) is Status.IN_SYNC
    assert of_checkup(checkup(check(), failing=[name])) is Status.PARTIAL


def test_a_checkup_is_complete_when_every_link_was_read() -> None:
    """One unreadable link makes it partial."""
    whole = checkup(check(1), check(2))
    assert (whole.is_complete, of_checkup(whole)) == (True, Status.IN_SYNC)
    partial = checkup(check(1), check(2, worlds.unknown(), StepName.LINK))
    assert (partial.is_complete, of_checkup(partial)) == (False, Status.PARTIAL)
