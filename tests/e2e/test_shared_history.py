"""One history for several machines in a real PostgreSQL, with the installed command."""

import json
from collections.abc import Iterator

import psycopg
import pytest

from reconciler.store.history.advisory_lock import hold
from tests.e2e.command import HELD_S, OLD, OURS, Desk, Ran, tenant_id
from tests.store.history.servers import Server, serving


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for these tests only."""
    with serving() as server:
        yield server


@pytest.fixture
def shared(desk: Desk, postgresql: Server) -> Desk:
    """Two customers, and a file whose history is in a database without a schema yet."""
    tenants = "".join(
        f"  - {{name: C{n}, tenant: 00000000-0000-4000-8000-{n:012d}}}\n" for n in (1, 2)
    )
    desk.write(tenants, more="history: {url: {env: PAL_HISTORY_URL}, name: contoso}\n")
    desk.env["PAL_HISTORY_URL"] = postgresql.database()
    desk.seed({1: OLD})
    return desk


def migrated(desk: Desk) -> Desk:
    assert desk.run("history", "migrate").status == 0
    return desk


def test_a_shared_history_needs_an_explicit_upgrade(shared: Desk) -> None:
    """Before it, a run says what to do and continues without history; one upgrade is enough."""
    ran = shared.run("plan", "--detailed-exitcode")
    assert (ran.status, "run pal-reconcile history migrate once" in ran.err) == (2, True)
    assert "was upgraded" in shared.run("history", "migrate").out
    assert "has schema" in shared.run("history", "migrate").out
    assert "history" not in shared.run("plan").err
    (run,) = json.loads(shared.run("history", "--format", "json").out)["runs"]
    assert run["command"] == "plan"


def test_two_machines_share_the_history(shared: Desk) -> None:
    """The second machine shows what the first one wrote, although it has never run before."""
    migrated(shared)
    assert shared.apply().status == 0
    shared.env["PAL_RECONCILE_STATE_DIR"] = str(shared.path / "another-machine")
    timeline = shared.run("history", "C1").out
    assert f"update {OLD} → {OURS}: applied" in timeline
    audit = shared.run("history", "--since", "2020-01-01", "--format", "csv").out.splitlines()
    assert len(audit) == 1 + 2 + 2  # the head; each is written, and seen after
    ran = shared.run("plan", "--since", "last-night", "--format", "json")
    assert (ran.status, ran.err) == (0, "")


def test_unattended_runs_of_another_machine_count(shared: Desk) -> None:
    """Each repairs a part of the file; together they exceed the removals of a week."""
    file = shared.path / "tenants.yaml"
    file.write_text(file.read_text().replace("}\n  -", ", state: absent}\n  -"))
    file.write_text(file.read_text().rstrip("\n").removesuffix("}") + ", state: absent}\n")
    shared.seed({1: OURS, 2: OURS})
    migrated(shared)
    first = shared.run("nightly", "--repair", "-q", "--only", "C1")
    assert (first.status, shared.truth(1)) == (0, None), first
    shared.env["PAL_RECONCILE_STATE_DIR"] = str(shared.path / "another-machine")
    second = shared.run("nightly", "--repair", "-q", "--only", "C2")
    assert (second.status, shared.truth(2)) == (3, OURS)
    assert "remove-share 2, limit 1 (--allow remove-share)" in second.out
    assert "last_week_unknown" not in second.err


def test_only_one_machine_writes_at_a_time(shared: Desk) -> None:
    """The lock in the state directory is for one host; the database's lock is for all."""
    migrated(shared)
    with hold(shared.env["PAL_HISTORY_URL"], "contoso", 0):
        ran = shared.apply()
        assert (ran.status, "another run holds the lock" in ran.err) == (5, True)
        assert shared.run("plan").status == 0  # looking needs no turn
    assert shared.requests("create", "update") == []
    assert shared.apply().status == 0


def test_nothing_is_written_once_the_shared_lock_is_lost(shared: Desk, postgresql: Server) -> None:
    """PostgreSQL drops the connection: writes under way finish, no other is sent."""
    migrated(shared)
    customers = range(1, 13)
    shared.write(
        "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in (0, *customers)),
        more="history: {url: {env: PAL_HISTORY_URL}, name: contoso}\n",
    )
    slow = {"operation": "update", "latency_s": HELD_S}
    shared.seed({0: OURS} | dict.fromkeys(customers, OLD), faults=[slow])
    apply = ("apply", "--yes", "--format=json", "--concurrency=3", "--allow=change-share")
    process = shared.start(*apply)
    shared.wait_for("update", 3)
    name = shared.env["PAL_HISTORY_URL"].rpartition("/")[2].partition("?")[0]
    postgresql.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    shared.release()
    out, err = process.communicate(timeout=120)
    ran = Ran(process.returncode, out, err)
    assert ran.status == 1, ran.err
    assert len(shared.requests("update")) == 3
    assert list(ran.outcomes.values()) == [None] + ["applied"] * 3 + ["skipped"] * 9
    assert "lost with its connection" in ran.data["links"][-1]["problem"]["message"]
    again = shared.apply("--allow=change-share")
    assert (again.status, again.err) == (0, ""), again.err  # no intent was left open
    assert shared.run("journal", "verify").status == 0


def test_apply_without_the_shared_lock_is_5_and_plan_continues(shared: Desk) -> None:
    """Another machine could be writing; no output has the URL."""
    secret = "postgresql://pal:not-to-be-seen@127.0.0.1:1/history"
    shared.env["PAL_HISTORY_URL"] = secret
    applied, planned = shared.apply(), shared.plan()
    assert (applied.status, planned.status) == (5, 0)
    assert "this run is not in the history" in planned.err
    del shared.env["PAL_HISTORY_URL"]
    missing, seen = shared.apply(), shared.plan()
    assert (missing.status, seen.status) == (5, 0)
    assert "PAL_HISTORY_URL" in missing.err
    for ran in (applied, planned, missing, seen):
        assert "not-to-be-seen" not in ran.out + ran.err
        assert "Traceback" not in ran.err


def test_an_invalid_history_url_is_reported_without_it(shared: Desk) -> None:
    """Whatever its value is."""
    for url in (
        "mysql://pal:not-to-be-seen@h/d",
        "not-to-be-seen",
        "postgresql://[not-to-be-seen",
        "postgresql://u:p@not-to-be-seen@h/d",
    ):
        shared.env["PAL_HISTORY_URL"] = url
        ran = shared.run("history")
        assert ran.status == 1
        assert "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE" in ran.err
        assert "not-to-be-seen" not in ran.err


def test_a_wrong_password_is_reported_without_it(shared: Desk, postgresql: Server) -> None:
    """The message has the server's first line, and never the URL."""
    with psycopg.connect(postgresql.uri, autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN CREATE ROLE nobody_here NOLOGIN; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
    url = shared.env["PAL_HISTORY_URL"].replace("://postgres:", "://nobody_here:not-to-be-seen")
    shared.env["PAL_HISTORY_URL"] = url
    ran = shared.plan()
    assert ran.status == 0
    assert "this run is not in the history" in ran.err
    assert "not-to-be-seen" not in ran.err
