"""Which metadata documents of a cloud are accepted, and which are refused."""

import json
from threading import Event
from typing import Any

import pytest

from reconciler.azure.cloud_metadata import checked_endpoint, described
from reconciler.azure.clouds import CLOUDS
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RetryBudget
from reconciler.core.errors import RunFailed, WrongUsage

GOOD: dict[str, Any] = {
    "authentication": {
        "loginEndpoint": "https://login.example/",
        "audiences": ["https://graph.example/", "https://management.core.example/"],
    },
    "suffixes": {"keyVaultDns": ".vault.example"},
}


PATIENCE = RetryBudget(CircuitBreaker(), Event())


class Canned(Https):
    """Answers every request with one reply."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(CircuitBreaker())
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.reply = HttpReply(status, {}, raw)

    def send(self, method: str, url: str, **_: Any) -> HttpReply:
        assert (method, url) == (
            "GET",
            "https://arm.example/metadata/endpoints?api-version=2022-09-01",
        )
        return self.reply


def test_a_cloud_describes_itself() -> None:
    """Authority, scope and vault suffix come from its document; ARM is the chosen endpoint."""
    cloud = described("https://arm.example/", Canned(200, GOOD), PATIENCE)
    assert cloud.arm == "https://arm.example"
    assert cloud.authority == "https://login.example"
    assert cloud.scope == "https://management.core.example/.default"
    assert cloud.vault_suffix == "vault.example"


@pytest.mark.parametrize(
    ("url", "graph"),
    [
        ("https://graph.example/", "https://graph.example"),
        ("https://graph.example/base", "https://graph.example/base"),
        ("http://graph.example", None),
        ("https://user@graph.example", None),
        ("https://graph.example?x", None),
        (7, None),
    ],
)
def test_graph_is_used_only_over_https(url: Any, graph: str | None) -> None:
    """Anything but the https URL of a host counts as missing."""
    data = GOOD | {"microsoftGraphResourceId": url}
    assert described("https://arm.example", Canned(200, data), PATIENCE).graph == graph


def test_the_first_audience_serves_where_none_is_for_management() -> None:
    """A cloud without vaults gets a suffix that no host has."""
    data = {"authentication": GOOD["authentication"] | {"audiences": ["https://a", "https://b"]}}
    cloud = described("https://arm.example", Canned(200, data), PATIENCE)
    assert (cloud.scope, cloud.vault_suffix) == ("https://a/.default", "invalid")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {}),
        (302, b""),
        (200, b"<html>"),
        (200, []),
        (200, {}),
        (200, {"authentication": {"loginEndpoint": "https://a", "audiences": []}}),
        (200, {"authentication": {"loginEndpoint": "http://a", "audiences": ["https://b"]}}),
        (200, {"authentication": {"loginEndpoint": "ftp", "audiences": ["https://b"]}}),
        (200, {"authentication": None}),
        (200, b"[" * 100_000),
        (200, b"\xff\xfe"),
        *(
            (200, {"authentication": GOOD["authentication"] | {key: odd}})
            for key, values in {
                "loginEndpoint": [
                    "https://login.example:port",
                    "https://login.example:99999",
                    "https://u:secret@login.example",
                    "https://[::1",
                    "https://login.example/ x",
                    ["https://login.example"],
                    {},
                    7,
                    None,
                ],
                "audiences": ["https://management.example", {"a": 1}, [7], [None], ["a b"], 7],
            }.items()
            for odd in values
        ),
        (200, GOOD | {"suffixes": "x"}),
    ],
)
def test_anything_else_ends_the_run(status: int, body: Any) -> None:
    """The authority is never guessed."""
    with pytest.raises(RunFailed, match="--arm-endpoint"):
        described("https://arm.example", Canned(status, body), PATIENCE)


@pytest.mark.parametrize("odd", ["*", "a b", "é.example", ["x"], 7, "@evil.example", "/", "."])
def test_an_odd_vault_suffix_is_none(odd: Any) -> None:
    """No host ends with it, so no secret is read from there."""
    data = GOOD | {"suffixes": {"keyVaultDns": odd}}
    suffix = described("https://arm.example", Canned(200, data), PATIENCE).vault_suffix
    assert suffix in ("invalid", "7")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://arm.example",
        "arm.example",
        "https://",
        "https://u:secret@arm.example",
        "https://arm.example/path",
        "https://arm.example?x=1",
        "https://arm.example:0",
        "https://arm.example:port",
        "https://[::1",
        "https://arm.example\u202e",
        "https://arm.exämple",
        "https://arm.example\n",
        " https://arm.example",
        "https://arm.example#",
        "",
    ],
)
def test_an_endpoint_is_an_https_origin(endpoint: str) -> None:
    """Any other value is wrong usage, and a password in it is not repeated."""
    with pytest.raises(WrongUsage) as caught:
        checked_endpoint(endpoint)
    assert "secret" not in str(caught.value)


def test_the_known_clouds_are_https() -> None:
    """And they differ in every value."""
    for field in ("arm", "authority", "scope", "vault_suffix"):
        values = [getattr(cloud, field) for cloud in CLOUDS.values()]
        assert len(set(values)) == len(values)
    assert all(cloud.arm.startswith("https://") for cloud in CLOUDS.values())
