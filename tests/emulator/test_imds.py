"""Managed identities and pipelines: azure-identity finds them by their environment variables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AzurePipelinesCredential,
    ClientAssertionCredential,
    CredentialUnavailableError,
    ManagedIdentityCredential,
)

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import APP, CONTOSO, FABRIKAM, NORTHWIND, SCOPE, Caller, claims_of

HOME = "11111111-0000-4000-8000-00000000c0de"
SYSTEM = "bbbbbbbb-0000-4000-8000-000000000001"
ASSIGNED = "bbbbbbbb-0000-4000-8000-000000000002"
OBJECT = "bbbbbbbb-0000-4000-8000-000000000003"
EXCHANGE = "api://AzureADTokenExchange"
ARM = "https://management.azure.com/"
IDENTITIES = [
    {"client_id": SYSTEM, "tenant": HOME, "system": True},
    {"client_id": ASSIGNED, "tenant": HOME, "object_id": OBJECT},
]
CONNECTION = "cccccccc-0000-4000-8000-000000000001"

RESOURCE = (
    "/subscriptions/aaaa/resourceGroups/pal/providers/Microsoft.ManagedIdentity/"
    "userAssignedIdentities/pal"
)

Become = Callable[[str], None]


@pytest.fixture(autouse=True)
def seeded(azure: Emulator) -> None:
    azure.state.reset(read({"managed_identities": IDENTITIES}))


@pytest.fixture
def become(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> Become:
    """Give this process the environment of such a machine."""

    def become(kind: str) -> None:
        for name, value in azure.environment(kind).items():
            monkeypatch.setenv(name, value)

    return become


@pytest.mark.parametrize("kind", ["imds", "app_service"])
def test_a_managed_identity_signs_in(
    azure: Emulator, caller: Caller, become: Become, kind: str
) -> None:
    """The machine's own identity, or the named one, in its own tenant."""
    become(kind)
    with ManagedIdentityCredential() as own, ManagedIdentityCredential(client_id=ASSIGNED) as named:
        system, token = claims_of(own.get_token(SCOPE).token), named.get_token(SCOPE).token
    assert (system["appid"], system["tid"]) == (SYSTEM, HOME)
    assert system["oid"] == azure.state.directory.object_id(HOME, SYSTEM)
    link = caller.arm("PUT", f"/{CONTOSO}", token=token).json()["properties"]
    assert (link["tenantId"], link["objectId"]) == (HOME, OBJECT)
    assert azure.state.requests.by_tenant()[HOME]["managed_identity"] == 2


@pytest.mark.parametrize("kind", ["imds", "app_service"])
def test_an_identity_that_the_machine_lacks_is_unavailable(become: Become, kind: str) -> None:
    """An identity that is not assigned gets no token."""
    become(kind)
    with (
        ManagedIdentityCredential(client_id=APP) as credential,
        pytest.raises(CredentialUnavailableError),
    ):
        credential.get_token(SCOPE)


def test_without_a_seed_every_client_id_is_an_identity(azure: Emulator, become: Become) -> None:
    """The machine is then in a tenant that can be named by its domain."""
    azure.state.reset(read({}))
    tenant = azure.state.directory.tenant("contoso.onmicrosoft.com")
    assert tenant is not None
    become("imds")
    for client_id in (None, APP):
        with ManagedIdentityCredential(client_id=client_id) as credential:
            claims = claims_of(credential.get_token(SCOPE).token)
        assert claims["tid"] == tenant.tenant_id
    assert claims["appid"] == APP
    azure.state.reset(read({"tenants": [{"tenant": FABRIKAM}]}))
    with ManagedIdentityCredential() as credential:
        assert claims_of(credential.get_token(SCOPE).token)["tid"] == FABRIKAM


def plain(azure: Emulator, path: str, headers: dict[str, str], **query: str) -> Any:
    url = azure.plain_endpoint + path
    return requests.get(url, params=query, headers=headers, timeout=60)


GOOD = {"api-version": "2018-02-01", "resource": ARM}


@pytest.mark.parametrize(
    ("headers", "query", "complaint"),
    [
        ({}, GOOD, "metadata header"),
        ({"Metadata": "true"}, {"resource": ARM}, "api-version"),
        ({"Metadata": "true"}, {"api-version": "2018-02-01"}, "resource"),
        ({"Metadata": "true"}, {**GOOD, "client_id": APP}, "Identity not found"),
    ],
)
def test_imds_says_what_is_missing(
    azure: Emulator, headers: dict[str, str], query: dict[str, str], complaint: str
) -> None:
    """A request without its required header gets no token, so that no browser can send one."""
    answer = plain(azure, "/metadata/identity/oauth2/token", headers, **query)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert complaint in answer.json()["error_description"]


