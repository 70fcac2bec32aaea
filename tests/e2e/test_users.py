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
    """A desk with a home of its own, where whoever is asked signs in as Alice at once."""
    home = desk.path / "home"
    home.mkdir()
    desk.env |= {"HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": "", "PAL_EMULATOR_USER": ALICE}
    seed(desk)
    return desk


def seed(desk: Desk, user: dict[str, Any] | None = None, **more: Any) -> None:
    """Three customers who know Alice and Bob; tokens too short-lived to be used twice."""
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
    """`login alice` by device code; no keyring is to be had here."""
    return desk.run("login", "alice", "--device-code", "--allow-plaintext-cache", *arguments)


def at_a_terminal(desk: Desk, *arguments: str, **env: str) -> tuple[int, str]:
    """Run the command where a person sits; its status and what it wrote to stdout."""
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
    """One person is a principal of its own in each tenant, and links it at a terminal."""
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


def test_without_a_terminal_nothing_is_asked(people: Desk) -> None:
    """The link needs its person, who is told what to run; not one request is made."""
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
    """`unattended: true` lets a nightly run use the refresh token, without asking anybody."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    assert set(people.apply("--allow", "new-partner-id").outcomes.values()) == {"applied"}
    assert set(people.plan().actions.values()) == {"none"}


def test_nothing_kept_of_a_sign_in(people: Desk) -> None:
    """Without a login the hint is the exact command for this person and this tenant."""
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
def test_what_entra_says_later_is_told(people: Desk, change: str, code: str) -> None:
    """A leaver and a new policy are met at the next read; the other tenants are read."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    known = people.azure.state.people
    alice = known.find(ALICE)
    assert alice
    known.put(replace(alice, **{change: frozenset({tenant_id(2)})}))  # type: ignore[arg-type]
    ran = people.plan()
    assert ran.link("C 2")["problem"]["code"] == code
    assert ran.link("C1")["problem"] is None


def test_a_revoked_sign_in_needs_its_person(people: Desk) -> None:
    """When Entra asks for a new sign-in, Entra's words stand with the command."""
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
    """A tenant that asks for MFA is read once the person has signed in there."""
    seed(people, {"mfa_required": [tenant_id(2)]})
    write(people, ", unattended: true")
    assert login(people, "--tenant", "C1").status == 0
    ran = people.plan()
    assert [ran.link(name)["problem"] is None for name in ("C1", "C 2")] == [True, False]
    assert login(people, "--tenant", tenant_id(2)).status == 0
    assert people.plan().link("C 2")["problem"] is None


def test_a_keyring_or_a_word(people: Desk) -> None:
    """Without a keyring nobody is asked, unless plain text is allowed."""
    write(people)
    ran = people.run("login", "alice", "--device-code")
    assert (ran.status, "--allow-plaintext-cache" in ran.err) == (3, True)
    assert people.requests("device_code") == []
    allowed = login(people)
    assert "Anyone who can read that file can sign in as this person" in allowed.err


def test_somebody_else_signs_in(people: Desk) -> None:
    """Nothing of another person is kept under this one's name."""
    people.azure.state.approve_as = BOB
    write(people, ", unattended: true")
    ran = login(people, "--format", "json")
    problem = ran.link("C1")["problem"]
    assert (ran.status, problem["code"], BOB in problem["message"]) == (4, "wrong_user", True)
    assert people.plan().link("C1")["problem"]["code"] == "person_needed"
    assert tokens(people) == []


def test_the_code_is_shown_on_stderr(people: Desk) -> None:
    """URL and code go where a person looks, and stdout keeps the result alone."""
    write(people)
    ran = login(people)
    assert f"Open {people.azure.endpoint}" in ran.err
    assert " and enter " in ran.err
    assert ran.out == "  C1   alice  ok\n  C 2  alice  ok\n"


def test_the_browser(people: Desk) -> None:
    """At a terminal the browser opens; here it is one that signs in by itself."""
    people.azure.state.approve_as = ""
    write(people)
    browser = f"{sys.executable} -m reconciler.emulator.browser %s &"
    status, out = at_a_terminal(
        people, "login", "alice", "--allow-plaintext-cache", BROWSER=browser
    )
    assert (status, out) == (0, "  C1   alice  ok\n  C 2  alice  ok\n")


def test_login_without_a_terminal_needs_the_code(people: Desk) -> None:
    """No browser is opened where nobody sits."""
    write(people)
    ran = people.run("login", "alice")
    assert (ran.status, "--device-code" in ran.err) == (64, True)
    assert people.run("login", "carol", "--device-code").status == 64
    assert login(people, "--tenant", "C9").status == 64


def test_records_are_private_and_hold_no_token(people: Desk) -> None:
    """Tokens are in the cache and nowhere else: no state, no output, no log."""
    write(people, ", unattended: true")
    said = login(people, "--log-level", "debug")
    planned = people.run("plan", "--format", "json", "--log-level", "debug")
    kept = tokens(people)
    assert kept
    state = [path for path in (people.path / "state").rglob("*") if path.is_file()]
    text = "".join(path.read_bytes().decode("latin-1") for path in state)
    text += said.out + said.err + planned.out + planned.err
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


def test_doctor_knows_who_is_needed(people: Desk) -> None:
    """A person's link fails at its token, with the command; after the login all is well."""
    write(people, ", unattended: true")
    ran = people.run("doctor", "--format", "json")
    (check, _) = ran.data["checks"]
    failed = [step for step in check["steps"] if step["state"] == "failed"]
    assert [step["problem"]["code"] for step in failed] == ["person_needed"]
    assert "pal-reconcile login alice --tenant C1" in failed[0]["problem"]["hint"]
    assert login(people).status == 0
    assert people.run("doctor").status == 0


def test_the_note_for_a_person(people: Desk) -> None:
    """The Markdown of her plan says what to run, for which customers."""
    write(people)
    ran = people.run("plan", "--only", "identity:alice", "--format", "markdown")
    assert ran.status == 4
    assert "- C1: 4936128\n- C 2: 4936128\n" in ran.out
    assert "~~~sh\npal-reconcile login alice\npal-reconcile apply --only identity:alice " in ran.out


def test_a_declined_code_is_told(people: Desk) -> None:
    """One tenant that says no does not keep the others from their turn."""
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
    """What is kept of the sign-ins."""
    files = sorted((desk.path / "state").rglob(f"{tenant_id(1)}-*.json"))
    return [json.loads(file.read_text()) for file in files]


@pytest.mark.parametrize("operation", ["read", "create"])
def test_a_kept_sign_in_may_have_what_azure_asks_for(people: Desk, operation: str) -> None:
    """The refresh token is redeemed once with the claims, and the request repeated."""
    write(people, ", unattended: true")
    assert login(people).status == 0
    people.azure.state.add_fault({"operation": operation, "times": 1, **CHALLENGE})
    ran = people.apply("--allow", "new-partner-id", "--only", "C1")
    assert ran.outcomes == {"C1": "applied"}
    assert "claims" not in kept(people)[0]


def test_azure_asks_a_person_for_mfa(people: Desk) -> None:
    """The command to run is named; it shows to Entra what Azure asked for."""
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
