"""A domain that moves to another directory between two runs, from the command line."""

from typing import Any

import pytest

from tests.e2e.command import OLD, OURS, Desk, tenant_id

DOMAIN = "northwind.example"
ENTRY = f"  - {{name: Northwind, tenant: {DOMAIN}}}\n"


def move_to(desk: Desk, number: int, links: dict[int, str] | None = None, **more: Any) -> None:
    """Have the domain lead to this customer's directory."""
    tenants = [{"tenant": tenant_id(n), "domains": [DOMAIN] * (n == number)} for n in (1, 2)]
    desk.seed(links, tenants=tenants, **more)


def check_blocked(desk: Desk, command: str, *more: str) -> Any:
    """The link is unknown, both GUIDs are reported, and nothing was written."""
    ran = desk.run(command, *more, "--format", "json")
    link = ran.link("Northwind")
    assert ran.status == 4, ran.err
    assert (link["action"], link["problem"]["code"]) == ("unknown", "directory_changed")
    assert tenant_id(1) in link["problem"]["message"]
    assert tenant_id(2) in link["problem"]["message"]
    assert desk.requests("put", "patch", "delete") == []
    assert desk.truth(2) == OLD
    return link


@pytest.mark.parametrize("state", ["absent", "linked"])
def test_a_domain_that_moved_is_not_written_until_the_file_names_the_guid(
    desk: Desk, state: str
) -> None:
    """Every run refuses it, with and without --only: the new directory is not remembered."""
    desk.write(ENTRY.replace("}", f", state: {state}}}"))
    move_to(desk, 1, {1: OURS, 2: OLD})
    assert desk.run("plan").status == 0
    move_to(desk, 2, {1: OURS, 2: OLD})
    link = check_blocked(desk, "apply", "--yes")
    assert link["tenant_id"] == tenant_id(2)
    check_blocked(desk, "plan", "--only", "Northwind")
    check_blocked(desk, "apply", "--yes")
    path = desk.path / "tenants.yaml"
    path.write_text(path.read_text().replace(DOMAIN, tenant_id(2)))
    assert desk.run("apply", "--yes").status == 0
    assert desk.truth(2) == (None if state == "absent" else OURS)


def test_without_a_history_the_journal_knows_the_directory(desk: Desk) -> None:
    """The run reports that the history cannot be read."""
    desk.write(ENTRY)
    move_to(desk, 1, {2: OLD})
    assert desk.run("apply", "--yes").status == 0
    (history,) = (desk.path / "state").glob("*.history.sqlite3")
    history.write_bytes(b"no database" * 100)
    move_to(desk, 2, {2: OLD})
    ran = desk.run("plan")
    assert "the history cannot be read" in ran.err
    check_blocked(desk, "apply", "--yes")


def test_a_domain_is_read_without_a_state_directory(desk: Desk) -> None:
    """A run that only reads warns and continues, as it does for tenants named by a GUID."""
    desk.write(ENTRY)
    move_to(desk, 1, {1: OURS})
    (desk.path / "state").mkdir()
    (desk.path / "state").chmod(0o777)
    ran = desk.plan()
    assert (ran.status, ran.actions) == (0, {"Northwind": "none"}), ran.err
    assert "the journal cannot be read: " in ran.err
    assert "chmod o-w" in ran.err


def test_a_saved_plan_is_not_made_in_either_directory(desk: Desk) -> None:
    """The link is skipped with its problem; the report's status is 4."""
    desk.write(ENTRY)
    move_to(desk, 1, {1: OLD, 2: OLD})
    assert desk.run("plan", "--out", "plan.json").status == 0
    move_to(desk, 2, {1: OLD, 2: OLD})
    ran = desk.run("apply", "plan.json", "--yes", "--format", "json")
    assert ran.status == 4
    link = ran.link("Northwind")
    assert (link["outcome"], link["problem"]["code"]) == ("skipped", "directory_changed")
    assert (desk.truth(1), desk.truth(2)) == (OLD, OLD)
    move_to(desk, 1, {1: OLD, 2: OLD})
    assert desk.run("apply", "plan.json", "--yes").status == 0
    assert desk.truth(1) == OURS


def test_a_guid_selects_the_entry_whose_domain_led_to_it(desk: Desk) -> None:
    """After a first run. A domain that moved is still selected by that GUID, and not written."""
    desk.write(ENTRY)
    move_to(desk, 1, {1: OURS, 2: OLD})
    unknown = desk.run("plan", "--only", tenant_id(1))
    assert (unknown.status, "no earlier run a domain of the file led to it" in unknown.err) == (
        64,
        True,
    )
    assert desk.run("plan").status == 0
    ran = desk.plan("--only", tenant_id(1).upper())
    assert (ran.status, list(ran.actions)) == (0, ["Northwind"])
    assert desk.run("plan", "--exclude", tenant_id(1)).status == 64
    move_to(desk, 2, {1: OURS, 2: OLD})
    check_blocked(desk, "apply", "--yes", "--only", tenant_id(1))
    assert desk.run("plan", "--only", tenant_id(2)).status == 64
