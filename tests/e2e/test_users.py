"""People who sign in: guest users and directory accounts, with the real azure-identity."""

import base64
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import INSTALLED, OURS, Desk, Ran, tenant_id

ALICE, BOB = "alice@contoso.example", "bob@contoso.example"


@pytest.fixture
def people(desk: Desk) -> Desk:
    """A desk with its own home, where every sign-in is completed as Alice at once."""
    home = desk.path / "home"
    home.mkdir()
    desk.env |= {"HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": "", "PAL_EMULATOR_USER": ALICE}
    seed(desk)
    return desk


def seed(desk: Desk, user: dict[str, Any] | None = None, **more: Any) -> None:
    """Three customers with accounts for Alice and Bob; tokens are too short-lived to be reused."""
    defaults: dict[str, Any] = {"approve_as": ALICE, "device_code_interval_s": 1}
    defaults["token_lifetime_s"] = 60
    desk.seed(
        tenants=[{"tenant": tenant_id(n)} for n in (1, 2, 3)],
        users=[
            {"username": ALICE, "tenant": tenant_id(1), **(user or {})},
            {"username": BOB, "tenant": tenant_id(1)},
        ],
        **defaults | more,
    )


def write(desk: Desk, more: str = "", rows: str = "") -> None:
    """tenants.yaml with Alice in customers 1 (her own directory) and 2 (a guest)."""
    (desk.path / "tenants.yaml").write_text(
        f'version: 1\npartners: {{uk: {{id: "{OURS}"}}}}\n'
        f"identities:\n  alice: {{kind: user, username: {ALICE}{more}}}\n"
        "defaults: {partner: uk, identities: [alice]}\ntenants:\n"
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C 2, tenant: {tenant_id(2)}}}\n{rows}",
        encoding="utf-8",
    )


def login(desk: Desk, *arguments: str) -> Ran:
    """`login alice` by device code; there is no keyring here."""
    return desk.run("login", "alice", "--device-code", "--allow-plaintext-cache", *arguments)


def at_a_terminal(desk: Desk, *arguments: str, **env: str) -> tuple[int, str]:
    """Run the command at a terminal; its status and its stdout."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(INSTALLED), *arguments],
        cwd=desk.path,
        env=desk.env | env | {"TERM": "xterm"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    out = process.communicate(timeout=120)[0].decode()
    os.close(ours)
    return process.returncode, out


def test_a_guest_user_and_a_directory_account(people: Desk) -> None:
    """One person is another principal in each tenant, and links each at a terminal."""
    write(people)
    ran = login(people, "--format", "json")
    assert (ran.status, [link["result"] for link in ran.data["links"]]) == (0, ["ok", "ok"])
    status, _ = at_a_terminal(people, "apply", "--yes", "--allow", "new-partner-id")
    assert status == 0
    status, _ = at_a_terminal(people, "plan", "--detailed-exitcode")
    assert status == 0
    records = people.azure.state.links.records
    linked = {place.tenant_id: place.object_id for place, r in records.items() if r.is_linked}
    assert set(linked) == {tenant_id(1), tenant_id(2)}
    assert len(set(linked.values())) == 2


def test_without_a_terminal_no_sign_in_starts(people: Desk) -> None:
    """The hint has the command to run; no request is sent."""
    write(people)
    assert login(people).status == 0
    before = len(people.requests())
    problem = people.plan().link("C 2")["problem"]
    assert problem["code"] == "person_needed"
    assert f"{ALICE} runs in a terminal: pal-reconcile login alice, then: " in problem["hint"]
    assert "pal-reconcile apply --only identity:alice" in problem["hint"]
    assert f"if {ALICE} has left" in problem["hint"]
    operations = {entry.operation for entry in people.requests()[before:]}
    assert operations <= {"metadata"}


def test_an_unattended_person_is_read_and_written(people: Desk) -> None:
    """`unattended: true` lets a nightly run use the refresh token without a prompt."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    assert set(people.apply("--allow", "new-partner-id").outcomes.values()) == {"applied"}
    assert set(people.plan().actions.values()) == {"none"}


