"""Users: azure-identity's own credentials sign people in, without mocks."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthenticationRecord,
    AuthenticationRequiredError,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    TokenCachePersistenceOptions,
)

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.browser import browse
from tests.emulator.caller import CONTOSO, FABRIKAM, NORTHWIND, SCOPE, Caller, claims_of

HOME = "11111111-0000-4000-8000-00000000c0de"
ALICE = "alice@contoso.com"
BOB = "bob@contoso.com"
ALICE_HOME = "aaaaaaaa-0000-4000-8000-000000000001"
ALICE_GUEST = "aaaaaaaa-0000-4000-8000-000000000002"
TENANTS = [
    {"tenant": HOME, "name": "Contoso", "domains": ["contoso.com"]},
    {"tenant": FABRIKAM, "name": "Fabrikam", "domains": ["fabrikam.com"]},
    {"tenant": NORTHWIND, "name": "Northwind"},
]
USERS = [
    {
        "username": ALICE,
        "password": "hunter2",
        "guest_in": ["fabrikam.com"],
        "object_ids": {HOME: ALICE_HOME, FABRIKAM: ALICE_GUEST},
    },
    {"username": BOB},
]

Options = dict[str, Any]


@pytest.fixture
def options(azure: Emulator) -> Options:
    azure.state.reset(read({"tenants": TENANTS, "users": USERS, "approve_as": ALICE}))
    return {
        "authority": azure.endpoint,
        "disable_instance_discovery": True,
        "connection_verify": str(azure.ca_path),
        "additionally_allowed_tenants": ["*"],
    }


@pytest.fixture
def signed_in(options: Options) -> DeviceCodeCredential:
    """Alice, signed in at home; a second prompt is an error."""
    credential = DeviceCodeCredential(
        tenant_id=HOME, prompt_callback=quiet, disable_automatic_authentication=True, **options
    )
    credential.authenticate(scopes=[SCOPE])
    return credential


def quiet(*_: object) -> None:
    """Do not show the device code."""


def silently(credential: DeviceCodeCredential, tenant: str = HOME) -> dict[str, Any]:
    # `tenant_id` is left out at home: azure-identity keeps one client for each tenant.
    return claims_of(credential.get_token(SCOPE, tenant_id=tenant).token)


@pytest.fixture
def browser(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Replace the machine's browser with one that fills in forms."""

    def install(answers: dict[str, str]) -> None:
        def open_page(url: str) -> bool:
            arguments = (url, str(azure.ca_path), answers)
            threading.Thread(target=browse, args=arguments, daemon=True).start()
            return True

        monkeypatch.setattr(webbrowser, "open", open_page)

    return install


def test_a_device_code_signs_a_user_in(options: Options) -> None:
    """The record and the token name the user, the home tenant and the object ID there."""
    with DeviceCodeCredential(tenant_id=HOME, prompt_callback=quiet, **options) as credential:
        record = credential.authenticate(scopes=[SCOPE])
        claims = claims_of(credential.get_token(SCOPE).token)
    assert isinstance(record, AuthenticationRecord)
    assert (record.username, record.tenant_id) == (ALICE, HOME)
    assert record.home_account_id == f"{ALICE_HOME}.{HOME}"
    assert record.authority == options["authority"].removeprefix("https://")
    assert (claims["tid"], claims["oid"], claims["upn"]) == (HOME, ALICE_HOME, ALICE)
    assert claims["appid"] == "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def test_organizations_means_the_home_tenant(options: Options) -> None:
    """Without a tenant a user gets a token of the home tenant."""
    with DeviceCodeCredential(prompt_callback=quiet, **options) as credential:
        assert claims_of(credential.get_token(SCOPE).token)["tid"] == HOME


