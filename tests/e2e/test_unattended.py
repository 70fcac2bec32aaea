"""Unattended repairs with the installed command: refusals, announced guards, and duplicates."""

import json

from reconciler.core.plan_json import digest
from tests.e2e.command import OLD, OURS, Desk, tenant_id


def write(desk: Desk, removes: int, total: int, more: str = "") -> None:
    """This many customers; the first ones are to have no link."""
    rows = (
        f"  - {{name: C{n}, tenant: {tenant_id(n)}{', state: absent' * (n <= removes)}}}\n"
        for n in range(1, total + 1)
    )
    desk.write("".join(rows), more=more)


def test_a_repair_of_too_much_is_refused_and_overridden_by_name(desk: Desk) -> None:
    """The line has each guard, its number, limit and override. Nothing is written."""
    desk.seed(dict.fromkeys(range(1, 10), OURS))
    write(desk, 9, 9)
    ran = desk.run("nightly", "--repair", "-q", "--max-changes", "1")
    assert ran.status == 3
    assert "refused, nothing was written" in ran.out
    assert "remove-share 9, limit 3 (--allow remove-share)" in ran.out
    assert "change-share 9, limit 3 (--allow change-share)" in ran.out
    assert ran.out.count("\n") == 1
    assert desk.requests("remove") == []
    allow = ("--allow", "remove-share", "--allow", "change-share")
    assert desk.run("nightly", "--repair", "-q", *allow).status == 0
    assert desk.truth(1) is None


def test_a_week_is_remembered_across_selections(desk: Desk) -> None:
    """The first run reports that it knows no earlier one; its changes count for the second."""
    desk.seed(dict.fromkeys(range(1, 10), OURS))
    write(desk, 6, 9)
    first = desk.run("nightly", "--repair", "-q", "--only", "C[1-3]")
    assert (first.status, "last_week_unknown" in first.err) == (0, True)
    second = desk.run("nightly", "--repair", "-q", "--only", "C[4-6]")
    assert (second.status, "last_week_unknown" in second.err) == (3, False)
    assert "remove-share 6, limit 3" in second.out
    assert desk.truth(4) == OURS
    attended = desk.apply("--only", "C[4-6]")
    assert attended.status == 0


def test_a_plan_announces_the_guards_to_people_only(desk: Desk) -> None:
    """In table, Markdown and HTML for `nightly --repair` and `apply`; never in JSON or digest."""
    desk.seed(dict.fromkeys(range(1, 10), OURS) | {10: OLD})
    write(desk, 4, 10)
    for form in ("table", "markdown", "html"):
        shown = desk.run("plan", "--format", form)
        text = shown.out.replace("`", "").replace("\\", "")
        assert "nightly --repair" in text, form
        assert "--allow remove-share" in text.replace("&#45;", "-"), form
        assert shown.status == 0
    assert "apply would be refused" in desk.run("plan").out
    assert "nightly --repair would be refused" in desk.run("plan", "--at", "2099-01-01").out
    data = desk.plan().data
    assert "forecasts" not in json.dumps(data)
    assert "would be refused" not in json.dumps(data)
    assert data["digest"] == digest(data)


def test_one_of_two_entries_for_one_principal_is_not_written(desk: Desk) -> None:
    """The object IDs of earlier runs show it, though --only selects one entry."""
    desk.seed(tenants=[{"tenant": tenant_id(1), "domains": ["fabrikam.com"]}])
    desk.write(
        f"  - {{name: A, tenant: {tenant_id(1)}}}\n"
        "  - {name: B, tenant: fabrikam.com, partner: old}\n"
    )
    assert desk.apply("--only", "A").status == 0
    saved = desk.run("plan", "--only", "B", "--out", "saved.json")
    assert saved.status == 4
    for arguments in (("apply", "--yes"), ("nightly", "--repair")):
        ran = desk.run(*arguments, "--only", "B", "--format", "json")
        assert ran.status == 4
        (link,) = ran.data["links"]
        assert (link["action"], link["problem"]["code"]) == ("unknown", "duplicate_principal")
    assert desk.truth(1) == OURS
    assert len(desk.requests("create", "update", "remove")) == 1


def test_a_saved_plan_does_not_write_what_another_entry_reaches(desk: Desk) -> None:
    """Each entry was planned alone before either had been read; only one change is made."""
    desk.seed(tenants=[{"tenant": tenant_id(1), "domains": ["fabrikam.com"]}])
    desk.write(
        f"  - {{name: A, tenant: {tenant_id(1)}}}\n"
        "  - {name: B, tenant: fabrikam.com, partner: old}\n"
    )
    desk.run("plan", "--only", "B", "--out", "b.json")
    for path in (desk.path / "state").glob("*"):
        path.unlink()
    assert desk.apply("--only", "A").status == 0
    ran = desk.run("apply", "b.json", "--yes", "--format", "json")
    assert ran.status == 4
    assert ran.data["links"][0]["problem"]["code"] == "duplicate_principal"
    assert desk.truth(1) == OURS