def test_without_a_login_the_hint_is_the_command(people: Desk) -> None:
    """It is the exact command for this person and this tenant."""
    write(people, ", unattended: true")
    problem = people.plan().link("C 2")["problem"]
    assert problem["code"] == "person_needed"
    assert "pal-reconcile login alice --tenant 'C 2', then: " in problem["hint"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("disabled_in", "user_gone"),
        ("absent_from", "user_gone"),
        ("blocked_in", "conditional_access"),
    ],
)
def test_later_refusals_of_entra_are_reported(people: Desk, change: str, code: str) -> None:
    """A disabled user and a new policy fail at the next read; other tenants are read."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    known = people.azure.state.people
    alice = known.find(ALICE)
    assert alice
    known.put(replace(alice, **{change: frozenset({tenant_id(2)})}))  # type: ignore[arg-type]
    ran = people.plan()
    assert ran.link("C 2")["problem"]["code"] == code
    assert ran.link("C1")["problem"] is None


def test_a_revoked_sign_in_needs_a_new_login(people: Desk) -> None:
    """If Entra requires a new sign-in, its message is shown with the command."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    people.azure.state.sessions.revoke(50173, ALICE, None)
    problem = people.plan().link("C1")["problem"]
    assert problem["code"] == "person_needed"
    assert "AADSTS50173" in problem["message"]
    assert "pal-reconcile login alice --tenant C1, then: " in problem["hint"]
    assert login(people).status == 0
    assert people.plan().link("C1")["problem"] is None


def test_mfa_is_passed_at_the_login(people: Desk) -> None:
    """A tenant that requires MFA is read after the person has signed in there."""
    seed(people, {"mfa_required": [tenant_id(2)]})
    write(people, ", unattended: true")
    assert login(people, "--tenant", "C1").status == 0
    ran = people.plan()
    assert [ran.link(name)["problem"] is None for name in ("C1", "C 2")] == [True, False]
    assert login(people, "--tenant", tenant_id(2)).status == 0
    assert people.plan().link("C 2")["problem"] is None


def test_without_a_keyring_plain_text_must_be_allowed(people: Desk) -> None:
    """Without a keyring and without permission for plain text no sign-in starts."""
    write(people)
    ran = people.run("login", "alice", "--device-code")
    assert (ran.status, "--allow-plaintext-cache" in ran.err) == (3, True)
    assert people.requests("device_code") == []
    allowed = login(people)
    assert "Anyone who can read that file can sign in as this person" in allowed.err


def test_a_sign_in_as_another_person_is_refused(people: Desk) -> None:
    """Nothing of another person is stored under this user name."""
    people.azure.state.approve_as = BOB
    write(people, ", unattended: true")
    ran = login(people, "--format", "json")
    problem = ran.link("C1")["problem"]
    assert (ran.status, problem["code"], BOB in problem["message"]) == (4, "wrong_user", True)
    assert people.plan().link("C1")["problem"]["code"] == "person_needed"
    assert tokens(people) == []


def test_the_code_is_shown_on_stderr(people: Desk) -> None:
    """URL and code are on stderr; stdout has only the result."""
    write(people)
    ran = login(people)
    assert f"Open {people.azure.endpoint}" in ran.err
    assert " and enter " in ran.err
    assert ran.out == "  C1   alice  ok\n  C 2  alice  ok\n"


def test_the_browser_opens_at_a_terminal(people: Desk) -> None:
    """The browser of this test signs in by itself."""
    people.azure.state.approve_as = ""
    write(people)
    browser = f"{sys.executable} -m tests.browser %s &"
    status, out = at_a_terminal(
        people, "login", "alice", "--allow-plaintext-cache", BROWSER=browser
    )
    assert (status, out) == (0, "  C1   alice  ok\n  C 2  alice  ok\n")


def test_login_without_a_terminal_needs_the_code(people: Desk) -> None:
    """No browser is opened without a terminal."""
    write(people)
    ran = people.run("login", "alice")
    assert (ran.status, "--device-code" in ran.err) == (64, True)
    assert people.run("login", "carol", "--device-code").status == 64
    assert login(people, "--tenant", "C9").status == 64


