"""`apply` as users and cron jobs run it."""

import os
import pty
import subprocess

import pytest

from tests.e2e.command import APP, FOREIGN, HELD_S, INSTALLED, OLD, OURS, Desk, tenant_id


def test_apply_converges_and_a_second_one_changes_nothing(desk: Desk) -> None:
    """The first run creates, updates and removes; the second has nothing to send."""
    desk.seed({2: OLD, 3: OURS, 4: OURS})
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
        f"  - {{name: C3, tenant: {tenant_id(3)}, state: absent}}\n"
        f"  - {{name: C4, tenant: {tenant_id(4)}}}\n"
    )
    ran = desk.apply()
    assert ran.status == 0
    assert ran.data["kind"] == "report"
    assert ran.outcomes == {"C1": "applied", "C2": "applied", "C3": "applied", "C4": None}
    assert ran.link("C2")["observed"]["partner_id"] == OURS
    assert ran.link("C3")["observed"]["state"] == "not_linked"
    assert [desk.truth(n) for n in (1, 2, 3, 4)] == [OURS, OURS, None, OURS]
    sent = len(desk.requests("create", "update", "remove"))
    again = desk.apply()
    assert (again.status, set(again.outcomes.values())) == (0, {None})
    assert len(desk.requests("create", "update", "remove")) == sent == 3


def test_each_write_is_one_request_without_a_body(desk: Desk) -> None:
    """PUT creates, PATCH re-points to the new ID, DELETE names exactly the ID that was read."""
    desk.seed({2: OLD, 3: OLD})
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
        f"  - {{name: C3, tenant: {tenant_id(3)}, state: absent}}\n"
    )
    desk.apply()
    writes = {e.tenant: e for e in desk.requests("create", "update", "remove")}
    assert {t: (e.method, e.partner_id, e.body_bytes) for t, e in writes.items()} == {
        tenant_id(1): ("PUT", OURS, 0),
        tenant_id(2): ("PATCH", OURS, 0),
        tenant_id(3): ("DELETE", OLD, 0),
    }
    assert {e.query for e in writes.values()} == {"api-version=2018-02-01"}


def test_each_write_is_between_two_reads(desk: Desk) -> None:
    """A write follows a fresh read, and its result is read back before it is reported."""
    desk.seed({1: OLD})
    desk.customers(1)
    desk.apply()
    order = [e.operation for e in desk.requests("read", "update")]
    assert order == ["read", "read", "update", "read"]


def test_a_failed_tenant_does_not_stop_the_others(desk: Desk) -> None:
    """The other tenants are changed, and the exit status reports the failure."""
    desk.seed({3: FOREIGN}, faults=[{"tenant": tenant_id(2), "aadsts": 700016}])
    desk.customers(4)
    ran = desk.apply()
    assert ran.status == 4
    assert ran.outcomes == {"C1": "applied", "C2": None, "C3": None, "C4": "applied"}
    assert desk.truth(3) == FOREIGN


def test_without_a_terminal_there_is_no_prompt(desk: Desk) -> None:
    """Without --yes nothing is written, the status is 3, and the message names the option."""
    desk.customers(1)
    ran = desk.run("apply")
    assert ran.status == 3
    assert "--yes" in ran.out
    assert "C1" in ran.out
    assert desk.requests("create") == []
    refusals = desk.run("apply", "--format", "json").data["refusals"]
    assert [refusal["guard"] for refusal in refusals] == ["confirmation"]


def test_without_changes_there_is_no_prompt(desk: Desk) -> None:
    """If every link is in sync, --yes is not needed."""
    desk.seed({1: OURS})
    desk.customers(1)
    ran = desk.run("apply")
    assert (ran.status, "No changes" in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("count", "answer", "status"),
    [(1, "y\n", 0), (1, "n\n", 3), (1, "\n", 3), (11, "y\n", 3), (11, "11\n", 0)],
)
def test_a_terminal_prompts(desk: Desk, count: int, answer: str, status: int) -> None:
    """The user sees the plan and confirms it; more than ten changes require typing their number."""
    desk.customers(count)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(INSTALLED), "apply", "--allow", "new-partner-id"],
        cwd=desk.path,
        env=desk.env | {"TERM": "xterm"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    out = process.communicate(timeout=120)[0].decode()
    os.close(ours)
    assert process.returncode == status
    assert "C1" in out
    assert (desk.truth(1) == OURS) is (status == 0)
    assert out.endswith("\n\nCancelled. Nothing was changed.\n") is (status == 3)


def test_a_prompt_says_if_changes_are_left_for_later(desk: Desk) -> None:
    """With --max-changes, the plan shows more changes than are made."""
    desk.customers(3)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(INSTALLED), "apply", "--max-changes", "2"],
        cwd=desk.path,
        env=desk.env | {"TERM": "xterm"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.write(ours, b"y\n")
    process.communicate(timeout=120)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 2
    assert "Make the first 2 of 3 changes? [y/N]" in shown


def test_a_lost_answer_is_looked_up(desk: Desk) -> None:
    """If the reply to a write is lost, the read after it decides the outcome."""
    desk.seed(
        {2: OLD, 3: OURS},
        faults=[{"operation": "write", "drop": True, "takes_effect": True}],
    )
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
        f"  - {{name: C3, tenant: {tenant_id(3)}, state: absent}}\n"
    )
    ran = desk.apply()
    assert ran.status == 0
    assert set(ran.outcomes.values()) == {"applied"}
    assert len(desk.requests("create", "update", "remove")) == 3


