"""Claims challenges of Azure Resource Manager: it requires more than the token proves."""

import base64
import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from reconciler.azure.claims_challenges import POLICY, Challenge, challenge_in
from reconciler.azure.cloud_metadata import find_cloud
from reconciler.azure.connection import Azure, ConnectionSettings
from reconciler.azure.error_codes import of_arm
from reconciler.azure.http.client import HttpReply
from reconciler.azure.links import AzureLinkWriter
from reconciler.azure.session import Session
from reconciler.core.identities import AzureCli, ClientSecret, SecretRef
from reconciler.core.links import Place
from reconciler.emulator.server import Emulator
from tests.e2e.command import APP, OURS, SECRET, tenant_id

CLAIMS = '{"access_token":{"acrs":{"essential":true,"values":["p1"]}}}'
ENCODED = base64.b64encode(CLAIMS.encode()).decode()
HEADER = f'Bearer realm="", error="insufficient_claims", claims="{ENCODED}"'
PLACE = Place("C1", tenant_id(1), "app")
MFA = "Resource was disallowed by policy. Reasons: 'MFA is required'."


def reply(status: int, header: str = "", code: str = "", message: str = "") -> HttpReply:
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return HttpReply(status, {"WWW-Authenticate": header} if header else {}, body)


@pytest.mark.parametrize(
    ("answer", "asks"),
    [
        (reply(401, HEADER), True),
        (reply(401, 'Bearer error="insufficient_claims"'), True),
        (reply(401, f'Bearer authorization_uri="https://x", CLAIMS = "{ENCODED}"'), True),
        (reply(403, HEADER, POLICY), True),
        (reply(403, code=POLICY, message=MFA), True),
        (reply(401, code=POLICY, message=MFA), True),
        (reply(403, code=POLICY, message="Multi-factor authentication is needed"), True),
        (reply(403, code=POLICY, message="the location is not allowed"), False),
        (reply(403, code="AuthorizationFailed", message=MFA), False),
        (reply(401, 'Bearer authorization_uri="https://x"'), False),
        (reply(429, HEADER), False),
    ],
)
def test_a_claims_challenge_is_recognized(answer: HttpReply, asks: bool) -> None:
    """By the header or by a policy that names MFA; other refusals are no challenge."""
    failure = of_arm(answer, "https://management.azure.com/x")
    assert (failure.problem.code == "person_needed") is asks
    if asks:
        assert not failure.is_transient
        assert "clock" not in failure.problem.hint


@pytest.mark.parametrize("encoded", [None, "", "!!!", "e30", "W10=", "bm8ganNvbg=="])
def test_only_claims_that_are_an_object_are_used(encoded: str | None) -> None:
    """Malformed claims are neither sent to Entra nor stored."""
    assert Challenge(encoded).claims == ("{}" if encoded == "e30" else None)


def test_claims_come_in_either_base64() -> None:
    """With or without padding, in the URL-safe alphabet or the standard one."""
    urlsafe = base64.urlsafe_b64encode(CLAIMS.encode()).decode().rstrip("=")
    challenge = challenge_in(reply(401, HEADER.replace(ENCODED, urlsafe)), "")
    assert challenge
    assert challenge.claims == CLAIMS
    assert challenge.is_stable
    assert not Challenge(base64.b64encode(b'{"access_token":{"nbf":1}}').decode()).is_stable


@pytest.fixture
def azure(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Azure]:
    monkeypatch.setenv("PAL_SECRET", SECRET)
    identity = ClientSecret("app", APP, secret=(SecretRef("env", "PAL_SECRET"),))
    cloud = find_cloud("public", emulator.endpoint, str(emulator.ca_path), Event())
    opened = Azure(ConnectionSettings(cloud, {"app": identity}, str(emulator.ca_path)), Event())
    yield opened
    opened.close()


FAULTS: list[dict[str, Any]] = [
    {"status": 401, "headers": {"WWW-Authenticate": HEADER}},
    {"status": 403, "code": POLICY, "message": MFA},
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_challenge_to_an_app_is_not_retried(
    emulator: Emulator, azure: Azure, fault: dict[str, Any]
) -> None:
    """An app cannot do MFA: reads and writes fail at once, and the customer must act."""
    emulator.state.add_fault({"operation": ["read", "write"], **fault})
    with azure.reader(PLACE) as reader:
        seen = reader.read()
    with azure.writer(PLACE) as writer:
        assert isinstance(writer, AzureLinkWriter)
        answer = writer.create(OURS)
    for problem in (seen.problem, answer.problem):
        assert problem
        assert problem.code == "conditional_access"
        assert "exclude this app" in problem.hint
    assert not answer.may_retry
    operations = [entry.operation for entry in emulator.state.requests.entries]
    assert operations.count("read") == operations.count("create") == 1


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"scp": "user_impersonation"}, "person_needed"), ({"idtyp": "app"}, "conditional_access")],
)
def test_the_azure_cli_is_a_person_or_an_app(
    azure: Azure, emulator: Emulator, claims: dict[str, str], code: str
) -> None:
    """Its token shows which; for a person the hint passes the claims to the Azure CLI."""
    session: Session = azure._session(PLACE)
    session._identity = AzureCli("cli")
    session.tenant_id = tenant_id(1)
    session.accept(emulator.state.tokens.sign({"tid": tenant_id(1), "oid": APP, **claims}))
    problem = session.refused(reply(401, HEADER), "https://management.azure.com/x").problem
    assert problem.code == code
    assert (f"az login --tenant {tenant_id(1)} --claims-challenge {ENCODED}" in problem.hint) is (
        code == "person_needed"
    )
