"""How is each step of a checkup taken? By the very pieces that a run uses, one after the other.

No step writes anything, and none waits for a fresh secret to spread: a doctor tells.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from reconciler.azure.doctor.customer_requests import request_for
from reconciler.azure.doctor.endpoints import look_at
from reconciler.azure.error_codes import SignIn
from reconciler.azure.http.client import Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.links import AzureLinkReader, Session
from reconciler.azure.signin.certificates import Certificate, read_certificate
from reconciler.azure.signin.credential_kinds import given
from reconciler.azure.signin.entra import Entra, unusable
from reconciler.azure.signin.federated_tokens import EXCHANGE
from reconciler.azure.signin.secrets import Unresolved
from reconciler.core.doctor.checkup import CredentialCheck, EndpointCheck, LinkCheck
from reconciler.core.doctor.steps import Step, StepName, StepResults
from reconciler.core.identities import Identity
from reconciler.core.links import Observed, Place, Problem
from reconciler.core.problems import internal


class Doctor:
    """Looks at everything that a run needs; safe to share between threads.

    https  sends GET and nothing else
    clock  this machine's time, UTC
    """

    def __init__(
        self,
        identities: Mapping[str, Identity],
        entra: Entra,
        https: Https,
        open_session: Callable[[Place], Session],
        clock: Callable[[], datetime],
    ) -> None:
        self._identities = identities
        self._entra = entra
        self._https = https
        self._open_session = open_session
        self._clock = clock

    def endpoints(self) -> tuple[EndpointCheck, ...]:
        """The authority and Azure Resource Manager."""
        cloud = self._entra.cloud
        return (
            look_at(StepName.AUTHORITY, cloud.authority, self._https, self._clock),
            look_at(StepName.ARM, cloud.arm, self._https, self._clock),
        )

    def credential(self, place: Place) -> CredentialCheck:
        """What this link's identity has to show to Entra, before anybody is asked there."""
        identity = self._identities[place.identity].at(place)
        proofs = self._proofs(identity, self._open_session(place).new_patience())
        found: list[Certificate] = []
        link_timeline = StepResults()
        if proofs:
            link_timeline.take(StepName.SECRET, lambda: _told(identity, *proofs))
        else:
            link_timeline.leave(StepName.SECRET)
        if identity.certificate:
            link_timeline.take(
                StepName.CERTIFICATE,
                lambda: (
                    _told(identity, lambda: found.append(self._certificate(identity)))
                    or found[0].problem(self._clock())
                ),
            )
        else:
            link_timeline.leave(StepName.CERTIFICATE)
        return CredentialCheck(
            identity.name,
            identity.kind,
            identity.client_id,
            link_timeline.steps,
            ends_on=found[0].not_after.date() if found else None,
            noted_end=identity.expires_on,
            tenant=identity.tenant,
        )

    def link(self, place: Place, before: Sequence[Step]) -> LinkCheck:
        """One link, from its tenant's OpenID document to the GET that a plan makes.

        before  the steps of the run and of the link's identity
        """
        identity = self._identities[place.identity].at(place)
        visit = _Visit(place, self._open_session(place), self._entra, self._https)
        link_timeline = StepResults(before)
        for name, attempt in (
            (StepName.OPENID, visit.find_tenant),
            (StepName.TOKEN, visit.sign_in),
            (StepName.CLAIMS, visit.compare),
            (StepName.LINK, visit.read),
        ):
            link_timeline.take(name, partial(_told, identity, attempt))
        observed = visit.observed(link_timeline.problem)
        tenant_id = observed.tenant_id or place.directory
        who = SignIn(tenant_id, identity.client_id or "", self._entra.cloud.authority)
        check = LinkCheck(place, link_timeline.steps, observed)
        fault = check.fault
        request = request_for(fault.problem, who) if fault and fault.problem else None
        return replace(check, request=request)

    def _proofs(self, identity: Identity, budget: RetryBudget) -> list[Callable[[], object]]:
        """All that has to be had before this identity can sign in; empty where nothing has."""
        secrets, platform = self._entra.secrets, self._entra.platform
        proofs: list[Callable[[], object]] = [
            partial(secrets.resolve_one, identity, group, budget) for group in identity.proofs
        ]
        if identity.token:
            proofs.append(partial(platform.workload, identity.token, budget))
        if identity.kind == "federated_managed_identity":
            own = identity.managed_identity
            proofs.append(partial(platform.managed_identity, own, EXCHANGE, budget))
        return proofs

    def _certificate(self, identity: Identity) -> Certificate:
        secrets, ref, password = self._entra.secrets, given(identity.certificate), identity.password
        return read_certificate(
            ref,
            secrets.resolve(ref),
            secrets.resolve_secret(identity, password) if password else None,
        )


class _Visit:
    """One link during a checkup. Each step raises `RequestFailed` when it fails."""

    def __init__(self, place: Place, session: Session, entra: Entra, https: Https) -> None:
        self._directory = place.directory
        self._session = session
        self._directories = entra.directories
        self._https = https
        self._budget = session.new_patience()
        self._token = ""
        self._seen: Observed | None = None

    def find_tenant(self) -> None:
        """The tenant's own OpenID document: a run is content with another tenant's."""
        self._budget.call(lambda: self._directories.read(self._directory))
        self._session.find_tenant(self._budget)

    def sign_in(self) -> None:
        self._token = self._session.ask_token(self._budget)

    def compare(self) -> None:
        self._session.accept(self._token)

    def read(self) -> None:
        self._seen = AzureLinkReader(self._session, self._https).read()
        if self._seen.problem:
            raise RequestFailed(self._seen.problem)

    def observed(self, problem: Problem | None) -> Observed:
        """What a plan would have seen, where the last step came to nothing for this problem."""
        return self._seen or Observed.unknown(
            problem or internal(RuntimeError("no link was read")),
            tenant_id=self._session.tenant_id,
            object_id=self._session.object_id,
        )


def _told(identity: Identity, *attempts: Callable[[], object]) -> Problem | None:
    """Why one of these came to nothing; None if none did."""
    try:
        for attempt in attempts:
            attempt()
    except Unresolved as error:
        return unusable(identity, str(error)).problem
    except RequestFailed as failure:
        return failure.problem
    return None
