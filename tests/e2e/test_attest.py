"""`attest`: a person's report becomes attestations in the file; all other bytes stay."""

import json
from pathlib import Path

import pytest

from tests.e2e.command import OLD, OURS, Desk, tenant_id
from tests.e2e.test_users import ALICE, at_a_terminal, login, people, seed

__all__ = ["people"]

FILE = f"""# our customers
version: 1
partners: {{uk: {{id: "{OURS}"}}}}
identities:
  alice: {{kind: user, username: {ALICE}}}
  bob: {{kind: user, username: bob@contoso.example}}
defaults: {{partner: uk, identities: [alice]}}
tenants:
  - name: C1   # her own
    tenant: {tenant_id(1)}

  # a guest
  - {{name: C 2, tenant: {tenant_id(2)}, identities: [alice, bob]}}  # both
  - name: C3
    tenant: {tenant_id(3)}
    identities:
      - bob
      - identity: alice  # too
# end
"""


@pytest.fixture
def reported(people: Desk) -> Path:
    """The report of Alice's apply, in a folder whose file lists three customers."""
    (people.path / "tenants.yaml").write_text(FILE, encoding="utf-8")
    seed(people)
    assert login(people).status == 0
    whose = ("--only", "identity:alice", "--allow", "new-partner-id")
    status, out = at_a_terminal(people, "apply", "--yes", "--format", "json", *whose)
    assert status == 0
    path = people.path / "report.json"
    path.write_text(out, encoding="utf-8")
    return path


def test_a_report_is_attested(people: Desk, reported: Path) -> None:
    """Each link that Alice linked is attested by her, with the day of her report."""
    file = people.path / "tenants.yaml"
    file.chmod(0o640)
    ran = people.run("attest", "report.json", "--yes", "--note", "mailed")
    assert (ran.status, ran.err) == (0, "Wrote tenants.yaml.\n")
    day = json.loads(reported.read_text())["created_at"][:10]
    words = f"attested: {{partner: uk, by: {ALICE}, on: {day}, note: mailed}}"
    now = file.read_text(encoding="utf-8")
    assert now == (
        FILE.replace(f"{tenant_id(1)}\n", f"{tenant_id(1)}\n    {words}\n")
        .replace("[alice, bob]", f"[{{identity: alice, {words}}}, bob]")
        .replace("alice  # too\n", f"alice  # too\n        {words}\n")
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert f"+    {words}\n" in ran.out
    plan = people.plan("--only", "identity:alice")
    assert {link["action"] for link in plan.data["links"]} == {"attested"}
    again = people.run("attest", "report.json", "--yes")
    assert (again.status, again.out) == (0, "")
    assert "Every link of the report is already attested" in again.err
    assert file.read_text(encoding="utf-8") == now


def test_nothing_is_written_without_confirmation(people: Desk, reported: Path) -> None:
    """The change is shown; without a terminal there is no prompt."""
    ran = people.run("attest", "report.json")
    assert (ran.status, "add --yes" in ran.err) == (3, True)
    assert "+    attested: {partner: uk" in ran.out
    assert (people.path / "tenants.yaml").read_text(encoding="utf-8") == FILE


def test_what_the_report_does_not_show_is_not_attested(people: Desk, reported: Path) -> None:
    """Failures, unknown tenants and other partner IDs are reported; the rest is written."""
    report = json.loads(reported.read_text())
    report["links"][0] |= {"outcome": "failed"}
    reported.write_text(json.dumps(report), encoding="utf-8")
    file = people.path / "tenants.yaml"
    file.write_text(FILE.replace(tenant_id(2), tenant_id(7)), encoding="utf-8")
    ran = people.run("attest", "report.json", "--yes")
    assert ran.status == 4
    assert "C1 (alice) is not attested: the report says failed" in ran.err
    assert f"C 2 (alice) is not attested: the report is about tenant {tenant_id(2)}" in ran.err
    assert file.read_text(encoding="utf-8").count("attested:") == 1


def test_a_customer_in_a_csv_file_cannot_be_attested(people: Desk, reported: Path) -> None:
    """A CSV file is not changed, and the message says what to do instead."""
    head, _ = FILE.split("tenants:\n")
    (people.path / "tenants.yaml").write_text(head + "include: [c.csv]\n", encoding="utf-8")
    (people.path / "c.csv").write_text(f"name,tenant\nC1,{tenant_id(1)}\n", encoding="utf-8")
    ran = people.run("attest", "report.json", "--yes")
    assert ran.status == 4
    assert "c.csv is a table, which has no column for it; move the tenant to a YAML file" in ran.err


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "report.json: this is not a report of format 1"),
        ('{"kind": "plan", "format": 1}', "make one with apply --format json"),
        ('{"kind": "report", "format": 1, "links": [{}]}', "this is not a report"),
        (None, "cannot read the report"),
    ],
)
def test_an_invalid_report_is_wrong_usage(
    people: Desk, content: str | None, complaint: str
) -> None:
    """The message says what to pass instead."""
    (people.path / "tenants.yaml").write_text(FILE, encoding="utf-8")
    if content is not None:
        (people.path / "report.json").write_text(content, encoding="utf-8")
    ran = people.run("attest", "report.json", "--yes")
    assert (ran.status, complaint in ran.err) == (64, True)


def test_characters_that_the_file_rejects_are_refused(people: Desk, reported: Path) -> None:
    """A hidden character in --by is refused before anything is written."""
    ran = people.run("attest", "report.json", "--yes", "--by", "a\u202eb")
    assert (ran.status, "--by and --note take one line" in ran.err) == (64, True)
    assert (people.path / "tenants.yaml").read_text(encoding="utf-8") == FILE


def test_links_of_machines_are_not_attested(desk: Desk) -> None:
    """Every run can read them, so they need no attestation."""
    desk.seed({1: OLD})
    desk.customers(1)
    report = desk.apply("--allow", "change-share", "--allow", "new-partner-id")
    (desk.path / "report.json").write_text(report.out, encoding="utf-8")
    ran = desk.run("attest", "report.json", "--yes")
    assert (ran.status, "has no link of a person" in ran.err) == (64, True)
