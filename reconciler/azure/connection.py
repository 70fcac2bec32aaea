"""How does a job get at Azure? A recipe that travels, and what it opens where the job runs.

The recipe holds references and endpoints, so it may be pickled; secrets are resolved when somebody
signs in.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from reconciler.azure.cloud_metadata import checked_endpoint, described
from reconciler.azure.clouds import CLOUDS, Cloud
from reconciler.azure.doctor.steps import Doctor
from reconciler.azure.http.circuit_breaker import CircuitBreaker, origin
from reconciler.azure.http.client import Https, check_proxy
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.interactive_login import SignInMethod, sign_in
from reconciler.azure.links import (
    WRONG_TOKEN,
    AzureLinkReader,
    AzureLinkWriter,
    SecretPropagation,
    Session,
)
from reconciler.azure.signin.cached_users import CachedUsers
from reconciler.azure.signin.entra import Entra
from reconciler.azure.signin.key_vault import Vaults
from reconciler.azure.tenants import list_tenants
from reconciler.core.customers.discovery import Customer
from reconciler.core.customers.evidence import RawReading
from reconciler.core.errors import WrongUsage
from reconciler.core.history.run_summary import RequestStats
from reconciler.core.identities import Identity
from reconciler.core.links import Place, Problem


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """All that is needed to open Azure, on this machine or another.

    connections  how many requests may be under way at once
    people       whose sign-ins may be used; None where the file names nobody
    """

    cloud: Cloud
    identities: Mapping[str, Identity]
    ca_bundle: str | None = None
    connections: int = 32
    people: CachedUsers | None = None

    def identity(self, place: Place) -> Identity:
        """Who signs in there."""
        return self.identities[place.identity].at(place)


def check_proxies(name: str, endpoint: str | None) -> None:
    """Raise `WrongUsage` where a proxy variable that a run would use cannot be used."""
    arm = checked_endpoint(endpoint) if endpoint else CLOUDS[name].arm
    try:
        for url in (arm,) if endpoint else (arm, CLOUDS[name].authority):
            check_proxy(origin(url))
    except RequestFailed as failure:
        raise WrongUsage(failure.problem.message) from None


def find_cloud(name: str, endpoint: str | None, ca_bundle: str | None, stop: Event) -> Cloud:
    """A known cloud by name, or the one behind the endpoint that the operator chose."""
    if endpoint is None:
        return CLOUDS[name]
    hosts = CircuitBreaker()
    with closing(Https(hosts, ca_bundle=ca_bundle, stop=stop)) as https:
        return described(endpoint, https.limited_to("GET"), RetryBudget(hosts, stop))


class Azure:
    """Azure as a run reaches it: opens one link at a time, and shares what can be shared.

    stop  once set, waits end and nothing is tried again
    """

    def __init__(self, recipe: ConnectionSettings, stop: Event) -> None:
        self._recipe = recipe
        self._stop = stop
        self._hosts = CircuitBreaker()
        self._signing_in = Https(
            self._hosts, ca_bundle=recipe.ca_bundle, connections=recipe.connections, stop=stop
        )
        self._entra = Entra(
            recipe.cloud,
            self._signing_in,
            Vaults(recipe.cloud, recipe.ca_bundle),
            recipe.people,
        )
        self._propagation = SecretPropagation(stop.wait)
        self._looking = self._signing_in.limited_to("GET")
        self._writing = self._signing_in.limited_to("GET", "PUT", "PATCH", "DELETE")

    @contextmanager
    def reader(self, place: Place) -> Iterator[AzureLinkReader]:
        """Open a link to look at it."""
        yield AzureLinkReader(self._session(place), self._looking)

    @contextmanager
    def writer(self, place: Place) -> Iterator[AzureLinkWriter]:
        """Open a link to change it."""
        yield AzureLinkWriter(self._session(place), self._writing)

    @property
    def cloud(self) -> Cloud:
        """The Azure that is reached."""
        return self._recipe.cloud

    @property
    def request_stats(self) -> RequestStats:
        """What was asked of Azure and Entra until now."""
        return self._hosts.request_stats

    def read_raw(self, place: Place, clock: Callable[[], datetime]) -> RawReading:
        """Look at a link and keep Azure's answer as it came, unless it is about another one."""
        reader = AzureLinkReader(self._session(place), self._looking)
        observed, answer = reader.read(), reader.answer
        is_strange = observed.problem is not None and observed.problem.code == WRONG_TOKEN
        if answer is None or is_strange:
            return RawReading(observed, clock(), reader.url)
        request_id = answer.headers.get("x-ms-request-id")
        return RawReading(observed, clock(), reader.url, answer.status, answer.body, request_id)

    def doctor(self, clock: Callable[[], datetime]) -> Doctor:
        """Open all that a run uses, to look whether it is fit. `clock` is this machine's, UTC."""
        never_again = SecretPropagation(lambda seconds: True)
        return Doctor(
            self._recipe.identities,
            self._entra,
            self._looking,
            lambda place: self._session(place, never_again),
            clock,
        )

    def sign_in(self, place: Place, way: SignInMethod) -> Problem | None:
        """Sign the person of this link in and keep the sign-in; why not, if that fails."""
        identity = self._recipe.identity(place)
        return sign_in(identity, place, self._session(place), self._entra, self._signing_in, way)

    def tenants(self, place: Place) -> tuple[Customer, ...] | Problem:
        """The tenants of whoever this identity is there; why not, if they cannot be listed."""
        try:
            return list_tenants(self._session(place), self._looking)
        except RequestFailed as failure:
            return failure.problem

    def tenant_id(self, directory: str) -> str | None:
        """The GUID of a tenant named by a domain; None where Entra does not say."""
        budget = RetryBudget(self._hosts, self._stop)
        try:
            return budget.call(lambda: self._entra.directories.tenant_id(directory))
        except RequestFailed:
            return None

    def close(self) -> None:
        """Close all connections."""
        self._signing_in.close()

    def _session(self, place: Place, propagation: SecretPropagation | None = None) -> Session:
        return Session(
            place,
            self._recipe.identity(place),
            self._entra,
            propagation or self._propagation,
            lambda: RetryBudget(self._hosts, self._stop),
        )
