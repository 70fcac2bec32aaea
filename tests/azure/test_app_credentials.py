"""Sign-in of apps: `azure.identity.aio` over the run's transport, without an event loop."""

import json
from collections.abc import Mapping
from threading import Event
from typing import Any

import pytest

from reconciler.azure.clouds import CLOUDS
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.signin.app_credentials import immediate
from reconciler.azure.signin.entra import Entra
from reconciler.azure.signin.secrets.key_vault import Vaults
from reconciler.core.identities import ClientSecret, Identity, SecretRef, TokenRef, WorkloadIdentity

TENANT = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
CLOUD = CLOUDS["public"]
SECRET = ClientSecret("app", client_id=APP, secret=(SecretRef("env", "PAL_SECRET"),))
TOKEN = {"access_token": "a-token", "expires_in": 3599, "token_type": "Bearer"}


class Canned(Https):
    """Answers every request alike and keeps what was sent."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(CircuitBreaker())
        self.reply = HttpReply(status, headers or {}, body)
        self.sent: list[tuple[str, str, Any]] = []

    def send(self, method: str, url: str, *, body: Any = None, **_: Any) -> HttpReply:
        self.sent.append((method, url, body))
        return self.reply


def sign_in(https: Https, identity: Identity = SECRET, claims: str | None = None) -> str:
    """A token from an Entra that gives this answer."""
    entra = Entra(CLOUD, https, Vaults(CLOUD, None))
    return entra.token(identity, TENANT, RetryBudget(https.hosts, Event()), claims)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAL_SECRET", "a-fake-secret")


def test_a_sign_in_is_one_request_to_the_authority() -> None:
    """No OpenID document and no instance discovery; a claims challenge is part of the form."""
    https = Canned(200, json.dumps(TOKEN).encode())
    claims = '{"access_token": {"nbf": {"essential": true, "value": "1"}}}'
    assert sign_in(https, claims=claims) == "a-token"
    ((method, url, form),) = https.sent
    assert (method, url) == ("POST", f"{CLOUD.authority}/{TENANT}/oauth2/v2.0/token")
    assert dict(form) == {
        "grant_type": "client_credentials",
        "client_id": APP,
        "client_secret": "a-fake-secret",
        "scope": CLOUD.scope,
        "claims": claims,
    }


def test_a_federated_token_is_sent_as_an_assertion(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the place of the secret."""
    (tmp_path / "token").write_text("eyJh.eyJi.c2ln")
    https = Canned(200, json.dumps(TOKEN).encode())
    ref = TokenRef("file", str(tmp_path / "token"))
    assert sign_in(https, WorkloadIdentity("app", client_id=APP, token=ref)) == "a-token"
    form = https.sent[0][2]
    assert form["client_assertion"] == "eyJh.eyJi.c2ln"
    assert "client_secret" not in form


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"expires_in": "3599", "ext_expires_in": "3599", "refresh_in": 43199},
        {"id_token": "not a JWT", "client_info": "%%%", "scope": ""},
    ],
)
def test_only_the_access_token_of_an_answer_is_used(more: dict[str, Any]) -> None:
    """Other fields may be missing or odd."""
    https = Canned(200, json.dumps({"access_token": "a-token", **more}).encode())
    assert sign_in(https) == "a-token"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"<html>",
        b"[]",
        b"null",
        b"7",
        b"[" * 100_000,
        b"{}",
        *(
            json.dumps(TOKEN | odd).encode()
            for odd in list[dict[str, Any]](
                (
                    {"access_token": None},
                    {"access_token": 7},
                    {"access_token": ["a-token"]},
                    {"expires_in": "soon"},
                    {"expires_in": {}},
                    {"token_type": 7},
                    {"error": "invalid_client"},
                )
            )
        ),
    ],
)
def test_a_malformed_answer_is_a_refused_sign_in(body: bytes) -> None:
    """One problem with a code and a hint, whatever azure-identity would raise."""
    with pytest.raises(RequestFailed) as caught:
        sign_in(Canned(200, body))
    assert caught.value.problem.code == "sign_in_refused"
    assert caught.value.problem.hint
    assert not caught.value.is_transient


@pytest.mark.parametrize(
    ("status", "numbers", "code"),
    [
        (401, [7000215], "invalid_client_secret"),
        (400, [700016], "app_not_in_tenant"),
        (400, [90002], "no_such_tenant"),
        (400, [53003], "conditional_access"),
        (400, [], "sign_in_refused"),
        (302, [], "sign_in_refused"),
        (429, [], "throttled"),
        (503, [], "unavailable"),
    ],
)
def test_status_and_numbers_of_a_refusal_choose_the_code(
    status: int, numbers: list[int], code: str
) -> None:
    """They come from the answer itself, because the errors of azure-identity have no numbers."""
    said = {"error": "e", "error_description": "AADSTS: no", "error_codes": numbers}
    https = Canned(status, json.dumps(said).encode(), {"Retry-After": "7"})
    with pytest.raises(RequestFailed) as caught:
        sign_in(https)
    assert caught.value.problem.code == code
    assert caught.value.is_transient == (code in ("throttled", "unavailable"))
    assert caught.value.retry_after_s == 7
    assert len(https.sent) == 1, "azure-identity does not retry"


def test_the_second_sign_in_sends_a_request_again() -> None:
    """No answer is cached, neither a token nor a refusal: retries are the run's own."""
    https = Canned(200, json.dumps(TOKEN).encode())
    entra = Entra(CLOUD, https, Vaults(CLOUD, None))
    budget = RetryBudget(https.hosts, Event())
    assert [entra.token(SECRET, TENANT, budget) for _ in range(2)] == ["a-token"] * 2
    assert len(https.sent) == 2


class Suspends:
    """Something to wait for that only an event loop ends."""

    def __await__(self) -> Any:
        yield self


def test_a_coroutine_that_suspends_is_an_error() -> None:
    """It would otherwise wait for ever. It is closed, so that its `finally` blocks run."""
    ended = []

    async def waiting() -> str:
        try:
            await Suspends()
        finally:
            ended.append(True)
        return "never"

    with pytest.raises(RequestFailed, match="event loop") as caught:
        immediate(waiting())
    assert caught.value.problem.code == "sign_in_refused"
    assert ended == [True]


def test_a_coroutine_that_does_not_suspend_returns_or_raises() -> None:
    """Its result and its exception are those of a plain call."""

    async def doubled(number: int) -> int:
        return 2 * number

    async def quadrupled(number: int) -> int:
        return await doubled(await doubled(number))

    async def refused() -> None:
        raise KeyError("access_token")

    assert immediate(quadrupled(2)) == 8
    with pytest.raises(KeyError):
        immediate(refused())
