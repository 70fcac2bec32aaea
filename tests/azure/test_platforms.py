"""Tokens and secrets of platforms: requested once for all tenants, with the usual retries."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import pytest

from reconciler.azure.cloud_metadata import find_cloud
from reconciler.azure.connection import Azure, ConnectionSettings
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.signin.managed_identity import UPDATING_WAIT_S, refusal, request_token
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.core.identities import (
    ClientSecret,
    FederatedManagedIdentity,
    Identity,
    SecretRef,
    TokenRef,
    WorkloadIdentity,
)
from reconciler.core.links import Observed, ObservedState, Place
from reconciler.core.redaction.redactor import redact
from reconciler.emulator.seed.seed import read as seed
from reconciler.emulator.server import Emulator
from reconciler.emulator.state.directory import derived_tenant_id
from reconciler.emulator.state.workloads import MACHINE_DOMAIN
from tests.e2e.command import APP, SECRET, tenant_id
from tests.receivers import listening

VAULT_HOME = derived_tenant_id(MACHINE_DOMAIN)
MACHINE = "8e0c1b52-8a86-4b6f-9b43-0f4c5f4f7a22"
CONNECTION = "3f0c1b52-8a86-4b6f-9b43-0f4c5f4f7a33"
FEDERATED = FederatedManagedIdentity("app", APP)
GITHUB = WorkloadIdentity("app", APP, token=TokenRef("github", "api://AzureADTokenExchange"))
PIPELINES = WorkloadIdentity("app", APP, token=TokenRef("azure_pipelines", CONNECTION))
PLATFORMS = {
    "imds": (FEDERATED, "managed_identity"),
    "app_service": (FEDERATED, "managed_identity"),
    "github": (GITHUB, "oidc_token"),
    "azure_pipelines": (PIPELINES, "oidc_token"),
}

Read = Callable[..., list[Observed]]


@pytest.fixture
def stop() -> Event:
    return Event()


@pytest.fixture
def read(emulator: Emulator, stop: Event) -> Iterator[Read]:
    """Read the links of an identity in this many tenants, each in its own thread."""
    emulator.state.reset(seed({"secrets": {"pal": SECRET}}))
    cloud = find_cloud("public", emulator.endpoint, str(emulator.ca_path), Event())
    opened: list[Azure] = []

    def read_all(identity: Identity, count: int = 1) -> list[Observed]:
        azure = Azure(ConnectionSettings(cloud, {"app": identity}, str(emulator.ca_path)), stop)
        opened.append(azure)

        def read_one(number: int) -> Observed:
            with azure.reader(Place(f"C{number}", tenant_id(number), "app")) as reader:
                return reader.read()

        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(read_one, range(1, count + 1)))

    yield read_all
    for azure in opened:
        azure.close()


def become(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name, value in emulator.environment(kind).items():
        monkeypatch.setenv(name, value)


def count(emulator: Emulator, operation: str) -> int:
    return sum(entry.operation == operation for entry in emulator.state.requests.entries)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_one_token_serves_all_tenants(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, read: Read, kind: str
) -> None:
    """Forty tenants cost one request to the platform, with eight threads at once."""
    become(emulator, monkeypatch, kind)
    identity, operation = PLATFORMS[kind]
    assert {seen.state for seen in read(identity, 40)} == {ObservedState.NOT_LINKED}
    assert count(emulator, operation) == 1


@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("public", "api://AzureADTokenExchange"),
        ("usgov", "api://AzureADTokenExchangeUSGov"),
        ("china", "api://AzureADTokenExchangeChina"),
    ],
)
def test_a_machines_token_is_for_the_audience_of_the_cloud(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, stop: Event, name: str, audience: str
) -> None:
    """The app's federated credential accepts no other audience."""
    become(emulator, monkeypatch, "imds")
    machine = {"client_id": MACHINE, "tenant": tenant_id(9), "object_id": MACHINE, "system": True}
    issuer = f"https://login.microsoftonline.com/{tenant_id(9)}/v2.0"
    trust = [{"issuer": issuer, "subject": MACHINE, "audience": audience}]
    app = {"client_id": APP, "federated": trust}
    emulator.state.reset(seed({"managed_identities": [machine], "clients": [app]}))
    bundle = str(emulator.ca_path)
    cloud = find_cloud(name, emulator.endpoint, bundle, stop)
    with (
        closing(Azure(ConnectionSettings(cloud, {"app": FEDERATED}, bundle), stop)) as azure,
        azure.reader(Place("C1", tenant_id(1), "app")) as reader,
    ):
        assert reader.read().state is ObservedState.NOT_LINKED


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 503}, {"drop": True}])
@pytest.mark.parametrize("kind", PLATFORMS)
def test_a_platform_is_retried(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, read: Read, kind: str, fault: Any
) -> None:
    """After throttling, an outage or a dropped connection every link is still read."""
    become(emulator, monkeypatch, kind)
    identity, operation = PLATFORMS[kind]
    emulator.state.add_fault({"operation": operation, "times": 1, **fault})
    assert {seen.state for seen in read(identity, 3)} == {ObservedState.NOT_LINKED}
    assert count(emulator, operation) == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 429, "retry_after_s": 600}, "throttled"),
        ({"status": 500}, "unavailable"),
        ({"status": 403}, "credential_unusable"),
    ],
)
@pytest.mark.parametrize("kind", PLATFORMS)
def test_a_platform_that_does_not_answer_is_named(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    read: Read,
    stop: Event,
    kind: str,
    fault: Any,
    code: str,
) -> None:
    """After a stop nothing is tried again; the code says whether the file is to blame."""
    become(emulator, monkeypatch, kind)
    identity, operation = PLATFORMS[kind]
    emulator.state.add_fault({"operation": operation, **fault})
    stop.set()
    (seen,) = read(identity)
    assert seen.problem
    assert seen.problem.code == code
    assert "Traceback" not in seen.problem.message


