"""The steps of a checkup, each made with the same code as a run.

No step writes to Azure, and none waits for a new secret to propagate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from reconciler.azure.doctor.customer_requests import request_for
from reconciler.azure.doctor.endpoints import check_endpoint
from reconciler.azure.error_codes import SignIn
from reconciler.azure.http.client import Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.links import AzureLinkReader
from reconciler.azure.session import Session
from reconciler.azure.signin.certificates import Certificate, read_certificate
from reconciler.azure.signin.credential_kinds import platform_token
from reconciler.azure.signin.entra import Entra, unusable
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.core.doctor.checkup import CredentialCheck, EndpointCheck, LinkCheck
from reconciler.core.doctor.steps import Step, StepName, StepResults
from reconciler.core.identities import ClientCertificate, Identity, ManagedIdentity
from reconciler.core.links import Observed, Place, Problem
from reconciler.core.problems import internal


class Doctor:
    """Checks everything that a run needs; safe to share between threads.

    https  can send GET only
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
            check_endpoint(StepName.AUTHORITY, cloud.authority, self._https, self._clock),
            check_endpoint(StepName.ARM, cloud.arm, self._https, self._clock),
        )

    def credential(self, place: Place) -> CredentialCheck:
        """Check the credential of this link's identity, without a request to Entra."""
        identity = self._identities[place.identity].at(place)
        proofs = self._proofs(identity, self._open_session(place).new_budget())
        found: list[Certificate] = []
        results = StepResults()
        if proofs:
            results.take(StepName.SECRET, lambda: _problem_of(identity, *proofs))
        else:
            results.leave(StepName.SECRET)
        if isinstance(identity, ClientCertificate):
            results.take(
                StepName.CERTIFICATE,
                lambda: (
                    _problem_of(identity, lambda: found.append(self._certificate(identity)))
                    or found[0].problem(self._clock())
                ),
            )
        else:
            results.leave(StepName.CERTIFICATE)
        return CredentialCheck(
            identity.name,
            identity.kind,
            identity.client_id,
            results.steps,
            ends_on=found[0].not_after.date() if found else None,
            noted_end=identity.expires_on,
            tenant=identity.tenant,
        )

    def link(self, place: Place, before: Sequence[Step]) -> LinkCheck:
        """Check one link, from its tenant's OpenID document to the GET that a plan sends.

        before  the steps of the run and of the link's identity
        """
        identity = self._identities[place.identity].at(place)
        checks = _LinkChecks(place, self._open_session(place), self._entra, self._https)
        results = StepResults(before)
        for name, attempt in (
            (StepName.OPENID, checks.find_tenant),
            (StepName.TOKEN, checks.sign_in),
            (StepName.CLAIMS, checks.compare),
            (StepName.LINK, checks.read),
        ):
            results.take(name, partial(_problem_of, identity, attempt))
        observed = checks.observed(results.problem)
        tenant_id = observed.tenant_id or place.directory
        # A managed identity is no app that a customer could consent to.
        app_id = "" if isinstance(identity, ManagedIdentity) else identity.client_id or ""
        who = SignIn(tenant_id, app_id, self._entra.cloud.authority)
        check = LinkCheck(place, results.steps, observed)
        fault = check.own_failure
        request = request_for(fault.problem, who) if fault and fault.problem else None
        return replace(check, request=request)

    def _proofs(self, identity: Identity, budget: RetryBudget) -> list[Callable[[], object]]:
        """What this identity needs before it can sign in; empty if it needs nothing."""
        secrets, platform = self._entra.secrets, self._entra.platform
        proofs: list[Callable[[], object]] = [
            partial(secrets.resolve_one, identity, group, budget)
            for group in identity.references.values()
        ]
        ask = platform_token(identity, platform, budget)
        return [*proofs, ask] if ask else proofs

    def _certificate(self, identity: ClientCertificate) -> Certificate:
        secrets, password = self._entra.secrets, identity.password
        return read_certificate(
            identity.certificate,
            secrets.resolve(identity.certificate),
            secrets.resolve_secret(identity, password) if password else None,
        )


class _LinkChecks:
    """One link during a checkup. Each step raises `RequestFailed` when it fails."""

    def __init__(self, place: Place, session: Session, entra: Entra, https: Https) -> None:
        self._directory = place.directory
        self._session = session
        self._directories = entra.directories
        self._https = https
        self._budget = session.new_budget()
        self._token = ""
        self._observed: Observed | None = None

    def find_tenant(self) -> None:
        """Read the tenant's own OpenID document; a run may reuse another tenant's."""
        self._budget.call(lambda: self._directories.read(self._directory))
        self._session.find_tenant(self._budget)

    def sign_in(self) -> None:
        self._token = self._session.ask_token(self._budget)

    def compare(self) -> None:
        self._session.accept(self._token)

    def read(self) -> None:
        self._observed = AzureLinkReader(self._session, self._https).read()
        if self._observed.problem:
            raise RequestFailed(self._observed.problem)

    def observed(self, problem: Problem | None) -> Observed:
        """What a plan would observe if the last step failed with this problem."""
        return self._observed or Observed.unknown(
            problem or internal(RuntimeError("no link was read")),
            tenant_id=self._session.tenant_id,
            object_id=self._session.object_id,
        )


def _problem_of(identity: Identity, *attempts: Callable[[], object]) -> Problem | None:
    """The problem of the first attempt that fails; None if all succeed."""
    try:
        for attempt in attempts:
            attempt()
    except Unresolved as error:
        return unusable(identity, str(error)).problem
    except RequestFailed as failure:
        return failure.problem
    return None
