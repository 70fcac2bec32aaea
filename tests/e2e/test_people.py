"""People: a folder with only their links, one command that signs in and applies, and the report."""

import json
import os
import pty
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from reconciler.emulator.state.links import Place
from reconciler.emulator.state.people import object_id
from tests.e2e.command import APP, INSTALLED, OLD, OURS, Desk, tenant_id
from tests.e2e.test_users import ALICE, BOB, people

__all__ = ["people"]

BROWSER = f"{sys.executable} -m tests.browser %s &"

FILE = f"""version: 1
partners:
  uk: {{id: "{OURS}", name: Partner 4936128}}
  old: {{id: "{OLD}"}}
identities:
  app: {{kind: client_secret, client_id: {APP}, secret: {{env: PAL_SECRET}}}}
  alice: {{kind: user, username: {ALICE}}}
  bob: {{kind: user, username: {BOB}}}
defaults: {{partner: uk, identities: [app]}}
notify: [{{to: {{env: PAL_NOTIFY}}}}]
tenants:
  - {{name: C1, tenant: {tenant_id(1)}, identities: [alice, app]}}
  - {{name: "C: 2 # two", tenant: {tenant_id(2)}, identities: [alice]}}
  - {{name: Secret Customer, tenant: {tenant_id(3)}, identities: [app]}}
  - {{name: Bobs, tenant: {tenant_id(4)}, identities: [bob]}}
  - {{name: Held, tenant: {tenant_id(5)}, identities: [alice], state: unmanaged}}
"""


def write(desk: Desk) -> None:
    """tenants.yaml of the partner, with customers that are not Alice's."""
    (desk.path / "tenants.yaml").write_text(FILE, encoding="utf-8")
    desk.env["PAL_NOTIFY"] = "json://127.0.0.1:9"


def folder_for_alice(desk: Desk) -> Path:
    """The folder that the partner sends to Alice."""
    only = ("--only", "identity:alice")
    ran = desk.run("plan", *only, "--format", "markdown", "--out", "for-alice")
    assert ran.status == 4, ran.err
    assert ran.out.startswith("## pal-reconcile plan")
    assert "Send both files of the folder for-alice. They send back report-alice.json." in ran.out
    assert "pal-reconcile login" not in ran.out + ran.err
    return desk.path / "for-alice"


def answer(desk: Desk, folder: Path, answers: str, *arguments: str, **env: str) -> tuple[int, str]:
    """Run apply at a terminal in this folder, and type these answers; its status and output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(INSTALLED), "apply", "-c", "tenants.yaml", *arguments],
        cwd=folder,
        env=desk.env | {"TERM": "dumb", "BROWSER": BROWSER} | env,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    shown: list[bytes] = []
    reader = threading.Thread(target=_read, args=(ours, shown))
    reader.start()
    out = _until_end(process, shown)
    reader.join()
    os.close(ours)
    return process.returncode, out + b"".join(shown).decode()


def _until_end(process: "subprocess.Popen[bytes]", shown: list[bytes]) -> str:
    """Return the command's stdout; a command that does not end shows what it wrote so far."""
    try:
        return process.communicate(timeout=120)[0].decode()
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(b"".join(shown).decode()) from None


def _read(terminal: int, shown: list[bytes]) -> None:
    """Read what the command writes to its terminal, until it ends."""
    with suppress(OSError):
        while more := os.read(terminal, 65536):
            shown.append(more)


def test_a_person_gets_only_their_links(people: Desk) -> None:
    """No other customer, identity, secret reference or partner is in it, and it is private."""
    write(people)
    folder = folder_for_alice(people)
    assert {path.name for path in folder.iterdir()} == {"README.md", "tenants.yaml"}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    text = (folder / "tenants.yaml").read_text()
    everything = text + (folder / "README.md").read_text()
    for other in (
        "Secret Customer",
        "Bobs",
        "Held",
        "bob",
        APP,
        "PAL_",
        *map(tenant_id, (3, 4, 5)),
    ):
        assert other not in everything
    data = yaml.safe_load(text)
    assert data["partners"] == {"uk": {"id": OURS, "name": "Partner 4936128"}}
    assert list(data["identities"]) == ["alice"]
    assert [one["name"] for one in data["tenants"]] == ["C1", "C: 2 # two"]
    assert "uvx pal-reconcile apply -c tenants.yaml" in everything
    assert people.run("validate", "-c", "for-alice/tenants.yaml").status == 0