def test_records_are_private_and_hold_no_token(people: Desk) -> None:
    """Tokens are only in the cache: not in state, output or log."""
    write(people, ", unattended: true")
    signed_in = login(people, "--log-level", "debug")
    planned = people.run("plan", "--format", "json", "--log-level", "debug")
    kept = tokens(people)
    assert kept
    state = [path for path in (people.path / "state").rglob("*") if path.is_file()]
    text = "".join(path.read_bytes().decode("latin-1") for path in state)
    text += signed_in.out + signed_in.err + planned.out + planned.err
    assert [token for token in kept if token in text] == []
    records = list((people.path / "state" / "people").iterdir())
    assert {path.stat().st_mode & 0o777 for path in records} == {0o600}
    assert len(records) == 2


def tokens(desk: Desk) -> list[str]:
    """Every token in the caches on disk."""
    import json

    found = []
    for path in Path(desk.env["HOME"]).rglob("pal-reconcile*"):
        if path.is_file() and path.stat().st_size:
            data = json.loads(path.read_text())
            found += [
                entry["secret"]
                for kind in ("AccessToken", "RefreshToken", "IdToken")
                for entry in data.get(kind, {}).values()
            ]
    return found


def test_doctor_names_the_person_who_must_sign_in(people: Desk) -> None:
    """The token step fails with the command; after the login no step fails."""
    write(people, ", unattended: true")
    ran = people.run("doctor", "--format", "json")
    (check, _) = ran.data["checks"]
    failed = [step for step in check["steps"] if step["state"] == "failed"]
    assert [step["problem"]["code"] for step in failed] == ["person_needed"]
    assert "pal-reconcile login alice --tenant C1" in failed[0]["problem"]["hint"]
    assert login(people).status == 0
    assert people.run("doctor").status == 0


def test_the_note_for_a_person(people: Desk) -> None:
    """The Markdown plan says which command the person runs, for which customers."""
    write(people)
    ran = people.run("plan", "--only", "identity:alice", "--format", "markdown")
    assert ran.status == 4
    assert "- C1: 4936128\n- C 2: 4936128\n" in ran.out
    assert "~~~sh\npal-reconcile login alice\npal-reconcile apply --only identity:alice " in ran.out


def test_a_declined_code_is_reported(people: Desk) -> None:
    """One declined tenant does not prevent the sign-in to the others."""
    write(people)
    seed(people, {"blocked_in": [tenant_id(1)]})
    ran = login(people, "--format", "json")
    assert ran.status == 4
    assert [link["result"] for link in ran.data["links"]] == ["failed", "ok"]
    assert ran.link("C1")["problem"]["code"] == "conditional_access"


CLAIMS = '{"access_token":{"acrs":{"essential":true,"values":["p1"]}}}'
CHALLENGE = {
    "status": 401,
    "code": "RequestDisallowedByPolicy",
    "message": "Resource was disallowed by policy. Reasons: 'MFA is required'.",
    "headers": {
        "WWW-Authenticate": 'Bearer realm="", error="insufficient_claims", '
        f'claims="{base64.b64encode(CLAIMS.encode()).decode()}"'
    },
}


def kept(desk: Desk) -> list[Any]:
    """The stored records of sign-ins."""
    files = sorted((desk.path / "state").rglob(f"{tenant_id(1)}-*.json"))
    return [json.loads(file.read_text()) for file in files]


@pytest.mark.parametrize("operation", ["read", "create"])
def test_a_claims_challenge_uses_the_stored_sign_in(people: Desk, operation: str) -> None:
    """The refresh token is redeemed once with the claims, and the request repeated."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    people.azure.state.add_fault({"operation": operation, "times": 1, **CHALLENGE})
    ran = people.apply("--allow", "new-partner-id", "--only", "C1")
    assert ran.outcomes == {"C1": "applied"}
    assert "claims" not in kept(people)[0]


def test_azure_asks_a_person_for_mfa(people: Desk) -> None:
    """The message has the command to run; the login sends the claims to Entra."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    people.azure.state.add_fault({"operation": "read", **CHALLENGE})
    ran = people.plan("--only", "C1")
    problem = ran.link("C1")["problem"]
    assert (ran.status, problem["code"]) == (4, "person_needed")
    assert "pal-reconcile login alice --tenant C1" in problem["hint"]
    assert "clock" not in problem["hint"]
    assert len(people.requests("read")) == 2
    assert kept(people)[0]["claims"] == CLAIMS
    assert login(people, "--tenant", "C1").status == 0
    assert "claims" not in kept(people)[0]