@pytest.mark.parametrize("kind", ["imds", "app_service"])
def test_a_machine_that_drops_connections_is_unavailable(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, read: Read, stop: Event, kind: str
) -> None:
    """A connection that is dropped says nothing about the file."""
    become(emulator, monkeypatch, kind)
    emulator.state.add_fault({"operation": "managed_identity", "drop": True})
    stop.set()
    (seen,) = read(FEDERATED)
    assert seen.problem
    assert seen.problem.code == "unavailable"


@pytest.mark.parametrize("status", [404, 410])
def test_an_updating_metadata_service_is_retried(status: int) -> None:
    """IMDS gives these answers for up to 70 seconds; other endpoints' are final."""
    failure = refusal("http://169.254.169.254/metadata/identity/oauth2/token?x", status, "")
    assert failure
    assert (failure.problem.code, failure.is_transient) == ("unavailable", True)
    assert failure.retry_after_s == (UPDATING_WAIT_S if status == 410 else None)
    assert refusal("http://127.0.0.1/msi/token", status, "") is None
    assert refusal("http://169.254.169.254/metadata/identity/oauth2/token", 400, "") is None


def test_a_missing_managed_identity_is_not_retried(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    """400 is final: the machine has no such identity, and the file has to change."""
    emulator.state.reset(seed({"managed_identities": []}))
    become(emulator, monkeypatch, "imds")
    (seen,) = read(FEDERATED)
    assert seen.problem
    assert seen.problem.code == "credential_unusable"
    assert "Identity not found" in seen.problem.message
    assert count(emulator, "managed_identity") == 1


def test_a_repeated_header_of_a_machine_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value has the form of a GUID, and the endpoint's error may repeat it."""
    header = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"
    with listening() as server:
        server.answers = [400]
        server.body = f'{{"message": "{header} is not the header of this app"}}'.encode()
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
        monkeypatch.setenv("IDENTITY_HEADER", header)
        with pytest.raises(Unresolved) as caught:
            request_token(None, "https://management.azure.com/.default", CircuitBreaker())
    assert header in str(caught.value)
    assert redact(str(caught.value)).count("[hidden] is not the header") == 1


def test_a_machine_endpoint_bypasses_the_proxy(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    """The endpoint belongs to this machine, and no proxy can reach it."""
    become(emulator, monkeypatch, "imds")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    (seen,) = read(FEDERATED)
    assert seen.state is ObservedState.NOT_LINKED


@pytest.fixture
def in_vault(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Identity:
    """An identity whose secret is in the key vault, read as an app that has its own secret."""
    pytest.importorskip("azure.keyvault.secrets")
    own = {"AZURE_TENANT_ID": VAULT_HOME, "AZURE_CLIENT_ID": MACHINE, "AZURE_CLIENT_SECRET": "own"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    url = f"{emulator.endpoint}/secrets/pal"
    return ClientSecret("app", APP, secret=(SecretRef("keyvault", url),))


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 503}, {"drop": True}])
def test_a_key_vault_is_retried(
    emulator: Emulator, read: Read, in_vault: Identity, fault: Any
) -> None:
    """One request serves all tenants, and a transient failure loses no link."""
    emulator.state.add_fault({"operation": "secret", "times": 1, **fault})
    assert {seen.state for seen in read(in_vault, 10)} == {ObservedState.NOT_LINKED}
    # The failure and the secret; a challenge, unless an earlier test has met this vault.
    assert count(emulator, "secret") in (2, 3)


@pytest.mark.parametrize(("status", "code"), [(429, "throttled"), (500, "unavailable")])
def test_a_key_vault_that_does_not_answer_is_named(
    emulator: Emulator, read: Read, stop: Event, in_vault: Identity, status: int, code: str
) -> None:
    """The error is not the file's; the message names the reference."""
    emulator.state.add_fault({"operation": "secret", "status": status})
    stop.set()
    (seen,) = read(in_vault)
    assert seen.problem
    assert seen.problem.code == code
    assert "{keyvault: " in seen.problem.message
