"""Each step of a checkup, against the emulator and against broken endpoints."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from reconciler.azure.cloud_metadata import find_cloud
from reconciler.azure.clouds import Cloud
from reconciler.azure.connection import Azure, ConnectionSettings
from reconciler.azure.doctor.checks import Doctor
from reconciler.azure.doctor.customer_requests import consent_link, request_for
from reconciler.azure.doctor.endpoints import skew
from reconciler.azure.error_codes import SignIn
from reconciler.azure.sign_in_errors import TENANT_RESTRICTED
from reconciler.core.doctor.checkup import CredentialCheck, EndpointCheck, LinkCheck, clock_step
from reconciler.core.doctor.steps import State, Step, StepName
from reconciler.core.identities import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedManagedIdentity,
    Identity,
    SecretRef,
    TokenRef,
    WorkloadIdentity,
)
from reconciler.core.links import ObservedState, Place, Problem
from reconciler.emulator.seed.seed import read as seed
from reconciler.emulator.server import Emulator
from tests.e2e.certificates import PASSWORD, write_certificates, write_pair
from tests.e2e.command import APP, OURS, SECRET, tenant_id

NOW = datetime.now(UTC)
PLACE = Place("C1", tenant_id(1), "app")


class Surgery:
    """A doctor for one identity, and the Azure that it checks."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.doctor = self.at(NOW)

    def at(self, moment: datetime) -> Doctor:
        """The doctor of a machine whose clock shows this time."""
        return self.azure.doctor(lambda: moment)

    def check(self, place: Place = PLACE) -> LinkCheck:
        """All steps of one link, the shared ones first."""
        shared = [endpoint.step for endpoint in self.doctor.endpoints()]
        return self.doctor.link(place, (*shared, *self.doctor.credential(PLACE).steps))