def test_a_device_code_waits_for_its_page(azure: Emulator, options: Options) -> None:
    """Polling continues until the user has entered the code with the right password."""
    azure.state.approve_as = ""
    azure.state.device_code_interval_s = 1
    failures: list[str] = []

    def person(address: str, code: str, _: object) -> None:
        with Caller("", azure.ca_path) as caller:
            wrong = {"user_code": "NOSUCHCOD", "username": ALICE, "password": "hunter2"}
            right = {"user_code": code.lower(), "username": ALICE, "password": "hunter2"}
            assert code not in caller.send("GET", address).text
            assert code in caller.send("GET", f"{address}?otc={code}").text
            for form in (wrong, {**right, "password": "x"}):
                failures.append(caller.send("POST", address, data=form).text)
            threading.Timer(
                0.5, lambda: failures.append(caller.send("POST", address, data=right).text)
            ).start()

    with DeviceCodeCredential(tenant_id=HOME, prompt_callback=person, **options) as credential:
        assert claims_of(credential.get_token(SCOPE).token)["oid"] == ALICE_HOME
    assert [("AADSTS70018" in t, "AADSTS50126" in t, "signed in" in t) for t in failures] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_a_declined_or_refused_device_code_ends_the_waiting(
    azure: Emulator, options: Options
) -> None:
    """A decline, a refusal with its reason and an expired code each end the polling."""
    azure.state.approve_as = ""

    def decline(address: str, code: str, _: object) -> None:
        with Caller("", azure.ca_path) as caller:
            form = {"user_code": code, "action": "decline"}
            assert "Declined" in caller.send("POST", address, data=form).text

    def expire(*_: object) -> None:
        azure.state.clock.advance(1_000)

    for person, name in ((decline, "65004"), (expire, "70019")):
        with (
            DeviceCodeCredential(tenant_id=HOME, prompt_callback=person, **options) as credential,
            pytest.raises(ClientAuthenticationError, match=f"AADSTS{name}"),
        ):
            credential.get_token(SCOPE)
    azure.state.approve_as = "nobody@contoso.com"
    with (
        DeviceCodeCredential(tenant_id=HOME, prompt_callback=quiet, **options) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS50034"),
    ):
        credential.get_token(SCOPE)


@pytest.mark.parametrize("is_asked", [True, False])
def test_the_browser_signs_a_user_in(
    azure: Emulator,
    options: Options,
    browser: Callable[[dict[str, str]], None],
    is_asked: bool,
) -> None:
    """With or without a form; the code is returned by form_post with PKCE."""
    azure.state.approve_as = "" if is_asked else "*"
    browser({"password": "hunter2"})
    with InteractiveBrowserCredential(
        tenant_id=FABRIKAM, login_hint=ALICE, timeout=10, **options
    ) as credential:
        claims = claims_of(credential.get_token(SCOPE).token)
    assert (claims["tid"], claims["oid"]) == (FABRIKAM, ALICE_GUEST)
    assert claims["idp"] == f"https://sts.windows.net/{HOME}/"
    assert claims["unique_name"] == ALICE
    assert "upn" not in claims


def test_a_refused_browser_sign_in_returns_the_reason(
    azure: Emulator, options: Options, browser: Callable[[dict[str, str]], None]
) -> None:
    """A refusal reaches the app at once, not at its timeout."""
    browser({})
    with (
        InteractiveBrowserCredential(tenant_id=NORTHWIND, timeout=10, **options) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS50020"),
    ):
        credential.get_token(SCOPE)


def test_one_sign_in_serves_every_tenant_of_the_user(
    azure: Emulator, signed_in: DeviceCodeCredential, caller: Caller
) -> None:
    """A refresh token is valid in another tenant, where the user is another object."""
    here, there = silently(signed_in), silently(signed_in, FABRIKAM)
    assert (here["oid"], there["oid"]) == (ALICE_HOME, ALICE_GUEST)
    token = signed_in.get_token(SCOPE, tenant_id=FABRIKAM).token
    link = caller.arm("PUT", f"/{CONTOSO}", token=token).json()["properties"]
    assert (link["tenantId"], link["objectId"]) == (FABRIKAM, ALICE_GUEST)
    with pytest.raises(AuthenticationRequiredError, match="AADSTS50020"):
        silently(signed_in, NORTHWIND)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"disabled_in": "*"}, 50057),
        ({"blocked_in": [FABRIKAM]}, 53003),
        ({"mfa_required": [FABRIKAM]}, 50076),
        ({"absent_from": [FABRIKAM]}, 50020),
    ],
)
def test_a_refresh_reports_later_refusals(
    signed_in: DeviceCodeCredential, caller: Caller, change: dict[str, Any], number: int
) -> None:
    """A cached refresh token does not help a user who was blocked since."""
    caller.control("POST", "users", {"username": ALICE, **change})
    with pytest.raises(AuthenticationRequiredError, match=f"AADSTS{number}"):
        silently(signed_in, FABRIKAM)


