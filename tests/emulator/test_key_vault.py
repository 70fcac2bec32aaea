"""The key vault, by hand and with Microsoft's own client."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from azure.identity import ClientSecretCredential

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND, Caller

SECRET = "/secrets/pal-automation"  # a path
TENANTS = [{"tenant": FABRIKAM}, {"tenant": NORTHWIND}]
VERSION = {"api-version": "7.6"}


@pytest.fixture(autouse=True)
def seeded(azure: Emulator) -> None:
    azure.state.reset(read({"tenants": TENANTS, "secrets": {"Pal-Automation": "hunter2"}}))


def ask(
    caller: Caller,
    path: str = SECRET,
    *,
    tenant: str = FABRIKAM,
    scope: str = "https://0.0.1/.default",
    method: str = "GET",
    query: dict[str, str] = VERSION,
) -> requests.Response:
    headers = {"Authorization": f"Bearer {caller.token(tenant, scope=scope)}"}
    return caller.send(method, path, params=query, headers=headers)


def test_microsofts_client_reads_a_secret(azure: Emulator) -> None:
    """Challenge, suffix and resource satisfy its checks, none of which is turned off."""
    module = pytest.importorskip("azure.keyvault.secrets")
    trust: dict[str, Any] = {"connection_verify": str(azure.ca_path)}
    with (
        ClientSecretCredential(
            FABRIKAM, APP, "x", authority=azure.endpoint, disable_instance_discovery=True, **trust
        ) as credential,
        module.SecretClient(azure.endpoint, credential, **trust) as client,
    ):
        secret = client.get_secret("pal-automation")
        assert secret.value == "hunter2"
        again = client.get_secret("pal-automation", secret.properties.version)
        assert again.value == "hunter2"


def test_a_request_without_a_token_is_challenged(azure: Emulator, caller: Caller) -> None:
    """The challenge has the vault's tenant and the resource, and nothing of the secret."""
    answer = caller.send("GET", SECRET, params=VERSION)
    assert answer.status_code == 401
    assert f'authorization="{azure.endpoint}/{FABRIKAM}"' in answer.headers["WWW-Authenticate"]
    port = azure.endpoint.rpartition(":")[2]
    assert f'resource="https://0.0.1:{port}"' in answer.headers["WWW-Authenticate"]
    assert "hunter2" not in answer.text


def test_the_cloud_names_the_vaults_suffix(azure: Emulator, caller: Caller) -> None:
    """It is the end of the emulator's own address."""
    document = caller.send("GET", "/metadata/endpoints", params={"api-version": "2022-09-01"})
    suffix = document.json()["suffixes"]["keyVaultDns"]
    assert "127.0.0.1".endswith(f".{suffix}")


def test_a_secret_is_read_by_name_and_version(caller: Caller) -> None:
    """The name is case-insensitive; the version must be that of the secret."""
    found = ask(caller, SECRET.upper().replace("SECRETS", "secrets")).json()
    assert found["value"] == "hunter2"
    version = found["id"].rpartition("/")[2]
    assert ask(caller, f"{SECRET}/{version}").json()["value"] == "hunter2"
    for path in (f"{SECRET}/{'0' * 32}", "/secrets/other", "/secrets/a_b"):
        answer = ask(caller, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "SecretNotFound")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"tenant": NORTHWIND}, 401),
        ({"scope": "https://management.azure.com/.default"}, 401),
        ({"scope": "https://vault.azure.net/.default"}, 200),
        ({"query": {}}, 400),
        ({"method": "DELETE"}, 405),
    ],
)
def test_only_a_token_for_the_vault_reads(
    caller: Caller, changes: dict[str, Any], status: int
) -> None:
    """Another tenant, another resource, and other operations are refused."""
    assert ask(caller, **changes).status_code == status


def test_an_expired_token_is_refused(azure: Emulator, caller: Caller) -> None:
    """As on every other route."""
    headers = {"Authorization": f"Bearer {caller.token(scope='https://0.0.1/.default')}"}
    azure.state.clock.advance(4_000)
    assert caller.send("GET", SECRET, params=VERSION, headers=headers).status_code == 401


def test_a_vault_can_be_forbidden(caller: Caller) -> None:
    """A fault acts as a missing role; the log shows no value."""
    caller.fault(operation="secret", status=403, code="Forbidden", times=1)
    assert ask(caller).json()["error"]["code"] == "Forbidden"
    assert ask(caller).status_code == 200
    assert "hunter2" not in str(caller.control("GET", "requests"))