@pytest.mark.parametrize("form", ["imds", "app_service"])
def test_an_identity_can_be_named_by_each_of_its_ids(azure: Emulator, form: str) -> None:
    """By client, object or resource ID; an unknown ID is refused, as are two IDs."""
    known = {"client_id": APP, "tenant": HOME, "object_id": OBJECT, "resource_id": RESOURCE}
    azure.state.reset(read({"managed_identities": [IDENTITIES[0], known]}))
    imds = form == "imds"
    path = "/metadata/identity/oauth2/token" if imds else "/msi/token"
    version = "2018-02-01" if imds else "2019-08-01"
    headers = {
        "Metadata": "true",
        "X-IDENTITY-HEADER": azure.environment("app_service")["IDENTITY_HEADER"],
    }

    def requested(**ids: str) -> tuple[int, str | None]:
        query = {"api-version": version, "resource": ARM, **ids}
        answer = plain(azure, path, headers, **query)
        return answer.status_code, answer.json().get("client_id")

    resource_id = "msi_res_id" if imds else "mi_res_id"
    for ids in ({"object_id": OBJECT}, {resource_id: RESOURCE.upper()}, {"client_id": APP}):
        assert requested(**ids) == (200, APP)
    for ids in (
        {"object_id": APP},
        {resource_id: "/subscriptions/x"},
        {"object_id": OBJECT, "client_id": APP},
    ):
        assert requested(**ids) == (400, None)
    azure.state.reset(read({}))
    assert requested(object_id=OBJECT) == (400, None)


def test_imds_answers_in_texts(azure: Emulator) -> None:
    """Every number is a text; other methods and paths are refused."""
    answer = plain(azure, "/metadata/identity/oauth2/token", {"Metadata": "true"}, **GOOD)
    assert {type(value) for value in answer.json().values()} == {str}
    assert answer.json()["expires_in"] == "86399"
    url = f"{azure.plain_endpoint}/metadata/identity/oauth2/token"
    assert requests.post(url, params=GOOD, timeout=60).status_code == 405
    for path in ("/metadata/instance", "/_emulator/state", f"/{FABRIKAM}/oauth2/v2.0/token"):
        assert plain(azure, path, {}).status_code == 404


def test_several_identities_must_be_distinguished(azure: Emulator) -> None:
    """Without a system identity the only one is used; with several the request must name one."""
    path, headers = "/metadata/identity/oauth2/token", {"Metadata": "true"}
    azure.state.reset(read({"managed_identities": IDENTITIES[1:]}))
    assert plain(azure, path, headers, **GOOD).json()["client_id"] == ASSIGNED
    azure.state.reset(read({"managed_identities": [*IDENTITIES[1:], {"client_id": APP}]}))
    assert "Multiple" in plain(azure, path, headers, **GOOD).text
    azure.state.reset(read({"managed_identities": []}))
    assert "not found" in plain(azure, path, headers, **GOOD).text


def test_app_service_requires_its_header_and_version(azure: Emulator) -> None:
    """A request without the machine's secret gets no token."""
    good = {"api-version": "2019-08-01", "resource": ARM}
    secret = {"X-IDENTITY-HEADER": azure.environment("app_service")["IDENTITY_HEADER"]}
    assert plain(azure, "/msi/token", {"X-IDENTITY-HEADER": "x"}, **good).status_code == 401
    assert plain(azure, "/msi/token", secret, resource=ARM).status_code == 400
    assert plain(azure, "/msi/token", secret, **good, client_id=APP).status_code == 400
    assert plain(azure, "/msi/token", secret, **good).json()["client_id"] == SYSTEM


def test_a_fault_can_hit_a_managed_identity(azure: Emulator, caller: Caller) -> None:
    """Its own operation can be throttled or dropped, on the second port as well."""
    path, headers = "/metadata/identity/oauth2/token", {"Metadata": "true"}
    caller.fault(operation="managed_identity", status=429, times=1)
    caller.fault(operation="managed_identity", drop=True, times=1)
    assert plain(azure, path, headers, **GOOD).status_code == 429
    with pytest.raises(requests.ConnectionError):
        plain(azure, path, headers, **GOOD)
    assert plain(azure, path, headers, **GOOD).status_code == 200


def test_a_managed_identity_signs_an_app_in_to_every_tenant(
    azure: Emulator, become: Become
) -> None:
    """Its exchange token is the client assertion of a multi-tenant app of the same home."""
    issuer = f"https://login.microsoftonline.com/{HOME}/v2.0"
    trusted = {"issuer": issuer, "subject": OBJECT}
    clients = [{"client_id": APP, "tenant": HOME, "federated": [trusted]}]
    azure.state.reset(read({"managed_identities": IDENTITIES, "clients": clients}))
    become("app_service")
    options: dict[str, Any] = {
        "authority": azure.endpoint,
        "disable_instance_discovery": True,
        "connection_verify": str(azure.ca_path),
    }
    for client_id, is_trusted in ((ASSIGNED, True), (SYSTEM, False)):
        with ManagedIdentityCredential(client_id=client_id) as machine:
            assertion = machine.get_token(f"{EXCHANGE}/.default").token
        with ClientAssertionCredential(
            NORTHWIND, APP, partial(str, assertion), **options
        ) as credential:
            if is_trusted:
                assert claims_of(credential.get_token(SCOPE).token)["tid"] == NORTHWIND
            else:
                with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
                    credential.get_token(SCOPE)