@pytest.mark.parametrize("lost", [{}, {"drop": True, "takes_effect": True}], ids=["200", "lost"])
def test_a_write_that_reads_show_late_is_applied(desk: Desk, lost: dict[str, object]) -> None:
    """Reads lag 3 s behind create, update and remove, even if the reply was lost."""
    desk.seed(
        {2: OLD, 3: OURS},
        faults=[{"operation": "write", "visible_after_s": 3, **lost}],
    )
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
        f"  - {{name: C3, tenant: {tenant_id(3)}, state: absent}}\n"
    )
    ran = desk.apply()
    assert (ran.status, set(ran.outcomes.values())) == (0, {"applied"}), ran.err
    assert len(desk.requests("create", "update", "remove")) == 3


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        ({"no_effect": True}, "failed", "not_changed"),
        ({"status": 409, "code": "PartnerIdAlreadyLinked"}, "failed", "already_linked"),
        ({"status": 403, "code": "X", "message": "If you are a CSP partner"}, "failed", None),
        ({"status": 400, "code": "PartnerIdInvalid"}, "failed", "invalid_partner_id"),
        ({"drop": True, "times": 1}, "applied", None),
        ({"status": 503, "html": True, "times": 2}, "applied", None),
        ({"status": 429, "retry_after_s": 1, "times": 1}, "applied", None),
        ({"expired_token": True, "times": 1}, "applied", None),
        ({"redirect": "https://127.0.0.1:1/"}, "failed", "unexpected_answer"),
    ],
)
def test_transient_write_errors_are_retried_and_refusals_reported(
    desk: Desk, fault: dict[str, object], outcome: str, code: str | None
) -> None:
    """A transient error is retried after another read; a refusal is reported as one."""
    desk.seed(faults=[{"operation": "create", **fault}])
    desk.customers(1)
    ran = desk.apply()
    link = ran.link("C1")
    assert link["outcome"] == outcome
    assert (link["problem"] is None) is (outcome == "applied")
    assert code is None or link["problem"]["code"] == code
    assert ran.status == (0 if outcome == "applied" else 4)
    assert desk.truth(1) == (OURS if outcome == "applied" else None)


def test_a_link_that_moves_before_the_write_is_stale(desk: Desk) -> None:
    """Another party writes between the plan and the write: its change stays."""
    desk.seed(
        {1: OLD},
        faults=[{"tenant": tenant_id(1), "operation": "read", "drift": FOREIGN, "times": 1}],
    )
    desk.customers(1)
    ran = desk.apply()
    assert (ran.status, ran.outcomes) == (4, {"C1": "stale"})
    assert ran.link("C1")["problem"]["code"] == "changed_meanwhile"
    assert desk.truth(1) == FOREIGN


def test_only_one_apply_at_a_time(desk: Desk) -> None:
    """A second apply of the same file exits with 5 or waits if requested; plan needs no lock."""
    desk.seed(faults=[{"operation": "create", "slow_answer_s": HELD_S}])
    desk.customers(1)
    first = desk.start("apply", "--yes")
    desk.wait_for("create")
    second = desk.run("apply", "--yes")
    assert (second.status, "--lock-timeout" in second.err) == (5, True)
    assert desk.run("plan").status == 0
    third = desk.start("apply", "--yes", "--lock-timeout", "100")
    desk.release()
    for process in (first, third):
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert len(desk.requests("create")) == 1


def test_identities_override_their_tenant(desk: Desk) -> None:
    """Each identity of a tenant can want another ID, or none."""
    other = "11111111-1111-4111-8111-111111111111"
    desk.seed()
    path = desk.path / "tenants.yaml"
    path.write_text(
        f'version: 1\npartners: {{uk: {{id: "{OURS}"}}, old: {{id: "{OLD}"}}}}\n'
        "identities:\n"
        f"  app: {{kind: client_secret, client_id: {APP}, secret: {{env: PAL_SECRET}}}}\n"
        f"  second: {{kind: client_secret, client_id: {other}, secret: {{env: PAL_SECRET}}}}\n"
        "defaults: {partner: uk}\ntenants:\n"
        f"  - name: C1\n    tenant: {tenant_id(1)}\n"
        "    identities: [app, {identity: second, partner: old}]\n",
        encoding="utf-8",
    )
    ran = desk.apply()
    assert ran.status == 0
    assert {link["identity"]: link["observed"]["partner_id"] for link in ran.data["links"]} == {
        "app": OURS,
        "second": OLD,
    }


def test_a_journal_that_will_not_last_can_be_refused(desk: Desk) -> None:
    """With --require-journal nothing is written if the state directory is temporary."""
    desk.customers(1)
    ran = desk.run("apply", "--yes", "--format", "json", "--require-journal", TMPDIR=str(desk.path))
    assert ran.status == 3
    assert [refusal["guard"] for refusal in ran.data["refusals"]] == ["require-journal"]
    assert desk.requests("create") == []


def test_quiet_prints_nothing_if_everything_is_in_sync(desk: Desk) -> None:
    """Cron mails whatever a run prints."""
    desk.seed({1: OURS})
    desk.customers(1)
    ran = desk.run("apply", "--yes", "-q")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_a_plan_that_cannot_be_read_is_not_called_in_sync(desk: Desk) -> None:
    """Nothing was compared, so no link is reported as in sync."""
    desk.customers(1)
    (desk.path / "plan.json").write_text("{}")
    ran = desk.run("apply", "plan.json", "--yes")
    assert ran.status == 3
    assert "in sync" not in ran.out
    assert "Refused by plan-file" in ran.out
