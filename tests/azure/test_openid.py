"""A malformed OpenID document is refused with one line and a code."""

import json
from typing import Any

import pytest

from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.openid import OpenIdDocuments

GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
LOGIN = "https://login.example"
GOOD = {
    "issuer": f"{LOGIN}/{GUID}/v2.0",
    "authorization_endpoint": f"{LOGIN}/{GUID}/oauth2/v2.0/authorize",
    "token_endpoint": f"{LOGIN}/{GUID}/oauth2/v2.0/token",
}


class Canned(Https):
    """Answers every request with one body."""

    def __init__(self, body: bytes) -> None:
        super().__init__(CircuitBreaker())
        self.body = body

    def send(self, method: str, url: str, **_: Any) -> HttpReply:
        return HttpReply(200, {}, self.body)


def read(body: bytes) -> str:
    return OpenIdDocuments(LOGIN, Canned(body)).read("fabrikam.example")


def test_a_document_names_the_tenant() -> None:
    """Its endpoints have the tenant's GUID."""
    assert read(json.dumps(GOOD).encode()) == GUID


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        *(
            json.dumps(GOOD | {"token_endpoint": odd}).encode()
            for odd in list[Any](
                (
                    f"https://login.example:port/{GUID}",
                    f"https://login.example:99999/{GUID}",
                    f"https://login.example:0/{GUID}",
                    f"https://u:p@login.example/{GUID}",
                    f"https://login.example@elsewhere.example/{GUID}",
                    f"https://elsewhere.example/{GUID}",
                    f"http://login.example/{GUID}",
                    f"https://[::1/{GUID}",
                    [GOOD["token_endpoint"]],
                    {},
                    7,
                    None,
                )
            )
        ),
        json.dumps(GOOD | {"token_endpoint": f"{LOGIN}/common", "issuer": [7]}).encode(),
    ],
)
def test_a_malformed_document_is_an_unexpected_answer(body: bytes) -> None:
    """No secret is sent to the endpoints in it."""
    with pytest.raises(RequestFailed) as caught:
        read(body)
    assert caught.value.problem.code == "unexpected_answer"
