"""Endpoints and token scopes of the services beside ARM, for each cloud.

A token for a service goes only to a host that the operator named with `--endpoint`, or that the
cloud names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.azure.clouds import CLOUDS, Cloud
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.http.urls import https_origin
from reconciler.core.links import Place, Problem, Wanted
from reconciler.core.network.services import Endpoints, Service


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """Where a service is, and what its tokens are for.

    url    base URL without a trailing slash
    scope  OAuth scope of its tokens
    """

    service: Service
    url: str
    scope: str


@dataclass(frozen=True, slots=True)
class Services:
    """The services of a run. It can be pickled.

    known         Graph, Partner Center and discovery, if the cloud or the operator names them
    dataverse     the base URL that stands before an environment's host; None: the host itself
    is_named      whether the hosts of Dataverse environments may be spoken to directly
    cloud         the cloud in tenants.yaml, whose environments are accepted
    environments  the hosts of Dataverse that the file lists for each link
    """

    known: Mapping[Service, ServiceEndpoint] = field(default_factory=dict)
    dataverse: str | None = None
    is_named: bool = False
    cloud: str = "public"
    environments: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)

    def of(self, service: Service) -> ServiceEndpoint:
        """The endpoint of a service. Raises `RequestFailed` if neither names one."""
        found = self.known.get(service)
        if found is None:
            raise _not_named(service)
        return found

    def environment(self, host: str) -> ServiceEndpoint:
        """The endpoint of one Dataverse environment. Raises `RequestFailed`.

        host  such as `fabrikam.crm4.dynamics.com`, which was checked
        """
        if self.dataverse is None and not self.is_named:
            raise _not_named(Service.DATAVERSE)
        url = f"{self.dataverse}/{host}" if self.dataverse else f"https://{host}"
        return ServiceEndpoint(Service.DATAVERSE, url, f"https://{host}/.default")


_RESOURCES: Mapping[str, Mapping[Service, str]] = {
    "public": {
        Service.GRAPH: "https://graph.microsoft.com",
        Service.PARTNER_CENTER: "https://api.partnercenter.microsoft.com",
        Service.DISCOVERY: "https://globaldisco.crm.dynamics.com",
    },
    "usgov": {
        Service.GRAPH: "https://graph.microsoft.us",
        Service.PARTNER_CENTER: "https://api.partnercenter.microsoft.com",
        Service.DISCOVERY: "https://globaldisco.crm.microsoftdynamics.us",
    },
    "china": {
        Service.GRAPH: "https://microsoftgraph.chinacloudapi.cn",
        Service.PARTNER_CENTER: "https://partner.partnercenterapi.microsoftonline.cn",
        Service.DISCOVERY: "https://globaldisco.crm.dynamics.cn",
    },
}
"""Microsoft's published endpoints. Each is also the resource of its tokens."""


def find_services(
    cloud: Cloud, name: str, given: Endpoints, wanted: Iterable[Wanted] = ()
) -> Services:
    """The services of a cloud.

    cloud   known, or described by its metadata document
    name    the cloud in tenants.yaml
    given   the endpoints that the operator chose
    wanted  the links, with the environments of their tenants

    A described cloud names Graph only. Where it signs in at the authority of the file's cloud, its
    tokens are that cloud's, and so are the other endpoints.
    """
    is_same = https_origin(cloud.authority) == https_origin(CLOUDS[name].authority)
    found: dict[Service, ServiceEndpoint] = {}
    for service, resource in _RESOURCES[name].items():
        if service is Service.GRAPH and cloud.graph:
            resource = cloud.graph
        is_named = is_same or (service is Service.GRAPH and cloud.graph is not None)
        if url := given.get(service) or (resource if is_named else None):
            found[service] = ServiceEndpoint(service, url, f"{resource}/.default")
    environments = {want.place: want.environments for want in wanted if want.environments}
    return Services(found, given.get(Service.DATAVERSE), is_same, name, environments)


def _not_named(service: Service) -> RequestFailed:
    return RequestFailed(
        Problem(
            "no_endpoint",
            f"the cloud behind --arm-endpoint does not name {service.label}; nothing was sent",
            f"add --endpoint {service}=URL",
        )
    )
