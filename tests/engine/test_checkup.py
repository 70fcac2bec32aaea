"""A checkup of many links, with an examiner in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed

from reconciler.core.doctor.checkup import (
    Checkup,
    CredentialCheck,
    EndpointCheck,
    LinkCheck,
    not_tried,
)
from reconciler.core.doctor.steps import LINK_STEPS, State, Step, StepName, StepResults
from reconciler.core.links import Action, App, Observed, ObservedState, Place, Problem, Settled
from reconciler.engine.cancellation import Stop
from reconciler.engine.checkup import make_checkup
from reconciler.engine.gates import Identities
from reconciler.engine.run import PlanMetadata, Workers
from tests.engine.runs import NOW, Inline, where, wish

REFUSED = Problem("invalid_client_secret", "AADSTS7000215", "mend it")


@dataclass
class MemoryExaminer:
    """An examiner whose checks pass except for the named tenants. It records what it checked."""

    refuses: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    on_look: Callable[[str], None] = lambda name: None
    looked: list[str] = field(default_factory=list)

    def endpoints(self) -> tuple[EndpointCheck, ...]:
        return tuple(
            EndpointCheck(name, f"https://{name}.example", (), 0)
            for name in (StepName.AUTHORITY, StepName.ARM)
        )

    def credential(self, place: Place) -> CredentialCheck:
        name = place.identity
        self._look(name)
        steps = (Step(StepName.SECRET, State.OK), Step(StepName.CERTIFICATE, State.SKIPPED))
        return CredentialCheck(name, "client_secret", "c", steps)

    def link(self, place: Place, before: Sequence[Step]) -> LinkCheck:
        self._look(place.tenant)
        if place.tenant in self.refuses:
            link_timeline = StepResults(before)
            for name in LINK_STEPS:
                link_timeline.take(name, lambda name=name: REFUSED if name == "token" else None)  # type: ignore[misc]
            return LinkCheck(place, link_timeline.steps, Observed.unknown(REFUSED))
        steps = (*before, *(Step(name, State.OK) for name in LINK_STEPS))
        return LinkCheck(
            place, steps, Observed(ObservedState.NOT_LINKED, place.tenant, place.tenant)
        )

    def _look(self, name: str) -> None:
        self.looked.append(name)
        self.on_look(name)
        if name in self.breaks:
            raise RuntimeError("boom")


def checked(
    examiner: MemoryExaminer, count: int, stop: Stop | None = None, **more: object
) -> Checkup:
    """A checkup of this number of customers, one after the other."""
    crew = Workers(Inline(), 1, stop or Stop(), Identities())
    facts = PlanMetadata("sha256:00", "1", (), {}, lambda: NOW)
    wishes = [wish(n) for n in range(1, count + 1)]
    on_check = more.get("on_check", lambda check: None)
    return make_checkup(wishes, facts, crew, examiner, on_check)  # type: ignore[arg-type]


def test_a_shared_step_is_checked_once() -> None:
    """An identity of three customers is one step. The checks keep the order of the file."""
    examiner = MemoryExaminer()
    found = checked(examiner, 3)
    assert examiner.looked == ["app", "C1", "C2", "C3"]
    assert found.is_healthy
    assert [check.place for check in found.checks] == [where(n) for n in (1, 2, 3)]
    assert [step.name for step in found.checks[0].steps] == list(StepName)[2:]


def test_each_customers_own_app_is_checked() -> None:
    """One identity with an app for each customer has as many secrets."""
    examiner = MemoryExaminer()
    crew = Workers(Inline(), 1, Stop(), Identities())
    facts = PlanMetadata("sha256:00", "1", (), {}, lambda: NOW)
    wishes = [
        changed(wish(n), place=changed(where(n), app=App(client_id, "k")))
        for n, client_id in enumerate(("a", "b", "a"), start=1)
    ]
    found = make_checkup(wishes, facts, crew, examiner, lambda check: None)
    assert examiner.looked == ["app", "app", "C1", "C2", "C3"]
    assert len(found.credentials) == 2


def test_an_attested_link_is_not_checked() -> None:
    """It is never read, so it needs no working sign-in."""
    examiner = MemoryExaminer()
    attested = changed(wish(1), settled=Settled(Action.ATTESTED, "seen"))
    held = changed(wish(2), settled=Settled(Action.HELD, "wait"))
    crew = Workers(Inline(), 1, Stop(), Identities())
    facts = PlanMetadata("sha256:00", "1", (), {}, lambda: NOW)
    make_checkup([attested, held], facts, crew, examiner, lambda check: None)
    assert examiner.looked == ["app", "C2"]


def test_a_problem_of_one_customer_does_not_stop_the_others() -> None:
    """Neither a refusal nor a bug ends the steps of other customers."""
    found = checked(MemoryExaminer(refuses=("C1",), breaks=("C2",)), 3)
    assert [check.is_ready for check in found.checks] == [False, False, True]
    fault = found.checks[1].own_failure
    assert fault
    assert fault.problem
    assert fault.problem.code == "internal_error"


def test_a_broken_identity_is_not_tried_again() -> None:
    """Two tenants refused it and none accepted it. The other links have the reason."""
    examiner = MemoryExaminer(refuses=tuple(f"C{n}" for n in range(1, 9)))
    found = checked(examiner, 8)
    assert examiner.looked == ["app", "C1", "C2"]
    states = [check.own_failure and check.own_failure.state for check in found.checks]
    assert states == [State.FAILED] * 2 + [State.SKIPPED] * 6


def test_a_stopped_run_begins_nothing_new() -> None:
    """Finished checks are kept, and the others are interrupted."""
    stop = Stop()
    examiner = MemoryExaminer(on_look=lambda name: stop.event.set() if name == "C1" else None)
    found = checked(examiner, 3, stop)
    assert examiner.looked == ["app", "C1"]
    assert found.interrupted
    assert [check.is_ready for check in found.checks] == [True, False, False]
    assert found.checks[2] == not_tried(
        where(3), found.checks[2].steps[:5], Problem(*_interrupted(found))
    )


def test_a_run_stopped_at_once_checks_nothing() -> None:
    """Identities are not checked either, and the links have the reason."""
    stop = Stop()
    stop.event.set()
    examiner = MemoryExaminer()
    found = checked(examiner, 2, stop)
    assert examiner.looked == []
    assert not found.is_healthy
    assert found.credentials[0].kind is None


def test_a_bug_in_one_identity_affects_only_its_links() -> None:
    """The bug is reported at its step. Customers are checked as far as possible."""
    examiner = MemoryExaminer(breaks=("app",))
    found = checked(examiner, 2)
    problem = found.credentials[0].steps[0].problem
    assert problem
    assert problem.code == "internal_error"
    assert examiner.looked == ["app", "C1", "C2"]


def test_a_listener_that_fails_is_a_finding() -> None:
    """Progress and log are optional."""

    def on_check(check: LinkCheck) -> None:
        raise OSError("gone")

    found = checked(MemoryExaminer(), 2, on_check=on_check)
    assert [finding.code for finding in found.findings] == ["listener_failed"]
    assert found.is_healthy


def _interrupted(found: Checkup) -> tuple[str, str, str]:
    problem = found.checks[2].observed.problem
    assert problem
    assert problem.code == "interrupted"
    return problem.code, problem.message, problem.hint
