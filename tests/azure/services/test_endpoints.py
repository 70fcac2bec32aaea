"""The endpoints of services and the scopes of their tokens, for each cloud."""

from dataclasses import replace

import pytest

from reconciler.azure.clouds import CLOUDS
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.services.endpoints import find_services
from reconciler.core.network.services import Service

OTHER = replace(
    CLOUDS["public"],
    name="other",
    authority="https://login.other.test",
    graph="https://graph.other.test",
)
HOST = "fabrikam.crm4.dynamics.com"


@pytest.mark.parametrize("name", CLOUDS)
def test_each_cloud_names_its_services(name: str) -> None:
    """The scope is that of the endpoint."""
    services = find_services(CLOUDS[name], name, {})
    for service in (Service.GRAPH, Service.PARTNER_CENTER, Service.DISCOVERY):
        found = services.of(service)
        assert found.scope == f"{found.url}/.default"


def test_another_endpoint_keeps_the_scope_of_the_cloud() -> None:
    """The operator chooses where a service is, not what its tokens are for."""
    services = find_services(OTHER, "public", {s: f"https://{s.value}.test" for s in Service})
    assert services.of(Service.GRAPH).url == "https://graph.test"
    assert services.of(Service.GRAPH).scope == "https://graph.other.test/.default"
    pc = services.of(Service.PARTNER_CENTER)
    assert pc.scope == "https://api.partnercenter.microsoft.com/.default"
    environment = services.environment(HOST)
    assert environment.url == f"https://dataverse.test/{HOST}"
    assert environment.scope == f"https://{HOST}/.default"


def test_a_described_cloud_names_graph_only() -> None:
    """Its tokens go to no host of another cloud."""
    services = find_services(OTHER, "public", {})
    assert services.of(Service.GRAPH).url == "https://graph.other.test"
    for service in (Service.PARTNER_CENTER, Service.DISCOVERY):
        with pytest.raises(RequestFailed) as error:
            services.of(service)
        assert error.value.problem.code == "no_endpoint"
    with pytest.raises(RequestFailed):
        services.environment(HOST)


def test_a_described_cloud_without_graph_names_none() -> None:
    """An unusable microsoftGraphResourceId counts as missing."""
    services = find_services(replace(OTHER, graph=None), "public", {})
    with pytest.raises(RequestFailed):
        services.of(Service.GRAPH)


def test_an_endpoint_in_front_of_the_cloud_keeps_its_services() -> None:
    """The metadata document names the cloud's own authority."""
    services = find_services(replace(OTHER, authority=CLOUDS["public"].authority), "public", {})
    assert services.of(Service.DISCOVERY).url == "https://globaldisco.crm.dynamics.com"
    assert services.environment(HOST).url == f"https://{HOST}"
