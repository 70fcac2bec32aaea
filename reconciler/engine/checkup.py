"""The checkup behind `doctor`: first what all links share, then every link.

Each problem is a value: a problem of one customer does not stop the checks of others.
"""

from collections.abc import Callable, Sequence

from reconciler.core.doctor.certificate_findings import expiring_certificates
from reconciler.core.doctor.checkup import (
    Checkup,
    CredentialCheck,
    LinkCheck,
    clock_step,
    not_tried,
    settle_checks,
)
from reconciler.core.doctor.steps import IDENTITY_STEPS, Step, StepResults
from reconciler.core.links import Place, Problem, Wanted
from reconciler.core.ports import Examiner
from reconciler.core.problems import internal
from reconciler.engine.gates import Identities, Login
from reconciler.engine.listeners import Listeners
from reconciler.engine.run import PlanMetadata, Workers
from reconciler.engine.scheduler import Verdict, Wait, run_all

Stopped = Callable[[], Problem | None]


def make_checkup(
    wanted: Sequence[Wanted],
    metadata: PlanMetadata,
    workers: Workers,
    examiner: Examiner,
    on_check: Callable[[LinkCheck], None],
) -> Checkup:
    """Check everything that a plan over these links would need."""
    by_place = {want.place: want for want in wanted if want.is_read}
    endpoints = examiner.endpoints()
    shared = (*(endpoint.step for endpoint in endpoints), clock_step(endpoints))
    credentials = _credentials(list(by_place), workers, examiner)
    before = {login: (*shared, *known.steps) for login, known in credentials.items()}
    checks: dict[Place, LinkCheck] = {}
    gates = _LinkGates(lambda: workers.stop.problem, workers.identities, before)
    listeners = Listeners()

    def check_link(place: Place) -> LinkCheck:
        try:
            return examiner.link(place, before[place.login])
        except Exception as error:
            return not_tried(place, before[place.login], internal(error))

    for place, check in run_all(workers.pool, check_link, by_place, gates, workers.concurrency):
        checks[place] = check
        listeners.notify(on_check, check)
    today = metadata.clock().date()
    return Checkup(
        endpoints,
        shared[-1],
        tuple(credentials.values()),
        settle_checks(by_place, [checks[place] for place in by_place]),
        metadata.config_digest,
        metadata.clock(),
        metadata.tool_version,
        (
            *metadata.findings,
            *expiring_certificates(credentials.values(), today),
            *listeners.findings,
        ),
        interrupted=workers.stop.is_set,
    )


def _credentials(
    places: Sequence[Place], workers: Workers, examiner: Examiner
) -> dict[Login, CredentialCheck]:
    """Check each identity in use once, in the order of the file."""
    first: dict[Login, Place] = {}
    for place in places:
        first.setdefault(place.login, place)

    def check_credential(place: Place) -> CredentialCheck:
        try:
            return examiner.credential(place)
        except Exception as error:
            return _unchecked(place, internal(error))

    gates = _IdentityGates(lambda: workers.stop.problem)
    found = dict(
        run_all(workers.pool, check_credential, first.values(), gates, workers.concurrency)
    )
    return {login: found[place] for login, place in first.items()}


def _unchecked(place: Place, problem: Problem) -> CredentialCheck:
    """The result for an identity that was not checked."""
    results = StepResults()
    results.leave(IDENTITY_STEPS[0], problem)
    results.take(IDENTITY_STEPS[1], lambda: None)
    whose = place.tenant if place.app else None
    return CredentialCheck(place.identity, None, None, results.steps, tenant=whose)


class _IdentityGates:
    """The gates before an identity is checked: the run may be cancelled."""

    def __init__(self, stopped: Stopped) -> None:
        self._stopped = stopped

    def admit(self, place: Place) -> Verdict | Wait | Problem:  # noqa: ARG002
        return self._stopped() or Verdict.GO

    def refuse(self, place: Place, problem: Problem) -> CredentialCheck:
        return _unchecked(place, problem)

    lose = refuse

    def end(self, place: Place, found: CredentialCheck) -> CredentialCheck:  # noqa: ARG002
        return found


class _LinkGates:
    """The gates before a link is checked. A broken identity is not tried again, as in a plan."""

    def __init__(
        self, stopped: Stopped, identities: Identities, before: dict[Login, tuple[Step, ...]]
    ) -> None:
        self._stopped = stopped
        self._identities = identities
        self._before = before

    def admit(self, place: Place) -> Verdict | Wait | Problem:
        return self._stopped() or self._identities.problem(place) or Verdict.GO

    def refuse(self, place: Place, problem: Problem) -> LinkCheck:
        return not_tried(place, self._before[place.login], problem)

    lose = refuse

    def end(self, place: Place, check: LinkCheck) -> LinkCheck:
        self._identities.note(place, check.observed)
        return check