def pipelines(azure: Emulator, connection_id: str) -> AzurePipelinesCredential:
    return AzurePipelinesCredential(
        tenant_id=FABRIKAM,
        client_id=APP,
        service_connection_id=connection_id,
        system_access_token=azure.environment("azure_pipelines")["SYSTEM_ACCESSTOKEN"],
        authority=azure.endpoint,
        disable_instance_discovery=True,
        connection_verify=str(azure.ca_path),
    )


def test_azure_pipelines_signs_in_by_its_service_connection(
    azure: Emulator, become: Become
) -> None:
    """The subject is that of the connection; another connection is not authorized."""
    subject = "sc://contoso/customers/fabrikam"
    issuer = "https://vstoken.dev.azure.com/00000000-0000-4000-8000-000000000009"
    connection = {"service_connection_id": CONNECTION, "issuer": issuer, "subject": subject}
    trusted = {"issuer": issuer, "subject": subject}
    clients = [{"client_id": APP, "federated": [trusted]}]
    azure.state.reset(read({"azure_pipelines": [connection], "clients": clients}))
    become("azure_pipelines")
    with pipelines(azure, CONNECTION) as credential:
        assert claims_of(credential.get_token(SCOPE).token)["appid"] == APP
    with pipelines(azure, APP) as other, pytest.raises(ClientAuthenticationError):
        other.get_token(SCOPE)


def test_azure_pipelines_without_a_seed_accepts_every_connection(
    azure: Emulator, become: Become
) -> None:
    """The subject of a connection without a seed is derived from its ID."""
    azure.state.reset(read({}))
    become("azure_pipelines")
    with pipelines(azure, CONNECTION) as credential:
        assert credential.get_token(SCOPE).token
    presented = azure.state.workloads.connection(CONNECTION)
    assert presented is not None
    assert presented.subject == f"sc://contoso/pal/{CONNECTION}"


@pytest.mark.parametrize(
    ("method", "bearer", "query", "status"),
    [
        ("POST", "x", {"api-version": "7.1", "serviceConnectionId": CONNECTION}, 401),
        ("GET", None, {"api-version": "7.1", "serviceConnectionId": CONNECTION}, 405),
        ("POST", None, {"serviceConnectionId": CONNECTION}, 400),
        ("POST", None, {"api-version": "7.1"}, 400),
    ],
)
def test_azure_pipelines_refuses_invalid_requests(
    azure: Emulator,
    caller: Caller,
    method: str,
    bearer: str | None,
    query: dict[str, str],
    status: int,
) -> None:
    """Token, method, version and connection must be right."""
    variables = azure.environment("azure_pipelines")
    path = variables["SYSTEM_OIDCREQUESTURI"].removeprefix(azure.endpoint)
    headers = {"Authorization": f"Bearer {bearer or variables['SYSTEM_ACCESSTOKEN']}"}
    assert caller.send(method, path, params=query, headers=headers).status_code == status


def test_github_actions_gets_a_token_for_an_audience(azure: Emulator, caller: Caller) -> None:
    """The token has repository and branch, and signs in the app that trusts it."""
    subject = "repo:contoso@1001/pal@2002:ref:refs/heads/main"
    trusted = {"issuer": "https://token.actions.githubusercontent.com", "subject": subject}
    azure.state.reset(read({"clients": [{"client_id": APP, "federated": [trusted]}]}))
    variables = azure.environment("github")
    url = variables["ACTIONS_ID_TOKEN_REQUEST_URL"].removeprefix(azure.endpoint)
    headers = {"Authorization": f"Bearer {variables['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"}
    token = caller.send("GET", f"{url}&audience={EXCHANGE}", headers=headers).json()["value"]
    assert claims_of(token)["sub"] == subject
    assert caller.sign_in(client_secret=None, client_assertion=token).status_code == 200
    plainly = caller.send("GET", url, headers=headers).json()["value"]
    assert claims_of(plainly)["aud"] == "https://github.com/contoso"
    assert caller.send("GET", url).status_code == 401


def test_a_seed_sets_the_claims_of_github(azure: Emulator) -> None:
    """Subject and issuer are the seed's."""
    azure.state.reset(read({"github": {"subject": "repo:a@1/b@2:environment:prod"}}))
    assert azure.state.workloads.github.subject == "repo:a@1/b@2:environment:prod"


def test_the_environment_is_shown(azure: Emulator, caller: Caller) -> None:
    """The control route returns the same as the Python interface."""
    shown = caller.control("GET", "environment")
    assert shown["imds"] == azure.environment("imds")
    assert list(shown) == ["imds", "app_service", "github", "azure_pipelines"]
