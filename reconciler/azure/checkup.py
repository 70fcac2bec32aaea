"""How is each step of a checkup taken? By the very pieces that a run uses, one after the other.

No step writes anything, and none waits for a fresh secret to spread: a doctor tells.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from reconciler.azure.assertions import EXCHANGE
from reconciler.azure.certificates import Certificate, read_certificate
from reconciler.azure.client import LinkReader, Session
from reconciler.azure.credentials import Entra, unusable
from reconciler.azure.endpoints import look_at
from reconciler.azure.https import Https
from reconciler.azure.kinds import given
from reconciler.azure.onboarding import request_for
from reconciler.azure.refusals import SignIn
from reconciler.azure.retry import Patience, Trouble
from reconciler.azure.secrets import Unresolved
from reconciler.core.checkup import Check, Credential, Endpoint
from reconciler.core.identities import Identity
from reconciler.core.links import Observed, Place, Problem
from reconciler.core.problems import internal
from reconciler.core.steps import Course, Step, StepName


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

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The authority and Azure Resource Manager."""
        cloud = self._entra.cloud
        return (
            look_at(StepName.AUTHORITY, cloud.authority, self._https, self._clock),
            look_at(StepName.ARM, cloud.arm, self._https, self._clock),
        )

    def credential(self, place: Place) -> Credential:
        """What this link's identity has to show to Entra, before anybody is asked there."""
        identity = self._identities[place.identity].at(place)
        proofs = self._proofs(identity, self._open_session(place).new_patience())
        found: list[Certificate] = []
        course = Course()
        if proofs:
            course.take(StepName.SECRET, lambda: _told(identity, *proofs))
        else:
            course.leave(StepName.SECRET)
        if identity.certificate:
            course.take(
                StepName.CERTIFICATE,
                lambda: (
                    _told(identity, lambda: found.append(self._certificate(identity)))
                    or found[0].problem(self._clock())
                ),
            )
        else:
            course.leave(StepName.CERTIFICATE)
        return Credential(
            identity.name,
            identity.kind,
            identity.client_id,
            course.steps,
            ends_on=found[0].not_after.date() if found else None,
            noted_end=identity.expires_on,
            tenant=identity.tenant,
        )

    def link(self, place: Place, before: Sequence[Step]) -> Check:
        """One link, from its tenant's OpenID document to the GET that a plan makes.

        before  the steps of the run and of the link's identity
        """
        identity = self._identities[place.identity].at(place)
        visit = _Visit(place, self._open_session(place), self._entra, self._https)
        course = Course(before)
        for name, attempt in (
            (StepName.OPENID, visit.find_tenant),
            (StepName.TOKEN, visit.sign_in),
            (StepName.CLAIMS, visit.compare),
            (StepName.LINK, visit.read),
        ):
            course.take(name, partial(_told, identity, attempt))
        observed = visit.observed(course.problem)
        tenant_id = observed.tenant_id or place.directory
        who = SignIn(tenant_id, identity.client_id or "", self._entra.cloud.authority)
        check = Check(place, course.steps, observed)
        fault = check.fault
        request = request_for(fault.problem, who) if fault and fault.problem else None
        return replace(check, request=request)

    def _proofs(self, identity: Identity, patience: Patience) -> list[Callable[[], object]]:
        """All that has to be had before this identity can sign in; empty where nothing has."""
        secrets, platform = self._entra.secrets, self._entra.platform
        proofs: list[Callable[[], object]] = [
            partial(secrets.resolve_one, identity, group, patience) for group in identity.proofs
        ]
        if identity.token:
            proofs.append(partial(platform.workload, identity.token, patience))
        if identity.kind == "federated_managed_identity":
            own = identity.managed_identity
            proofs.append(partial(platform.managed_identity, own, EXCHANGE, patience))
        return proofs

    def _certificate(self, identity: Identity) -> Certificate:
        secrets, ref, password = self._entra.secrets, given(identity.certificate), identity.password
        return read_certificate(
            ref,
            secrets.resolve(ref),
            secrets.resolve_secret(identity, password) if password else None,
        )


class _Visit:
    """One link while it is looked at. Each step raises `Trouble` where it comes to nothing."""

    def __init__(self, place: Place, session: Session, entra: Entra, https: Https) -> None:
        self._directory = place.directory
        self._session = session
        self._directories = entra.directories
        self._https = https
        self._patience = session.new_patience()
        self._token = ""
        self._seen: Observed | None = None

    def find_tenant(self) -> None:
        """The tenant's own OpenID document: a run is content with another tenant's."""
        self._patience.call(lambda: self._directories.read(self._directory))
        self._session.find_tenant(self._patience)

    def sign_in(self) -> None:
        self._token = self._session.ask_token(self._patience)

    def compare(self) -> None:
        self._session.accept(self._token)

    def read(self) -> None:
        self._seen = LinkReader(self._session, self._https).read()
        if self._seen.problem:
            raise Trouble(self._seen.problem)

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
    except Trouble as trouble:
        return trouble.problem
    return None
