"""`doctor --partner-ids`: a person asks Partner Center about each partner ID of the file."""

import json
from typing import Any

import pytest

from tests.e2e.command import FOREIGN, OLD, OURS, Desk, tenant_id
from tests.e2e.test_users import ALICE, at_a_terminal

HOME = "f0000000-0000-4000-8000-000000000001"


@pytest.fixture
def desk_of_alice(desk: Desk) -> Desk:
    """A file with three partner IDs, and Alice, who signed in to her own directory."""
    home = desk.path / "home"
    home.mkdir()
    desk.env |= {
        "HOME": str(home),
        "DBUS_SESSION_BUS_ADDRESS": "",
        "PAL_RECONCILE_ENDPOINTS": f"partner_center={desk.azure.endpoint}",
    }
    (desk.path / "tenants.yaml").write_text(
        f'version: 1\npartners:\n  uk: {{id: "{OURS}", name: Contoso Consulting UK}}\n'
        f'  old: {{id: "{OLD}", name: Contoso}}\n  wrong: {{id: "{FOREIGN}"}}\n'
        f"identities:\n  alice: {{kind: user, username: {ALICE}}}\n"
        "defaults: {partner: uk, identities: [alice]}\n"
        f"tenants:\n  - {{name: C1, tenant: {tenant_id(1)}, state: unmanaged}}\n"
    )
    return desk


def seed(desk: Desk, **user: Any) -> None:
    """Partner Center knows two of the IDs; Alice is in her own directory."""
    desk.seed(
        tenants=[{"tenant": HOME, "domains": ["contoso.example"]}, {"tenant": tenant_id(1)}],
        users=[{"username": ALICE, "tenant": HOME, **user}],
        partners={OURS: "Contoso Consulting UK", OLD: "Contoso Old"},
        approve_as=ALICE,
        device_code_interval_s=1,
    )


def sign_in(desk: Desk) -> None:
    """Sign Alice in, as she does once."""
    arguments = ("login", "alice", "--device-code", "--allow-plaintext-cache")
    ran = desk.run(*arguments, "--tenant", "contoso.example")
    assert ran.status == 0, ran.err


def test_each_partner_id_has_its_name_or_a_finding(desk_of_alice: Desk) -> None:
    """One is right, one has another name, one is unknown: 4, and nothing is written."""
    desk = desk_of_alice
    seed(desk, mfa_required="*")
    sign_in(desk)
    status, out = at_a_terminal(desk, "doctor", "--partner-ids", "alice", "--format", "json")
    data = json.loads(out)
    found = {each["partner_id"]: each for each in data["partner_ids"]}
    assert found[OURS] == {"partner_id": OURS, "name": "Contoso Consulting UK", "problem": None}
    assert found[OLD]["name"] == "Contoso Old"
    assert found[FOREIGN]["problem"]["code"] == "partner_id_unknown"
    codes = [finding["code"] for finding in data["findings"]]
    assert (status, codes) == (4, ["partner_name_mismatch", "partner_id_unknown"])
    assert desk.requests("create", "update", "remove") == []
    _, table = at_a_terminal(desk, "doctor", "--partner-ids", "alice")
    assert f"partner {OURS}" in table
    assert "Contoso Consulting UK" in table


def test_without_mfa_the_person_is_told_so(desk_of_alice: Desk) -> None:
    """Partner Center refuses with 900421; it is asked once, and not for every ID."""
    desk = desk_of_alice
    seed(desk)
    sign_in(desk)
    status, out = at_a_terminal(desk, "doctor", "--partner-ids", "alice", "--format", "json")
    problems = [each["problem"] for each in json.loads(out)["partner_ids"]]
    assert status == 4
    assert {problem["code"] for problem in problems} == {"person_needed"}
    assert "900421" in problems[0]["message"]
    assert "MFA" in problems[0]["hint"]
    assert len(desk.requests("partner_profile")) <= 2


def test_it_never_runs_unattended(desk_of_alice: Desk) -> None:
    """64 without a terminal, for an app, and for a name that is not in the file."""
    desk = desk_of_alice
    for identity, said in (("alice", "needs a terminal"), ("bob", "takes a person")):
        ran = desk.run("doctor", "--partner-ids", identity)
        assert (ran.status, desk.requests()) == (64, [])
        assert said in ran.err
