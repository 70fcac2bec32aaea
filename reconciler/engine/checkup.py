"""How does a checkup go? What all links share is looked at once, then every link.

Whatever is found is a value: one customer's trouble stops no other's steps.
"""

from collections.abc import Callable, Sequence

from reconciler.core.doctor.checkup import (
    Checkup,
    CredentialCheck,
    LinkCheck,
    clock_step,
    expiring,
    settled,
    untried,
)
from reconciler.core.doctor.steps import IDENTITY_STEPS, Step, StepResults
from reconciler.core.links import Place, Problem, Wanted
from reconciler.core.ports import Examiner
from reconciler.core.problems import internal
from reconciler.engine.gates import Identities, Login, Verdict, Wait
from reconciler.engine.guests import Guests
from reconciler.engine.run import PlanMetadata, Workers
from reconciler.engine.scheduler import run_all

Stopped = Callable[[], Problem | None]


def make_checkup(
    wanted: Sequence[Wanted],
    facts: PlanMetadata,
    crew: Workers,
    examiner: Examiner,
    on_check: Callable[[LinkCheck], None],
) -> Checkup:
    """Look at everything that a plan over these links would need."""
    by_place = {want.place: want for want in wanted if want.settled is None or want.settled.is_read}
    endpoints = examiner.endpoints()
    shared = (*(endpoint.step for endpoint in endpoints), clock_step(endpoints))
    credentials = _credentials(list(by_place), crew, examiner)
    before = {login: (*shared, *known.steps) for login, known in credentials.items()}
    checks: dict[Place, LinkCheck] = {}
    gates = _LinkGates(lambda: crew.stop.problem, crew.identities, before)
    guests = Guests()

    def look(place: Place) -> LinkCheck:
        try:
            return examiner.link(place, before[place.login])
        except Exception as error:
            return untried(place, before[place.login], internal(error))

    for place, check in run_all(crew.pool, look, by_place, gates, crew.concurrency):
        checks[place] = check
        guests.tell(on_check, check)
    today = facts.clock().date()
    return Checkup(
        endpoints,
        shared[-1],
        tuple(credentials.values()),
        settled(by_place, [checks[place] for place in by_place]),
        facts.config_digest,
        facts.clock(),
        facts.tool_version,
        (*facts.findings, *expiring(credentials.values(), today), *guests.findings),
        interrupted=crew.stop.is_set,
    )


def _credentials(
    places: Sequence[Place], crew: Workers, examiner: Examiner
) -> dict[Login, CredentialCheck]:
    """Each identity that some link uses, once, in the order of the file."""
    first: dict[Login, Place] = {}
    for place in places:
        first.setdefault(place.login, place)

    def look(place: Place) -> CredentialCheck:
        try:
            return examiner.credential(place)
        except Exception as error:
            return _left(place, internal(error))

    gates = _IdentityGates(lambda: crew.stop.problem)
    found = dict(run_all(crew.pool, look, first.values(), gates, crew.concurrency))
    return {login: found[place] for login, place in first.items()}


def _left(place: Place, problem: Problem) -> CredentialCheck:
    """What stands for an identity that nobody looked at."""
    link_timeline = StepResults()
    link_timeline.leave(IDENTITY_STEPS[0], problem)
    link_timeline.take(IDENTITY_STEPS[1], lambda: None)
    whose = place.tenant if place.app else None
    return CredentialCheck(place.identity, None, None, link_timeline.steps, tenant=whose)


class _IdentityGates:
    """The gates before an identity is looked at: the run may have been told to end."""

    def __init__(self, stopped: Stopped) -> None:
        self._stopped = stopped

    def admit(self, place: Place) -> Verdict | Wait | Problem:
        return self._stopped() or Verdict.GO

    def refuse(self, place: Place, problem: Problem) -> CredentialCheck:
        return _left(place, problem)

    lose = refuse

    def end(self, place: Place, found: CredentialCheck) -> CredentialCheck:
        return found


class _LinkGates:
    """The gates before a link is looked at. A broken identity is tried no further, as in a plan."""

    def __init__(
        self, stopped: Stopped, identities: Identities, before: dict[Login, tuple[Step, ...]]
    ) -> None:
        self._stopped = stopped
        self._identities = identities
        self._before = before

    def admit(self, place: Place) -> Verdict | Wait | Problem:
        return self._stopped() or self._identities.problem(place) or Verdict.GO

    def refuse(self, place: Place, problem: Problem) -> LinkCheck:
        return untried(place, self._before[place.login], problem)

    lose = refuse

    def end(self, place: Place, check: LinkCheck) -> LinkCheck:
        self._identities.note(place, check.observed)
        return check
