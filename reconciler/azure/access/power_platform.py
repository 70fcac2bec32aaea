"""The access check of Power Platform: what a principal owns in the customer's environments."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.services.client import ServiceClient
from reconciler.azure.services.dataverse import read_environment
from reconciler.azure.services.discovery import list_environments
from reconciler.azure.services.endpoints import ServiceEndpoint, Services
from reconciler.azure.session import Session
from reconciler.core.access.ownership import EnvironmentAccess, Member, decide_ownership
from reconciler.core.access.values import Access
from reconciler.core.links import Place
from reconciler.core.network.environments import environment_host
from reconciler.core.network.services import Service

MOST_DISCOVERED = 5
"""Environments of the discovery service that are asked; those in the file all are."""

OpenService = Callable[[Place, ServiceEndpoint], ServiceClient]
"""Opens a service with a token of this link's principal."""


@dataclass(frozen=True, slots=True)
class PowerPlatform:
    """Checks principals of the workload power_platform."""

    services: Services
    open_service: OpenService

    def check(self, place: Place, session: Session) -> Access:
        """What the principal that has signed in owns."""
        listed = self.services.environments.get(place, ())
        member = Member(session.name, session.is_app)
        failed = None
        if not session.is_app:
            try:
                listed = (*listed, *self._discovered(place, session, listed))
            except RequestFailed as failure:
                failed = failure.problem
        found = [self._read(place, host) for host in listed]
        return decide_ownership(member, found, datetime.now(UTC), failed)

    def _discovered(
        self, place: Place, session: Session, listed: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The hosts that the discovery service adds for a person; only those of the cloud."""
        client = self.open_service(place, self.services.of(Service.DISCOVERY))
        urls = list_environments(client, str(session.tenant_id))
        hosts = (environment_host(url, self.services.cloud) for url in urls)
        new = dict.fromkeys(host for host in hosts if host and host not in listed)
        return tuple(new)[:MOST_DISCOVERED]

    def _read(self, place: Place, host: str) -> EnvironmentAccess:
        try:
            client = self.open_service(place, self.services.environment(host))
        except RequestFailed as failure:
            return EnvironmentAccess(host, is_user=None, failed=failure.problem)
        return read_environment(client, host)
