"""Checkup: what `doctor` found of hosts, credentials and links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from reconciler.core.diff import without_duplicates
from reconciler.core.doctor.partner_ids import PartnerIdCheck
from reconciler.core.doctor.steps import LINK_STEPS, State, Step, StepName, StepResults
from reconciler.core.findings import Finding
from reconciler.core.links import Observed, ObservedState, Place, Problem, Wanted, WantedState
from reconciler.core.problems import PRINCIPAL_GONE, clock_skew

LARGEST_SKEW_S = 300
"""Entra and Azure refuse what was signed more than five minutes from their own time."""


@dataclass(frozen=True, slots=True)
class EndpointCheck:
    """The check of one host that every run needs.

    name    `authority` or `arm`
    steps   DNS and TLS
    skew_s  seconds that this machine's clock is ahead of the host's; None if it named no time
    """

    name: StepName
    url: str
    steps: tuple[Step, ...]
    skew_s: int | None = None

    @property
    def step(self) -> Step:
        """Whether this host can be reached, as one step."""
        problem = next((step.problem for step in self.steps if step.problem), None)
        return Step(self.name, State.FAILED if problem else State.OK, problem)


@dataclass(frozen=True, slots=True)
class CredentialCheck:
    """The check of one identity that needs no sign-in.

    kind       as the file names it; None if it was not checked
    client_id  the application that signs in; None if the kind has none
    tenant     the customer whose own app this is; None for an identity that serves many
    ends_on    the certificate's last day; None if there is none or it cannot be read
    noted_end  the last day in the file, `expires_on`
    """

    identity: str
    kind: str | None
    client_id: str | None
    steps: tuple[Step, ...]
    ends_on: date | None = None
    noted_end: date | None = None
    tenant: str | None = None

    def is_of(self, place: Place) -> bool:
        """Whether this link uses it."""
        return place.identity == self.identity and self.tenant in (None, place.tenant)

    @property
    def label(self) -> str:
        """Its name, and whose app it is, for messages."""
        return f"{self.identity} of {self.tenant}" if self.tenant else self.identity

    @property
    def certificate_problem(self) -> Problem | None:
        """Why Entra will refuse the certificate; None if it will not, or it could not be read."""
        if self.ends_on is None:
            return None
        return next((s.problem for s in self.steps if s.name is StepName.CERTIFICATE), None)

    @property
    def expires_on(self) -> date | None:
        """The last day: of the certificate, else as the file says."""
        return self.ends_on or self.noted_end


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """A request to a customer, in words for them.

    missing  what is missing
    who      the role that has to act
    remedy   what to do
    link     the URL for consent; None if consent does not help
    """

    missing: str
    who: str
    remedy: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class CoveredCheck:
    """What a customer has to do that a link of our own tenant covers (Azure Lighthouse).

    place  of that link
    """

    tenant: str
    tenant_id: str
    place: Place
    request: CustomerRequest


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """All steps of one link, with those of the run and of its identity.

    observed  what a plan would have observed
    request   what only the customer can fix; None if there is nothing
    """

    place: Place
    steps: tuple[Step, ...]
    observed: Observed
    request: CustomerRequest | None = None

    @property
    def own(self) -> tuple[Step, ...]:
        """The steps of this link alone."""
        return tuple(step for step in self.steps if step.name in LINK_STEPS)

    @property
    def own_failure(self) -> Step | None:
        """The first of its own steps that failed or was not tried; None if another blocks it."""
        return next((step for step in self.own if step.problem), None)

    @property
    def blocking_step(self) -> Step | None:
        """The step to fix first, its own or a shared one; None if the link is ready."""
        shared = next((step.blocked_by for step in self.own if step.blocked_by), None)
        return self.own_failure or next((step for step in self.steps if step.name is shared), None)

    @property
    def is_ready(self) -> bool:
        """Whether the link could be read, or needs no read."""
        return not any(step.is_open for step in self.own)


@dataclass(frozen=True, slots=True)
class Checkup:
    """The results of `doctor`, in the file's order.

    endpoints    the authority first, then Azure Resource Manager
    interrupted  the run was interrupted; the steps that were not tried are skipped
    partner_ids  what Partner Center says about the partner IDs; empty if it was not asked
    covered      the customers with a request that another tenant's link covers
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
    partner_ids: tuple[PartnerIdCheck, ...] = ()
    covered: tuple[CoveredCheck, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every selected link was read."""
        return all(check.observed.state is not ObservedState.UNKNOWN for check in self.checks)

    @property
    def is_healthy(self) -> bool:
        """Whether every step succeeded or did not apply, and every partner ID is confirmed."""
        if any(check.problem for check in self.partner_ids):
            return False
        steps = [self.clock, *(endpoint.step for endpoint in self.endpoints)]
        for credential in self.credentials:
            steps += credential.steps
        is_ready = all(check.is_ready for check in self.checks)
        return is_ready and not any(step.is_open for step in steps)


def clock_step(endpoints: Sequence[EndpointCheck]) -> Step:
    """Whether this machine's clock is right, compared with the host that differs most."""
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
    """The check of a link that was not tried, with the reason."""
    results = StepResults(before)
    results.leave(LINK_STEPS[0], problem)
    for name in LINK_STEPS[1:]:
        results.take(name, lambda: None)
    return LinkCheck(place, results.steps, Observed.unknown(problem))


def settle_checks(
    wanted: Mapping[Place, Wanted], checks: Sequence[LinkCheck]
) -> tuple[LinkCheck, ...]:
    """The checks, compared with each other and with the file.

    Entries that reach the same principal fail. A principal that is gone is no problem for a link
    that should be absent.
    """
    seen = without_duplicates({check.place: check.observed for check in checks})
    result = []
    for check in checks:
        now = seen[check.place]
        if now is not check.observed:
            check = _with_duplicate(check, now)
        failure = check.own_failure
        is_gone = failure and failure.problem and failure.problem.code in PRINCIPAL_GONE
        if is_gone and wanted[check.place].state is WantedState.ABSENT:
            check = replace(check, steps=tuple(map(_not_needed, check.steps)), request=None)
        result.append(check)
    return tuple(result)


def _with_duplicate(check: LinkCheck, now: Observed) -> LinkCheck:
    claims = Step(StepName.CLAIMS, State.FAILED, now.problem)
    link = Step(StepName.LINK, State.SKIPPED, blocked_by=StepName.CLAIMS)
    replaced = {StepName.CLAIMS: claims, StepName.LINK: link}
    return replace(
        check,
        steps=tuple(replaced.get(s.name, s) for s in check.steps),
        observed=now,
        request=None,
    )


def _not_needed(step: Step) -> Step:
    return Step(step.name, State.SKIPPED) if step.name in LINK_STEPS and step.is_open else step