@pytest.fixture
def open_surgery(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opens a doctor: `cloud` and `trusted` in place of the emulator's own."""
    monkeypatch.setenv("PAL_SECRET", SECRET)
    opened = []
    own = find_cloud("public", emulator.endpoint, str(emulator.ca_path), Event())

    def open_it(
        identity: Identity | None = None, *, trusted: bool = True, **changes: Any
    ) -> Surgery:
        known = identity or ClientSecret("app", APP, secret=(SecretRef("env", "PAL_SECRET"),))
        cloud: Cloud = replace(own, **changes)
        recipe = ConnectionSettings(
            cloud, {"app": known}, str(emulator.ca_path) if trusted else None
        )
        azure = Azure(recipe, Event())
        opened.append(azure)
        return Surgery(azure)

    yield open_it
    for azure in opened:
        azure.close()


def states(steps: tuple[Step, ...]) -> dict[str, str]:
    return {step.name.value: step.state.value for step in steps}


def code(endpoint_or_step: EndpointCheck | Step) -> str:
    step = (
        endpoint_or_step.step if isinstance(endpoint_or_step, EndpointCheck) else endpoint_or_step
    )
    assert step.problem
    assert step.problem.hint
    return step.problem.code


def test_a_healthy_link_passes_every_step(open_surgery: Any, emulator: Emulator) -> None:
    """Hosts, secret, document, token, claims and link; a step that does not apply is skipped."""
    emulator.state.reset(
        seed({"links": [{"tenant": tenant_id(1), "client_id": APP, "partner_id": OURS}]})
    )
    check = open_surgery().check()
    assert states(check.steps) == {
        **dict.fromkeys(("authority", "arm", "secret", "openid", "token", "claims", "link"), "ok"),
        "certificate": "skipped",
    }
    assert check.observed.state is ObservedState.LINKED
    assert check.request is None


def test_only_get_goes_to_arm(open_surgery: Any, emulator: Emulator) -> None:
    """A checkup writes nothing, and reads no link by its ID."""
    open_surgery().check()
    operations = {e.operation for e in emulator.state.requests.entries}
    assert operations == {"metadata", "other", "openid", "token", "read"}
    assert {e.method for e in emulator.state.requests.entries if e.operation != "token"} == {"GET"}


def test_a_name_that_does_not_resolve(open_surgery: Any) -> None:
    """A DNS error is distinguished from a TLS error, and nothing is sent."""
    surgery = open_surgery(arm="https://no-such-host.invalid")
    authority, arm = surgery.doctor.endpoints()
    assert authority.step.state is State.OK
    assert code(arm) == "name_not_resolved"
    assert states(arm.steps) == {"dns": "failed", "tls": "skipped"}
    check = surgery.check()
    assert states(check.own)["claims"] == "ok"
    assert check.own[-1].blocked_by is StepName.ARM


def test_an_unreachable_authority(open_surgery: Any) -> None:
    """Without the authority no sign-in is tried, and no customer gets a request."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    surgery = open_surgery(authority=f"https://127.0.0.1:{port}")
    assert code(surgery.doctor.endpoints()[0]) == "unavailable"
    check = surgery.check()
    assert {step.blocked_by for step in check.own} == {StepName.AUTHORITY}
    assert (check.observed.state, check.request) == (ObservedState.UNKNOWN, None)


def test_a_certificate_that_is_not_trusted(open_surgery: Any) -> None:
    """The remedy is the CA certificate of the TLS-inspecting proxy."""
    (authority, _) = open_surgery(trusted=False).doctor.endpoints()
    assert states(authority.steps) == {"dns": "ok", "tls": "failed"}
    assert code(authority) == "untrusted_certificate"


def test_behind_a_proxy_the_proxy_resolves_names(
    open_surgery: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's own DNS need not resolve Azure's names."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    arm = open_surgery(arm="https://no-such-host.invalid").doctor.endpoints()[1]
    assert states(arm.steps) == {"dns": "skipped", "tls": "failed"}
    assert "proxy" in str(arm.step.problem)


@pytest.mark.parametrize(
    ("minutes", "state"), [(0, State.OK), (7, State.FAILED), (-7, State.FAILED)]
)
def test_the_clock_is_compared_with_azures_own(
    open_surgery: Any, minutes: int, state: State
) -> None:
    """The skew is reported with its direction."""
    doctor = open_surgery().at(datetime.now(UTC) + timedelta(minutes=minutes))
    step = clock_step(doctor.endpoints())
    assert step.state is state
    if minutes:
        assert ("ahead of" if minutes > 0 else "behind") in str(step.problem)
        assert "min" in str(step.problem)


@pytest.mark.parametrize(
    ("date", "skew_s"),
    [
        ("Mon, 23 Nov 2026 02:00:00 GMT", 60),
        ("Mon, 23 Nov 2026 02:00:00 -0000", 60),
        ("yesterday", None),
        ("Mon, 99 Foo 99999 99:99:99 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 23 Nov 2026 02:00:00 +99999999", None),
        ("", None),
    ],
)
def test_a_host_may_send_no_time(date: str, skew_s: int | None) -> None:
    """A missing or malformed Date header says nothing about the clock."""
    moment = datetime(2026, 11, 23, 2, 1, tzinfo=UTC)
    assert skew(date, moment, moment) == skew_s


def test_a_secret_that_cannot_be_resolved(
    open_surgery: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is reported; the tenant is still checked, and no sign-in is tried."""
    surgery = open_surgery()
    monkeypatch.delenv("PAL_SECRET")
    (secret, certificate) = surgery.doctor.credential(PLACE).steps
    assert code(secret) == "credential_unusable"
    assert "PAL_SECRET is not set" in str(secret.problem)
    assert not certificate.is_open
    assert states(surgery.check().own) == {
        "openid": "ok",
        **dict.fromkeys(("token", "claims", "link"), "skipped"),
    }


def test_a_wrong_secret_is_reported_at_once(open_surgery: Any, emulator: Emulator) -> None:
    """A plan retries a new secret for 20 s; a checkup reports the first answer."""
    emulator.state.reset(seed({"clients": [{"client_id": APP, "secret": "another"}]}))
    began = time.monotonic()
    check = open_surgery().check()
    assert time.monotonic() - began < 10
    assert code(check.own[1]) == "invalid_client_secret"
    assert check.request is None


@pytest.mark.parametrize("source", ["file", "github"])
def test_a_workload_without_its_platform(
    open_surgery: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The platform's token is requested before any sign-in with it."""
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_URL", raising=False)
    ref = TokenRef(source, str(tmp_path / "token"))
    surgery = open_surgery(WorkloadIdentity("app", APP, token=ref))
    assert code(surgery.doctor.credential(PLACE).steps[0]) == "credential_unusable"


def test_a_machine_without_a_managed_identity(
    open_surgery: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token that replaces the secret in every tenant is requested once."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    surgery = open_surgery(FederatedManagedIdentity("app", APP))
    assert code(surgery.doctor.credential(PLACE).steps[0]) == "credential_unusable"


def test_an_identity_without_a_credential_skips_its_check(open_surgery: Any) -> None:
    """The Azure CLI's sign-in is checked with the token."""
    found = open_surgery(AzureCli("app")).doctor.credential(PLACE)
    assert set(states(found.steps).values()) == {"skipped"}


def test_an_unknown_tenant(open_surgery: Any, emulator: Emulator) -> None:
    """Its own OpenID document is requested, though a sign-in could use another tenant's."""
    emulator.state.reset(seed({"tenants": [{"tenant": tenant_id(2), "domains": ["b.example"]}]}))
    surgery = open_surgery()
    assert surgery.check(Place("B", "b.example", "app")).observed.tenant_id == tenant_id(2)
    check = surgery.check()
    assert code(check.own[0]) == "no_such_tenant"
    assert {step.blocked_by for step in check.own[1:]} == {StepName.OPENID}


def test_claims_that_do_not_match_the_file(open_surgery: Any) -> None:
    """A pin that does not match stops the link before any request to ARM."""
    check = open_surgery().check(replace(PLACE, object_id=tenant_id(5)))
    assert states(check.own)["token"] == "ok"
    assert code(check.own[2]) == "wrong_tenant_token"
    assert check.own[3].blocked_by is StepName.CLAIMS


def test_a_link_that_cannot_be_read(open_surgery: Any, emulator: Emulator) -> None:
    """The token is valid, the answer is not."""
    emulator.state.add_fault({"operation": "read", "status": 200, "body": "[]"})
    check = open_surgery().check()
    assert code(check.own[3]) == "unexpected_answer"
    assert check.observed.object_id


def test_a_missing_app_becomes_a_request(open_surgery: Any, emulator: Emulator) -> None:
    """The customer gets the command and the consent link, filled in."""
    emulator.state.reset(seed({"clients": [{"client_id": APP, "absent_from": [tenant_id(1)]}]}))
    request = open_surgery().check().request
    assert f"az ad sp create --id {APP}" in request.remedy
    assert request.link == f"{emulator.endpoint}/{tenant_id(1)}/adminconsent?client_id={APP}"


@pytest.mark.parametrize(
    "problem_code",
    [
        *("app_not_in_tenant", "app_disabled", "conditional_access", "forbidden"),
        *("foreign_principal", "person_needed", "user_gone"),
    ],
)
def test_every_request_to_a_customer_has_all_values(problem_code: str) -> None:
    """No placeholder is left, whether or not the identity is an app."""
    for client_id in (APP, ""):
        who = SignIn(tenant_id(1), client_id, "https://login.microsoftonline.com")
        request = request_for(Problem(problem_code, "AADSTS1: m", "h"), who)
        assert request
        assert "{" not in f"{request.missing}{request.who}{request.remedy}"
        assert request.link is None or client_id


def test_the_partners_own_problems_are_no_requests() -> None:
    """A wrong secret, an outage or an unknown code requires nothing of the customer."""
    who = SignIn(tenant_id(1), APP, "https://login.microsoftonline.com")
    for problem_code in ("invalid_client_secret", "unavailable", "no_such_tenant", "new"):
        assert request_for(Problem(problem_code, "m", "h"), who) is None
    assert request_for(Problem("conditional_access", "m", TENANT_RESTRICTED), who) is None
    no_sign_in = Problem("person_needed", "there is no stored sign-in of alice", "login")
    assert request_for(no_sign_in, who) is None


def test_a_consent_link_holds_nothing_but_an_address() -> None:
    """A tenant's name can end neither the path nor the link."""
    link = consent_link(SignIn("a>b/c?d ", APP, "https://login.example:8443"))
    assert link == f"https://login.example:8443/a%3Eb%2Fc%3Fd%20/adminconsent?client_id={APP}"


# Certificates


def credential(open_surgery: Any, path: Path, password: bool = False) -> CredentialCheck:
    """The result of the credential step for an identity with this certificate."""
    found: CredentialCheck = open_surgery(
        ClientCertificate(
            "app",
            APP,
            certificate=SecretRef("file", str(path)),
            password=SecretRef("env", "PAL_PASSWORD") if password else None,
            expires_on=date(2999, 1, 1),
        )
    ).doctor.credential(PLACE)
    return found


def test_every_form_of_certificate_is_read(
    open_surgery: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PEM and PFX, with and without a password; the expiry is the certificate's, not the file's."""
    monkeypatch.setenv("PAL_PASSWORD", PASSWORD)
    for name, password in write_certificates(tmp_path).items():
        found = credential(open_surgery, tmp_path / name, bool(password))
        assert states(found.steps) == {"secret": "ok", "certificate": "ok"}, name
        assert found.expires_on
        assert 88 <= (found.expires_on - NOW.date()).days <= 91


def test_a_locked_certificate_without_its_password(open_surgery: Any, tmp_path: Path) -> None:
    """The message has the reference, and nothing of its value."""
    write_certificates(tmp_path)
    for name in ("locked.pem", "locked.pfx"):
        step = credential(open_surgery, tmp_path / name).steps[1]
        assert code(step) == "credential_unusable"
        assert name in str(step.problem)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({"ends": -0.5, "begins": -9}, "certificate_expired"),
        ({"begins": 1}, "certificate_not_yet_valid"),
        ({"other_key": rsa.generate_private_key(65537, 2048)}, "certificate_key_mismatch"),
        ({"key": ec.generate_private_key(ec.SECP256R1())}, "credential_unusable"),
    ],
)
def test_an_unusable_certificate(
    open_surgery: Any, tmp_path: Path, what: dict[str, Any], expected: str
) -> None:
    """Expired, not yet valid, of another key, or with a key that Entra does not accept."""
    step = credential(open_surgery, write_pair(tmp_path / "c.pem", **what)).steps[1]
    assert code(step) == expected


@pytest.mark.parametrize("content", [b"no certificate", b"-----BEGIN CERTIFICATE-----\n", b"\x30"])
def test_what_is_no_certificate(open_surgery: Any, tmp_path: Path, content: bytes) -> None:
    """One clear line, whatever the file contains."""
    path = tmp_path / "c.pem"
    path.write_bytes(content)
    step = credential(open_surgery, path).steps[1]
    assert code(step) == "credential_unusable"


def test_a_pfx_without_a_key(open_surgery: Any, tmp_path: Path) -> None:
    """A certificate alone signs nothing."""
    pem = write_pair(tmp_path / "c.pem").read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    path = tmp_path / "c.pfx"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", None, certificate, None, NoEncryption())
    )
    assert "no private key" in str(credential(open_surgery, path).steps[1].problem)