def test_a_new_sign_in_satisfies_mfa(azure: Emulator, options: Options, caller: Caller) -> None:
    """After a sign-in in that tenant the token has the MFA claim, until MFA is required again."""
    caller.control("POST", "users", {"username": ALICE, "mfa_required": [FABRIKAM]})
    with DeviceCodeCredential(tenant_id=FABRIKAM, prompt_callback=quiet, **options) as credential:
        credential.authenticate(scopes=[SCOPE])
        assert claims_of(credential.get_token(SCOPE).token)["amr"] == ["pwd", "mfa"]
        assert claims_of(credential.get_token(SCOPE, tenant_id=HOME).token)["amr"] == ["pwd"]


@pytest.mark.parametrize(
    ("body", "number"), [({}, 50173), ({"username": ALICE, "aadsts": 700082}, 700082)]
)
def test_refresh_tokens_can_be_revoked(
    signed_in: DeviceCodeCredential, caller: Caller, body: dict[str, Any], number: int
) -> None:
    """Those of one user or of all; a new sign-in is valid again."""
    assert caller.control("POST", "revoke", {"username": BOB}) == {"revoked": 0}
    silently(signed_in, FABRIKAM)
    assert caller.control("POST", "revoke", body) == {"revoked": 2}
    with pytest.raises(AuthenticationRequiredError, match=f"AADSTS{number}"):
        signed_in.get_token(SCOPE, tenant_id="organizations")
    signed_in.authenticate(scopes=[SCOPE])
    assert silently(signed_in, FABRIKAM)["oid"] == ALICE_GUEST


def test_an_unused_refresh_token_expires(azure: Emulator, signed_in: DeviceCodeCredential) -> None:
    """After ninety days without a refresh a new sign-in is needed."""
    azure.state.clock.advance(91 * 24 * 3600)
    with pytest.raises(AuthenticationRequiredError, match="AADSTS700082"):
        silently(signed_in, FABRIKAM)


def test_a_later_process_continues_the_sign_in(
    options: Options, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It needs only the record and azure-identity's persistent cache."""
    monkeypatch.setenv("HOME", str(tmp_path))
    cache = TokenCachePersistenceOptions(name="pal-emulator", allow_unencrypted_storage=True)
    saved = {**options, "cache_persistence_options": cache}
    with DeviceCodeCredential(tenant_id=HOME, prompt_callback=quiet, **saved) as first:
        record = first.authenticate(scopes=[SCOPE]).serialize()
    # The record holds the authority; azure-identity does not take both.
    del saved["authority"]
    with DeviceCodeCredential(
        authentication_record=AuthenticationRecord.deserialize(record),
        disable_automatic_authentication=True,
        **saved,
    ) as later:
        assert silently(later, FABRIKAM)["oid"] == ALICE_GUEST
        with pytest.raises(AuthenticationRequiredError):
            silently(later, NORTHWIND)


def test_a_gdap_user_has_a_token_and_no_account(
    azure: Emulator, signed_in: DeviceCodeCredential, caller: Caller
) -> None:
    """ARM says that such a user can never link."""
    caller.control("POST", "users", {"username": ALICE, "guest_in": [], "foreign_in": [NORTHWIND]})
    with pytest.raises(AuthenticationRequiredError, match="AADSTS50020"):
        silently(signed_in, FABRIKAM)
    token = signed_in.get_token(SCOPE, tenant_id=NORTHWIND).token
    answer = caller.arm("PUT", f"/{CONTOSO}", token=token)
    assert (answer.status_code, "CSP partner" in answer.text) == (403, True)


def test_without_seeded_users_every_name_can_sign_in(azure: Emulator) -> None:
    """A name's domain is its home, and each tenant has another object for it."""
    azure.state.reset(read({"approve_as": "carol@tailspin.example"}))
    with DeviceCodeCredential(
        prompt_callback=quiet,
        authority=azure.endpoint,
        disable_instance_discovery=True,
        connection_verify=str(azure.ca_path),
        additionally_allowed_tenants=["*"],
    ) as credential:
        home = claims_of(credential.get_token(SCOPE).token)
        guest = claims_of(credential.get_token(SCOPE, tenant_id=FABRIKAM).token)
    tenant = azure.state.directory.tenant("tailspin.example")
    assert tenant is not None
    assert home["tid"] == tenant.tenant_id
    assert (guest["tid"], guest["unique_name"]) == (FABRIKAM, "carol@tailspin.example")
    assert home["oid"] != guest["oid"]
