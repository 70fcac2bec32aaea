"""The authorization endpoint, its codes and its pages, with plain requests."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND, SCOPE, Caller, claims_of

ALICE = "alice@contoso.com"
BACK = "http://localhost:8400"
SCOPES = f"{SCOPE} openid profile offline_access"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
AUTHORIZE = f"/{FABRIKAM}/oauth2/v2.0/authorize"
TOKEN = f"/{FABRIKAM}/oauth2/v2.0/token"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(autouse=True)
def alice(azure: Emulator) -> None:
    azure.state.reset(read({"approve_as": ALICE}))


def question(**changes: Any) -> dict[str, Any]:
    return {
        "client_id": APP,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": SCOPES,
        "state": "s&<",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }


def code(caller: Caller, **changes: Any) -> str:
    answer = caller.send("GET", AUTHORIZE, params=question(**changes))
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["code"]


def redeem(caller: Caller, text: str, **changes: Any) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "client_id": APP,
        "code": text,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    answer: dict[str, Any] = caller.send("POST", TOKEN, data=form).json()
    return answer


def refresh(caller: Caller, token: str, path: str = TOKEN, **changes: Any) -> dict[str, Any]:
    form = {
        "grant_type": "refresh_token",
        "client_id": APP,
        "refresh_token": token,
        "scope": SCOPES,
        **changes,
    }
    answer: dict[str, Any] = caller.send("POST", path, data=form).json()
    return answer


@pytest.mark.parametrize(("mode", "mark"), [(None, "?"), ("query", "?"), ("fragment", "#")])
def test_the_redirect_uses_the_requested_mode(caller: Caller, mode: str | None, mark: str) -> None:
    """Code and state are in the query or in the fragment."""
    location = caller.send("GET", AUTHORIZE, params=question(response_mode=mode)).headers[
        "Location"
    ]
    before, _, fields = location.partition(mark)
    assert before == BACK
    assert dict(parse_qsl(fields)).keys() == {"code", "state"}
    assert dict(parse_qsl(fields))["state"] == "s&<"


def test_a_form_post_escapes_its_values(caller: Caller) -> None:
    """Values that the app sent are escaped on the page that submits itself."""
    page = caller.send("GET", AUTHORIZE, params=question(response_mode="form_post")).text
    assert f'action="{BACK}"' in page
    assert 'value="s&amp;&lt;"' in page


def test_a_code_is_redeemed_once(caller: Caller) -> None:
    """It gives an access token, an ID token with the nonce and a refresh token."""
    text = code(caller)
    tokens = redeem(caller, text)
    assert claims_of(tokens["id_token"])["nonce"] == "n"
    assert claims_of(tokens["access_token"])["scp"] == "user_impersonation"
    assert "client_info" not in tokens
    assert redeem(caller, text)["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code": "x"}, 70000),
        ({"client_id": NORTHWIND}, 70000),
        ({"redirect_uri": "http://localhost:1"}, 500112),
        ({"code_verifier": "x"}, 501481),
        ({"code_verifier": None}, 501481),
    ],
)
def test_a_code_is_bound_to_app_address_and_verifier(
    caller: Caller, changes: dict[str, Any], number: int
) -> None:
    """A stolen code cannot be redeemed."""
    assert redeem(caller, code(caller), **changes)["error_codes"] == [number]


def test_a_code_is_valid_for_ten_minutes(azure: Emulator, caller: Caller) -> None:
    """Later it has expired."""
    text = code(caller)
    azure.state.clock.advance(601)
    assert redeem(caller, text)["error_codes"] == [70008]


def test_a_code_without_a_challenge_needs_no_verifier(caller: Caller) -> None:
    """PKCE is checked only after a challenge; without offline_access there is no refresh token."""
    text = code(caller, code_challenge=None, scope="openid", state=None)
    tokens = redeem(caller, text, code_verifier=None)
    assert "refresh_token" not in tokens
    assert claims_of(tokens["access_token"])["aud"] == "00000003-0000-0000-c000-000000000000"


@pytest.mark.parametrize(
    ("tenant", "changes", "number"),
    [
        (FABRIKAM, {"redirect_uri": "https://example.com"}, 50011),
        (FABRIKAM, {"redirect_uri": "javascript://localhost/"}, 50011),
        (FABRIKAM, {"redirect_uri": "http://["}, 50011),
        (FABRIKAM, {"redirect_uri": None}, 50011),
        (FABRIKAM, {"client_id": None}, 700016),
        ("nowhere", {}, 90002),
    ],
)
def test_an_invalid_request_is_answered_on_a_page(
    caller: Caller, tenant: str, changes: dict[str, Any], number: int
) -> None:
    """There is no redirect to another machine."""
    path = f"/{tenant}/oauth2/v2.0/authorize"
    answer = caller.send("GET", path, params=question(**changes))
    assert (answer.status_code, f"AADSTS{number}" in answer.text) == (400, True)


def test_a_line_break_in_the_address_ends_no_header(caller: Caller) -> None:
    """The redirect is one line, whatever the app sent."""
    answer = caller.send("GET", AUTHORIZE, params=question(redirect_uri=f"{BACK}/\r\nX-Evil: 1"))
    assert answer.status_code == 302
    assert "X-Evil" not in answer.headers


def test_the_page_repeats_until_the_sign_in_succeeds(azure: Emulator, caller: Caller) -> None:
    """The hint is filled in; a wrong password is reported; a decline returns to the app."""
    users = [{"username": ALICE, "password": "hunter2"}]
    azure.state.reset(read({"users": users}))
    parameters = question(login_hint='"><b>')
    page = caller.send("GET", AUTHORIZE, params=parameters)
    assert 'value="&quot;&gt;&lt;b&gt;"' in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    for name, password, error in (("bob@x.org", "", "50034"), (ALICE, "x", "50126")):
        form = {"username": name, "password": password, "action": "approve"}
        assert f"AADSTS{error}" in caller.send("POST", AUTHORIZE, params=parameters, data=form).text
    form = {"username": ALICE, "password": "hunter2", "action": "approve"}
    good = caller.send("POST", AUTHORIZE, params=parameters, data=form)
    assert good.headers["Location"].startswith(f"{BACK}?code=")
    declined = caller.send("POST", AUTHORIZE, params=parameters, data={"action": "decline"})
    assert "error=access_denied" in declined.headers["Location"]


def test_a_refresh_token_is_bound_to_its_app_and_replaced(caller: Caller) -> None:
    """Each use returns a new one, and the old one stays valid, as with Entra."""
    first = redeem(caller, code(caller))["refresh_token"]
    second = refresh(caller, first)["refresh_token"]
    assert first != second
    for token in (first, second):
        assert "access_token" in refresh(caller, token)
    assert refresh(caller, first, client_id=NORTHWIND)["error_codes"] == [70000]
    assert refresh(caller, "x")["error_codes"] == [70000]


def test_the_older_endpoint_gives_all_tokens_for_a_resource(caller: Caller) -> None:
    """`oauth2/token` with `resource` needs no scope."""
    token = redeem(caller, code(caller))["refresh_token"]
    path = f"/{NORTHWIND}/oauth2/token"
    tokens = refresh(caller, token, path, scope=None, resource="https://management.azure.com/")
    assert claims_of(tokens["access_token"])["tid"] == NORTHWIND
    assert {"refresh_token", "id_token"} <= tokens.keys()


def test_a_deleted_user_cannot_refresh(azure: Emulator, caller: Caller) -> None:
    """The error is that of an account that does not exist."""
    azure.state.reset(read({"users": [{"username": ALICE}], "approve_as": "*"}))
    token = redeem(caller, code(caller))["refresh_token"]
    azure.state.people.users.clear()
    answer = refresh(caller, token)
    assert answer["error_codes"] == [50034]
    assert ALICE in answer["error_description"]


def test_an_app_must_be_in_the_tenant_for_users_too(azure: Emulator, caller: Caller) -> None:
    """At each start of a sign-in a missing or unknown app is 700016."""
    clients = [{"client_id": APP, "absent_from": [FABRIKAM]}]
    azure.state.reset(read({"clients": clients, "approve_as": ALICE}))
    path = f"/{FABRIKAM}/oauth2/v2.0/devicecode"
    for client_id in (APP, NORTHWIND):
        answer = caller.send("POST", path, data={"client_id": client_id, "scope": SCOPES})
        assert answer.json()["error_codes"] == [700016]
        assert refresh(caller, "x", client_id=client_id)["error_codes"] == [700016]
    shared = "/organizations/oauth2/v2.0/devicecode"
    assert caller.send("POST", shared, data={"client_id": APP}).status_code == 200


def device(caller: Caller) -> dict[str, Any]:
    path = f"/{FABRIKAM}/oauth2/v2.0/devicecode"
    answer: dict[str, Any] = caller.send(
        "POST", path, data={"client_id": APP, "scope": SCOPES}
    ).json()
    return answer


def poll(caller: Caller, started: dict[str, Any], client_id: str = APP) -> dict[str, Any]:
    text = started["device_code"]
    form = {"grant_type": DEVICE_GRANT, "client_id": client_id, "device_code": text}
    answer: dict[str, Any] = caller.send("POST", TOKEN, data=form).json()
    return answer


def test_device_codes_are_decided_by_control_routes(azure: Emulator, caller: Caller) -> None:
    """Pending codes are listed; one is approved, one declined, one refused with its number."""
    azure.state.reset(read({"users": [{"username": ALICE, "absent_from": [NORTHWIND]}]}))
    azure.state.approve_as = ""
    first, second, third = (device(caller) for _ in range(3))
    waiting = caller.control("GET", "device_codes")["device_codes"]
    assert [w["user_code"] for w in waiting] == [d["user_code"] for d in (first, second, third)]
    assert poll(caller, first)["error"] == "authorization_pending"
    assert poll(caller, first, NORTHWIND)["error"] == "bad_verification_code"
    decide = {"user_code": first["user_code"], "username": ALICE}
    assert caller.control("POST", "device_codes", decide)["aadsts"] is None
    decide = {"user_code": second["user_code"], "decline": True}
    assert caller.control("POST", "device_codes", decide)["aadsts"] == 65004
    decide = {"user_code": third["user_code"], "username": "bob@contoso.com"}
    assert caller.control("POST", "device_codes", decide)["aadsts"] == 50034
    assert claims_of(poll(caller, first)["access_token"])["unique_name"] == ALICE
    assert poll(caller, second)["error"] == "authorization_declined"
    assert poll(caller, third)["error_codes"] == [50034]
    assert caller.control("GET", "device_codes") == {"device_codes": []}


@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("device_codes", {"user_code": "X"}, "username or decline"),
        ("device_codes", {"user_code": "X", "username": ALICE, "decline": True}, "username or"),
        ("device_codes", {"user_code": "X", "decline": True}, "nobody waits"),
        ("users", {"username": "alice"}, "principal name"),
        ("users", {"username": ALICE, "mfa": True}, "unknown key"),
        ("federated_tokens", {"issuer": "https://x"}, "subject: is missing"),
        ("revoke", {"user": ALICE}, "unknown key"),
    ],
)
def test_a_wrong_control_request_is_refused(
    caller: Caller, name: str, body: dict[str, Any], complaint: str
) -> None:
    """The error has its cause, and nothing changes."""
    answer = caller.send("POST", f"/_emulator/{name}", json=body)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]


def test_users_are_shown_and_changed(caller: Caller) -> None:
    """A change keeps the fields it does not name; no password is shown."""
    body = {"username": ALICE, "password": "hunter2", "guest_in": [FABRIKAM], "tenant": NORTHWIND}
    caller.control("POST", "users", body)
    changed = caller.control("POST", "users", {"username": ALICE.upper(), "disabled_in": "*"})
    assert (changed["tenant"], changed["guest_in"], changed["disabled_in"]) == (
        NORTHWIND,
        [FABRIKAM],
        ["*"],
    )
    shown = caller.control("GET", "users")
    assert shown == {"users": [changed]}
    assert "hunter2" not in str(shown)


def test_who_approves_can_be_switched(azure: Emulator, caller: Caller) -> None:
    """The switch is shown with the others; if it is empty, every sign-in needs the page."""
    shown = caller.control("POST", "switches", {"approve_as": "", "device_code_interval_s": 2})
    assert (shown["switches"]["approve_as"], device(caller)["interval"]) == ("", 2)
    assert "<form" in caller.send("GET", AUTHORIZE, params=question()).text


def test_a_claims_fault_ignores_answers_without_claims(caller: Caller) -> None:
    """A page is sent unchanged."""
    caller.fault(operation="authorize", claims={"oid": "x"})
    page = caller.send("GET", AUTHORIZE, params=question(response_mode="form_post"))
    assert page.status_code == 200
