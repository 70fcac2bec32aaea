"""The connection to Azure: picklable settings, and what they open in the process that works.

The settings hold references and endpoints only. Secrets are resolved at sign-in.
What only some commands use is imported where it is used, because most runs read links only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from reconciler.azure.cloud_metadata import checked_endpoint
from reconciler.azure.clouds import CLOUDS, Cloud
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import Https
from reconciler.azure.http.proxies import check_proxy
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.http.urls import origin
from reconciler.azure.links import AzureLinkReader, AzureLinkWriter
from reconciler.azure.services.client import ServiceClient, ServiceSession
from reconciler.azure.services.endpoints import ServiceEndpoint, Services
from reconciler.azure.session import WRONG_TOKEN, SecretPropagation, Session
from reconciler.azure.signin.cached_users import CachedUsers
from reconciler.azure.signin.entra import Entra
from reconciler.azure.signin.secrets.key_vault import Vaults
from reconciler.core.errors import WrongUsage
from reconciler.core.history.run_summary import RequestStats
from reconciler.core.identities import Identity
from reconciler.core.links import Place, Problem
from reconciler.core.network.services import Service
from reconciler.core.ports import LinkReader

if TYPE_CHECKING:
    from reconciler.azure.access.checkers import AccessCheckers, AccessSettings
    from reconciler.azure.doctor.checks import Doctor
    from reconciler.azure.interactive_login import SignInMethod
    from reconciler.core.customers.discovery import Customer
    from reconciler.core.customers.evidence import RawReading
    from reconciler.core.customers.listed import CustomerListing, CustomerSource
    from reconciler.core.doctor.partner_ids import PartnerProfile

SignInOf = tuple[Place, Identity, Entra, SecretPropagation, Callable[[], RetryBudget]]
"""What a session of any service is made of."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """What is needed to connect to Azure, on this machine or another.

    connections  maximum number of concurrent requests
    access       what the access check needs; None: access is not checked
    people       the users whose cached sign-ins may be used; None if the file names no user
    services     the services beside ARM
    """

    cloud: Cloud
    identities: Mapping[str, Identity]
    ca_bundle: str | None = None
    connections: int = 32
    people: CachedUsers | None = None
    services: Services = field(default_factory=Services)
    access: AccessSettings | None = None

    def identity(self, place: Place) -> Identity:
        """The identity that signs in to this tenant."""
        return self.identities[place.identity].at(place)


def check_proxies(name: str, endpoint: str | None) -> None:
    """Raise `WrongUsage` if a proxy variable that the run would use is invalid."""
    arm = checked_endpoint(endpoint) if endpoint else CLOUDS[name].arm
    try:
        for url in (arm,) if endpoint else (arm, CLOUDS[name].authority):
            check_proxy(origin(url))
    except RequestFailed as failure:
        raise WrongUsage(failure.problem.message) from None


class Azure:
    """Azure for one run: opens one link at a time and shares connections, tokens and limits.

    stop  once set, waits end and nothing is retried
    """

    def __init__(self, settings: ConnectionSettings, stop: Event) -> None:
        self._settings = settings
        self._stop = stop
        self._hosts = CircuitBreaker()
        self._https = Https(
            self._hosts, ca_bundle=settings.ca_bundle, connections=settings.connections, stop=stop
        )
        self._entra = Entra(
            settings.cloud,
            self._https,
            Vaults(settings.cloud, settings.ca_bundle),
            settings.people,
        )
        self._propagation = SecretPropagation(stop.wait)
        self._https_get = self._https.limited_to("GET")
        self._access = self._open_checkers(settings.access) if settings.access else None
        self._https_all = self._https.limited_to("GET", "PUT", "PATCH", "DELETE")

    @contextmanager
    def reader(self, place: Place) -> Iterator[LinkReader]:
        """Open a link for reading."""
        session = self._session(place)
        link = AzureLinkReader(session, self._https_get)
        yield self._access.beside(link, place, session) if self._access else link

    @contextmanager
    def writer(self, place: Place) -> Iterator[AzureLinkWriter]:
        """Open a link for reading and writing."""
        yield AzureLinkWriter(self._session(place), self._https_all)

    @property
    def cloud(self) -> Cloud:
        """The cloud of this connection."""
        return self._settings.cloud

    @property
    def request_stats(self) -> RequestStats:
        """Requests sent to Azure and Entra so far."""
        return self._hosts.request_stats

    @property
    def roles_as_of(self) -> date | None:
        """The date of the list of roles, if this connection checks access; else None."""
        access = self._settings.access
        return access.roles.as_of if access else None

    def read_raw(self, place: Place, clock: Callable[[], datetime]) -> RawReading:
        """Read a link and keep the raw answer, unless it belongs to another principal."""
        from reconciler.core.customers.evidence import RawReading

        reader = AzureLinkReader(self._session(place), self._https_get)
        observed, answer = reader.read(), reader.answer
        is_strange = observed.problem is not None and observed.problem.code == WRONG_TOKEN
        if answer is None or is_strange:
            return RawReading(observed, clock(), reader.url)
        request_id = answer.headers.get("x-ms-request-id")
        return RawReading(observed, clock(), reader.url, answer.status, answer.body, request_id)

    def doctor(self, clock: Callable[[], datetime]) -> Doctor:
        """Return the checks of everything that a run uses. `clock` is this machine's time, UTC."""
        from reconciler.azure.doctor.checks import Doctor

        no_retry = SecretPropagation(lambda seconds: True)
        return Doctor(
            self._settings.identities,
            self._entra,
            self._https_get,
            lambda place: self._session(place, no_retry),
            clock,
        )

    def sign_in(self, place: Place, way: SignInMethod) -> Problem | None:
        """Sign in the user of this link and keep the sign-in. Returns the problem if it fails."""
        from reconciler.azure.interactive_login import sign_in

        identity = self._settings.identity(place)
        return sign_in(identity, place, self._session(place), self._entra, self._https, way)

    def tenants(self, place: Place) -> tuple[Customer, ...] | Problem:
        """List the tenants that this identity can see. Returns the problem if it cannot."""
        from reconciler.azure.tenants import list_tenants

        try:
            return list_tenants(self._session(place), self._https_get)
        except RequestFailed as failure:
            return failure.problem

    def tenant_id(self, directory: str) -> str | None:
        """The GUID of a tenant named by a domain; None if Entra knows none or does not answer."""
        budget = RetryBudget(self._hosts, self._stop)
        try:
            return budget.call(lambda: self._entra.directories.tenant_id(directory))
        except RequestFailed:
            return None

    def list_customers(
        self, source: CustomerSource, stop: Event | None = None, *, with_relationships: bool = True
    ) -> CustomerListing:
        """List our customers. Failures are part of the value.

        stop  ends this list and nothing else; None for the stop of the run
        """
        from reconciler.azure.services.customers import read_listing

        return read_listing(
            source, partial(self._client, stop=stop), with_relationships=with_relationships
        )

    def partner_profile(self, place: Place, partner_id: str) -> PartnerProfile | Problem:
        """What Partner Center says about a partner ID to a person of our own tenant."""
        from reconciler.azure.services import partner_center

        try:
            client = self._client(place, Service.PARTNER_CENTER, partner_center.FORBIDDEN)
            return partner_center.profile_of(client, partner_id)
        except RequestFailed as failure:
            return failure.problem

    def close(self) -> None:
        """Close all connections."""
        self._https.close()

    def _open_checkers(self, settings: AccessSettings) -> AccessCheckers:
        from reconciler.azure.access.checkers import open_checkers
        from reconciler.azure.access.power_platform import PowerPlatform

        power_platform = PowerPlatform(self._settings.services, self._open_service)
        return open_checkers(settings, self._https_get, power_platform)

    def _client(
        self, place: Place, service: Service, forbidden: str, stop: Event | None = None
    ) -> ServiceClient:
        endpoint = self._settings.services.of(service)
        return self._open_service(place, endpoint, forbidden, stop)

    def _open_service(
        self,
        place: Place,
        endpoint: ServiceEndpoint,
        forbidden: str = "",
        stop: Event | None = None,
    ) -> ServiceClient:
        session = ServiceSession(*self._sign_in_of(place, stop=stop), scope=endpoint.scope)
        https = self._https_get.beside(stop) if stop else self._https_get
        return ServiceClient(session, https, endpoint, forbidden)

    def _session(self, place: Place, propagation: SecretPropagation | None = None) -> Session:
        return Session(*self._sign_in_of(place, propagation))

    def _sign_in_of(
        self,
        place: Place,
        propagation: SecretPropagation | None = None,
        stop: Event | None = None,
    ) -> SignInOf:
        identity, ends = self._settings.identity(place), stop or self._stop
        waits = propagation or self._propagation
        return place, identity, self._entra, waits, lambda: RetryBudget(self._hosts, ends)