def test_one_command_signs_in_links_and_leaves_the_report(people: Desk) -> None:
    """A browser window for each tenant, the plan, a question, and a report that attest takes."""
    write(people)
    people.azure.state.approve_as = ""
    folder = folder_for_alice(people)
    status, shown = answer(people, folder, "y\ny\ny\n")
    assert status == 0, shown
    assert f"Sign in to 2 tenants as {ALICE}?" in shown
    assert "Make 2 changes?" in shown
    assert "2 applied and verified" in shown
    report = folder / "report-alice.json"
    assert report.stat().st_mode & 0o777 == 0o600
    assert "Wrote report-alice.json" in shown
    data = json.loads(report.read_text())
    assert [link["outcome"] for link in data["links"]] == ["applied", "applied"]
    ran = people.run("attest", str(report), "--yes", PAL_NOTIFY="json://127.0.0.1:9")
    assert ran.status == 0, ran.err
    assert (people.path / "tenants.yaml").read_text().count("attested:") == 2


def test_an_old_link_of_ours_is_moved(people: Desk) -> None:
    """IDs that the partner's file lists may be replaced. A file that is no report is kept."""
    write(people)
    people.azure.state.approve_as = ""
    alice = people.azure.state.people.find(ALICE)
    assert alice
    for tenant in (tenant_id(1), tenant_id(2)):
        people.azure.state.links.put(Place(tenant, object_id(alice, tenant)), OLD)
    folder = folder_for_alice(people)
    (folder / "report-alice.json").write_text("mine")
    status, shown = answer(people, folder, "y\ny\ny\n")
    assert status == 0, shown
    records = people.azure.state.links.records
    assert {record.partner_id for record in records.values()} == {OURS}
    assert (folder / "report-alice.json").read_text() == "mine"
    assert json.loads((folder / "report-alice-2.json").read_text())["kind"] == "report"


def test_a_declined_sign_in_changes_nothing(people: Desk) -> None:
    """The plan says who has to sign in; no browser opens."""
    write(people)
    folder = folder_for_alice(people)
    before = len(people.requests("device_code", "authorize"))
    status, shown = answer(people, folder, "n\n")
    assert status == 4
    assert "2 unreadable" in shown
    assert not list(folder.glob("report*"))
    assert len(people.requests("device_code", "authorize")) == before


def test_without_a_terminal_apply_does_not_ask(people: Desk) -> None:
    """Neither does --yes, with or without a terminal."""
    write(people)
    folder = folder_for_alice(people)
    ran = people.run("apply", "-c", str(folder / "tenants.yaml"))
    assert (ran.status, "Sign in to" in ran.err) == (4, False)
    status, shown = answer(people, folder, "", "--yes")
    assert (status, "Sign in to" in shown) == (4, False)


def test_several_people_get_a_folder_each(people: Desk) -> None:
    """Inside one new folder; a folder with files is left as it is."""
    write(people)
    only = ("--only", "identity:alice", "--only", "identity:bob", "--exclude", "Held")
    ran = people.run("plan", *only, "--format", "markdown", "--out", "people")
    folders = {path.name: path / "tenants.yaml" for path in (people.path / "people").iterdir()}
    assert set(folders) == {"alice", "bob"}, ran.err
    assert "Bobs" in folders["bob"].read_text()
    assert "C1" not in folders["bob"].read_text()
    again = people.run("plan", *only, "--format", "markdown", "--out", "people")
    assert (again.status, "is not empty and is left as it is" in again.err) == (64, True)


@pytest.mark.parametrize("name", ["plan.json", "PLAN.JSON"])
def test_a_plan_is_still_saved(people: Desk, name: str) -> None:
    """For a file that ends with .json, for other formats, and for links of apps."""
    write(people)
    only = ("--only", "identity:alice")
    people.run("plan", *only, "--format", "markdown", "--out", name)
    assert json.loads((people.path / name).read_text())["kind"] == "plan"
    people.run("plan", "--format", "markdown", "--out", "all")
    people.run("plan", *only, "--out", "table")
    for path in ("all", "table"):
        assert json.loads((people.path / path).read_text())["kind"] == "plan"
    (people.path / "dir").mkdir()
    ran = people.run("plan", "--format", "markdown", "--out", "dir")
    assert (ran.status, "--only identity:NAME" in ran.err) == (64, True)
