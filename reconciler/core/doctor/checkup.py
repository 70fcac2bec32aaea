"""Is everything there that a run needs? What a doctor finds, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from reconciler.core.diff import without_duplicates
from reconciler.core.doctor.steps import LINK_STEPS, State, Step, StepName, StepResults
from reconciler.core.findings import Finding
from reconciler.core.links import Observed, ObservedState, Place, Problem, Wanted, WantedState
from reconciler.core.problems import PRINCIPAL_GONE, clock_skew

LARGEST_SKEW_S = 300
"""Entra and Azure refuse what was signed more than five minutes from their own time."""


@dataclass(frozen=True, slots=True)
class EndpointCheck:
    """One host that every run speaks to.

    name    `authority` or `arm`
    steps   DNS and TLS
    skew_s  seconds that this machine's clock is ahead of the host's; None where it named no time
    """

    name: StepName
    url: str
    steps: tuple[Step, ...]
    skew_s: int | None = None

    @property
    def step(self) -> Step:
        """Whether this host can be spoken to, as one step."""
        problem = next((step.problem for step in self.steps if step.problem), None)
        return Step(self.name, State.FAILED if problem else State.OK, problem)


@dataclass(frozen=True, slots=True)
class CredentialCheck:
    """What was found of one identity before anybody signs in.

    kind       as the file names it; None where nobody looked
    client_id  the application that signs in; None where the kind has none
    tenant     the customer whose own app this is; None for an identity that serves many
    ends_on    the certificate's last day; None where there is none or it cannot be read
    noted_end  the last day as the file notes it, `expires_on`
    """

    identity: str
    kind: str | None
    client_id: str | None
    steps: tuple[Step, ...]
    ends_on: date | None = None
    noted_end: date | None = None
    tenant: str | None = None

    def is_of(self, place: Place) -> bool:
        """Whether it is this link's."""
        return place.identity == self.identity and self.tenant in (None, place.tenant)

    @property
    def label(self) -> str:
        """Its name, and whose app it is, for people."""
        return f"{self.identity} of {self.tenant}" if self.tenant else self.identity

    @property
    def certificate_problem(self) -> Problem | None:
        """Why Entra will refuse the certificate; None where it is fit, or could not be read."""
        steps = (step for step in self.steps if step.name is StepName.CERTIFICATE)
        return next((step.problem for step in steps if self.ends_on), None)

    @property
    def expires_on(self) -> date | None:
        """The last day: a certificate knows its own, and needs no note."""
        return self.ends_on or self.noted_end


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """What to ask of a customer, in words for them.

    missing  what is not as it has to be
    who      who has to see to it
    remedy   what to do
    link     where to consent; None where that is no remedy
    """

    missing: str
    who: str
    remedy: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """All steps of one link, those of the run and of its identity among them.

    observed  what a plan would have seen
    request   what only the customer can mend; None where nothing is, or it is ours
    """

    place: Place
    steps: tuple[Step, ...]
    observed: Observed
    request: CustomerRequest | None = None

    @property
    def own(self) -> tuple[Step, ...]:
        """The steps that were taken for this link alone."""
        return tuple(step for step in self.steps if step.name in LINK_STEPS)

    @property
    def own_failure(self) -> Step | None:
        """The first of its own steps that failed or was not tried; None if it waits for others."""
        return next((step for step in self.own if step.problem), None)

    @property
    def blocking_step(self) -> Step | None:
        """The step to be mended first, be it its own or one it shares; None if it is ready."""
        shared = next((step.blocked_by for step in self.own if step.blocked_by), None)
        return self.own_failure or next((step for step in self.steps if step.name is shared), None)

    @property
    def is_ready(self) -> bool:
        """Whether the link could be read, or has nothing left to be read."""
        return not any(step.is_open for step in self.own)


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a doctor found, in the file's order.

    endpoints    the authority first, then Azure Resource Manager
    interrupted  the run was cut short; what was not tried is skipped
    """

    endpoints: tuple[EndpointCheck, ...]
    clock: Step
    credentials: tuple[CredentialCheck, ...]
    checks: tuple[LinkCheck, ...]
    config_digest: str
    created_at: datetime
    tool_version: str
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every selected link was read."""
        return all(check.observed.state is not ObservedState.UNKNOWN for check in self.checks)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing failed and nothing was left not_tried."""
        steps = [self.clock, *(endpoint.step for endpoint in self.endpoints)]
        for credential in self.credentials:
            steps += credential.steps
        is_ready = all(check.is_ready for check in self.checks)
        return is_ready and not any(step.is_open for step in steps)


def clock_step(endpoints: Sequence[EndpointCheck]) -> Step:
    """Whether this machine's clock can be believed, as the farthest of the hosts sees it."""
    known = [e for e in endpoints if e.skew_s is not None]
    if not known:
        dead = next((e.name for e in endpoints if e.step.problem), None)
        return Step(StepName.CLOCK, State.SKIPPED, blocked_by=dead)
    worst = max(known, key=lambda e: abs(e.skew_s or 0))
    skew_s = worst.skew_s or 0
    if abs(skew_s) <= LARGEST_SKEW_S:
        return Step(StepName.CLOCK, State.OK)
    return Step(StepName.CLOCK, State.FAILED, clock_skew(skew_s, worst.url))


def not_tried(place: Place, before: Sequence[Step], problem: Problem) -> LinkCheck:
    """A link that nobody looked at, and why."""
    link_timeline = StepResults(before)
    link_timeline.leave(LINK_STEPS[0], problem)
    for name in LINK_STEPS[1:]:
        link_timeline.take(name, lambda: None)
    return LinkCheck(place, link_timeline.steps, Observed.unknown(problem))


def settle_checks(
    wanted: Mapping[Place, Wanted], checks: Sequence[LinkCheck]
) -> tuple[LinkCheck, ...]:
    """The checks in the light of each other and of the file.

    Two entries that reach one principal are no good, and where no link is wanted a principal that
    is gone is none the worse.
    """
    seen = without_duplicates({check.place: check.observed for check in checks})
    result = []
    for check in checks:
        now = seen[check.place]
        if now is not check.observed:
            check = _doubled(check, now)
        fault = check.own_failure
        is_gone = fault and fault.problem and fault.problem.code in PRINCIPAL_GONE
        if is_gone and wanted[check.place].state is WantedState.ABSENT:
            check = replace(check, steps=tuple(map(_let_go, check.steps)), request=None)
        result.append(check)
    return tuple(result)


def _doubled(check: LinkCheck, now: Observed) -> LinkCheck:
    claims = Step(StepName.CLAIMS, State.FAILED, now.problem)
    link = Step(StepName.LINK, State.SKIPPED, blocked_by=StepName.CLAIMS)
    changes_since = {StepName.CLAIMS: claims, StepName.LINK: link}
    return replace(
        check,
        steps=tuple(changes_since.get(s.name, s) for s in check.steps),
        observed=now,
        request=None,
    )


def _let_go(step: Step) -> Step:
    return Step(step.name, State.SKIPPED) if step.name in LINK_STEPS and step.is_open else step
