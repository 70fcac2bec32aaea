"""`nightly`, as a scheduler runs it: its status, its output, and its notifications."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.command import FOREIGN, HELD_S, OLD, OURS, Desk, tenant_id
from tests.receivers import Receiver, listening

HEARTBEAT = "heartbeat: {env: PAL_HEARTBEAT}\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def write(desk: Desk, count: int, more: str = "") -> None:
    """A file with the given number of customers and further top-level keys."""
    rows = (f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(1, count + 1))
    desk.write("".join(rows), more=more)


def test_quiet_is_silent_when_all_is_in_sync(desk: Desk) -> None:
    """Cron mails nothing."""
    desk.seed({1: OURS})
    write(desk, 1)
    ran = desk.run("nightly", "-q")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_quiet_is_one_line_otherwise(desk: Desk) -> None:
    """The counts, the status in words, and the command that shows the details."""
    desk.seed({1: OURS, 2: OLD})
    write(desk, 3)
    ran = desk.run("nightly", "-q")
    assert (ran.status, ran.err) == (2, "")
    assert ran.out == (
        "Plan: 1 to create, 1 to update, 0 to remove; 1 in sync. "
        "Exit status 2: there are differences. For details run: "
        "pal-reconcile plan -c tenants.yaml\n"
    )
    assert desk.requests("create", "update", "remove") == []


def test_drift_can_be_accepted(desk: Desk) -> None:
    """For schedulers that alert on notifications: status 0, and the line is still printed."""
    desk.seed({1: OLD})
    write(desk, 1)
    ran = desk.run("nightly", "-q", "--exit-zero-on-drift")
    assert ran.status == 0
    assert ran.out.startswith("Plan: 0 to create, 1 to update")


def test_an_unreadable_link_outranks_drift_and_is_not_excused(desk: Desk) -> None:
    """The status is that of the error, even if drift is accepted."""
    desk.seed({1: OLD}, faults=[{"tenant": tenant_id(2), "operation": "read", "status": 403}])
    write(desk, 2)
    assert desk.run("nightly", "-q", "--exit-zero-on-drift").status == 4


def test_repair_makes_the_changes_without_a_prompt(desk: Desk) -> None:
    """One line reports them, and the next run has nothing to report."""
    desk.seed({1: OURS, 2: OLD})
    write(desk, 3)
    ran = desk.run("nightly", "--repair", "-q")
    assert (ran.status, ran.out) == (0, "Apply: 2 applied and verified; 3 now in sync.\n")
    assert [desk.truth(n) for n in (1, 2, 3)] == [OURS] * 3
    assert desk.run("nightly", "--repair", "-q").out == ""


def test_an_unattended_repair_has_stricter_guards(desk: Desk) -> None:
    """If more than a fifth is unreadable, nothing is written; `apply` would be allowed to."""
    faults = [{"tenant": tenant_id(n), "operation": "read", "status": 403} for n in range(1, 5)]
    desk.seed({12: OLD}, faults=faults)
    write(desk, 12)
    ran = desk.run("nightly", "--repair", "-q")
    assert ran.status == 3
    assert "refused, nothing was written" in ran.out
    assert desk.requests("create", "update") == []
    assert desk.run("nightly", "--repair", "-q", "--allow", "incomplete").status == 4
    assert desk.truth(12) == OURS


def test_without_quiet_plan_and_report_are_shown(desk: Desk) -> None:
    """As `apply` shows them; JSON has only the report."""
    desk.seed({1: OLD})
    write(desk, 1)
    out = desk.run("nightly").out
    assert out.endswith("Plan: 0 to create, 1 to update, 0 to remove; 0 in sync.\n")
    ran = desk.run("nightly", "--repair", "--format", "json")
    assert (ran.data["kind"], ran.link("C1")["outcome"]) == ("report", "applied")


def test_the_heartbeat_frames_the_run(desk: Desk, receiver: Receiver) -> None:
    """`/start` before the first read, the status and the line after the last."""
    desk.seed({1: OLD})
    write(desk, 1, HEARTBEAT)
    ran = desk.run("nightly", "-q", PAL_HEARTBEAT=f"{receiver.url}/ping/a-secret")
    assert receiver.paths == ["/ping/a-secret/start", "/ping/a-secret/2"]
    assert receiver.got[1][1] == ran.out.rstrip("\n")
    assert "a-secret" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:9/a-secret", "heartbeat: the ping failed: no answer"),
        ("", "heartbeat: {env: PAL_HEARTBEAT} is empty"),
        ("a-secret", "not an https URL"),
    ],
)
def test_a_failed_heartbeat_is_reported_and_changes_nothing(
    desk: Desk, url: str, expected: str
) -> None:
    """The run continues, its status stays, and no output has the URL."""
    desk.seed({1: OURS})
    write(desk, 1, HEARTBEAT)
    ran = desk.run("nightly", "-q", "--log-format", "json", PAL_HEARTBEAT=url)
    assert ran.status == 0
    assert expected in ran.out
    assert ran.out.count("\n") == 1
    assert "a-secret" not in ran.out + ran.err
    run = json.loads(ran.err.splitlines()[-1])
    assert run["setbacks"][0]["step"] == "heartbeat"


def test_an_invalid_file_is_notified_to_its_subscribers(desk: Desk, receiver: Receiver) -> None:
    """An error elsewhere in the file does not prevent the notification."""
    desk.write("  - {name: C1, tenant: common, odd: 1}\n", more=HEARTBEAT)
    ran = desk.run("nightly", "-q", "--metrics", "pal.prom", PAL_HEARTBEAT=receiver.url)
    assert ran.status == 78
    assert ran.out.count("\n") == 1
    assert "(and 1 more error)" in ran.out
    assert receiver.paths == ["/start", "/78"]
    assert "pal_reconcile_run_status 78.0" in (desk.path / "pal.prom").read_text()


def test_without_a_state_directory_a_repair_only_reads(desk: Desk) -> None:
    """Without a journal nothing is written; the state of the links is still reported."""
    desk.seed({1: OLD})
    write(desk, 1)
    (desk.path / "state").write_text("no directory")
    ran = desk.run("nightly", "--repair", "-q")
    assert ran.status == 1
    assert ran.out.startswith("Plan: 0 to create, 1 to update")
    assert "repair: cannot use the state directory" in ran.out
    assert desk.requests("update") == []


def test_a_repair_during_another_run_is_5(desk: Desk) -> None:
    """The run exits at once, and all subscribers are notified."""
    desk.seed({1: OLD}, faults=[{"tenant": tenant_id(1), "operation": "read", "latency_s": HELD_S}])
    write(desk, 1)
    first = desk.start("apply", "--yes")
    desk.wait_for("read")
    ran = desk.run("nightly", "--repair", "-q")
    desk.release()
    first.communicate()
    assert ran.status == 5
    assert "another run holds the lock" in ran.out


def test_a_conflict_is_a_difference_and_for_a_repair_a_failure(desk: Desk) -> None:
    """As in other commands: 2 for a plan, 4 for what could not be changed."""
    desk.seed({1: FOREIGN})
    write(desk, 1)
    assert desk.run("nightly", "-q").status == 2
    assert desk.run("nightly", "--repair", "-q").status == 4


def test_the_run_ends_by_its_deadline(desk: Desk) -> None:
    """No further request is started; the run is partial."""
    desk.seed({1: OURS})
    write(desk, 1)
    assert desk.run("nightly", "-q", "--deadline", "0").status == 4


def test_the_log_ends_with_the_line_of_the_run(desk: Desk) -> None:
    """One line for each link and one for the run."""
    desk.seed({1: OURS})
    write(desk, 1)
    ran = desk.run("nightly", "-q", "--log-format", "json", "--splay", "0.01")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert [line["event"] for line in lines] == ["link", "run"]
    assert (lines[1]["command"], lines[1]["status"]) == ("nightly", 0)


NOTIFY = "notify: [{to: {env: PAL_NOTIFY}}]\n"


def test_a_change_is_notified_once(desk: Desk, receiver: Receiver) -> None:
    """The second run sends nothing; names from the file are plain text."""
    desk.seed({1: OLD})
    write(desk, 1, NOTIFY)
    desk.env["PAL_NOTIFY"] = receiver.url.replace("http://", "json://") + "/a-secret"
    for _ in range(2):
        ran = desk.run("nightly", "-q")
        assert (ran.status, ran.err) == (2, "")
        assert "a-secret" not in ran.out
    ((_, body),) = receiver.got
    message = json.loads(body)
    assert message["title"] == "pal-reconcile: 1 new drift"
    assert len(message["message"].splitlines()) == 5


def test_a_refusal_by_other_guards_is_a_change(desk: Desk, receiver: Receiver) -> None:
    """The same refusal is notified once; a run that another guard refuses is notified again."""
    faults = [{"tenant": tenant_id(n), "operation": "read", "status": 403} for n in range(1, 5)]
    desk.seed({12: OLD}, faults=faults)
    desk.env["PAL_NOTIFY"] = receiver.url.replace("http://", "json://")
    write(desk, 12, NOTIFY)
    for _ in range(2):
        assert desk.run("nightly", "--repair", "-q").status == 3
    write(desk, 12, NOTIFY + "limits: {create_count: 1}\n")
    assert desk.run("nightly", "--repair", "-q", "--allow", "incomplete").status == 3
    first, second = (json.loads(body)["message"] for _, body in receiver.got)
    assert "Refused by incomplete" in first
    assert "Refused by create-count" in second


@pytest.mark.parametrize("url", ["json://127.0.0.1:9/a-secret", "a-secret", ""])
def test_a_failed_notification_does_not_change_the_status(desk: Desk, url: str) -> None:
    """The run's line has the subscriber's location in the file, and never the address."""
    desk.seed({1: OLD})
    write(desk, 1, NOTIFY)
    desk.env["PAL_NOTIFY"] = url
    ran = desk.run("nightly", "-q", "--log-format", "json")
    assert ran.status == 2
    assert "notify: " in ran.out
    assert "PAL_NOTIFY" in ran.out
    last = json.loads(ran.err.splitlines()[-1])
    assert [setback["step"] for setback in last["setbacks"]] == ["notify"]
    assert "a-secret" not in ran.out + ran.err


def test_a_broken_file_is_notified(desk: Desk, receiver: Receiver) -> None:
    """Once to the readable subscribers, and once more after it is corrected."""
    desk.env["PAL_NOTIFY"] = receiver.url.replace("http://", "json://")
    desk.seed({1: OURS})
    for state in ("linked", "linke", "linke", "linked"):
        desk.write(f"  - {{name: C1, tenant: {tenant_id(1)}, state: {state}}}\n", more=NOTIFY)
        desk.run("nightly", "-q")
    titles = [json.loads(body)["title"] for _, body in receiver.got]
    assert titles == ["pal-reconcile: the run failed", "pal-reconcile: the run works again"]
