"""An interrupted run finishes the links in progress, begins no others, and reports all."""

import json
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import HELD_S, OLD, OURS, Desk, Ran, tenant_id
from tests.faults.cases import false_claims

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


def finished(process: "subprocess.Popen[str]") -> Ran:
    """The output of the command after it ended."""
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)


def customers(desk: Desk, count: int, **fault: Any) -> None:
    """One customer in sync, the others to be re-pointed, and one fault for all."""
    desk.seed({0: OURS} | dict.fromkeys(range(1, count), OLD), faults=[fault])
    desk.write("".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(count)))


def start_apply(desk: Desk, *arguments: str) -> "subprocess.Popen[str]":
    """Begin an apply, four links at a time."""
    common = ("--yes", "--format=json", "--concurrency=4", "--allow=change-share")
    return desk.start("apply", *common, *arguments)


def send(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Send a signal and wait for its delivery, because two equal pending signals become one."""
    process.send_signal(number)
    status = Path(f"/proc/{process.pid}/status")
    with suppress(FileNotFoundError):  # it has ended, or the platform has no /proc
        while int(re.findall(r"^ShdPnd:\s*(\w+)", status.read_text(), re.MULTILINE)[0], 16):
            time.sleep(0.01)


@pytest.mark.parametrize("number", list(STATUS))
def test_a_signal_during_the_writes(desk: Desk, number: signal.Signals) -> None:
    """Writes in progress are finished and verified, no other is sent, the rest is skipped."""
    customers(desk, 20, operation="update", latency_s=HELD_S)
    process = start_apply(desk)
    desk.wait_for("update", 4)
    send(process, number)
    desk.release()
    ran = finished(process)
    assert ran.status == STATUS[number]
    assert len(desk.requests("update")) == 4
    assert list(ran.outcomes.values()) == [None] + ["applied"] * 4 + ["skipped"] * 15
    assert {link["problem"]["code"] for link in ran.data["links"][5:]} == {"interrupted"}
    assert (ran.data["complete"], ran.data["interrupted"]) == (False, True)
    assert false_claims(desk, ran) == []
    assert desk.run("journal", "verify").status == 0


def test_a_signal_while_a_link_is_read_before_its_write(desk: Desk) -> None:
    """The write that follows is not sent."""
    customers(desk, 8, operation="read", after=8, latency_s=HELD_S)
    process = start_apply(desk)
    desk.wait_for("read", 12)
    send(process, signal.SIGTERM)
    desk.release()
    ran = finished(process)
    assert ran.status == 143
    assert desk.requests("update") == []
    assert list(ran.outcomes.values()) == [None] + ["skipped"] * 7


@pytest.mark.parametrize("number", list(STATUS))
def test_a_signal_during_the_reads(desk: Desk, number: signal.Signals) -> None:
    """The plan is still written and lists what is missing, and apply refuses it."""
    customers(desk, 20, operation="read", latency_s=HELD_S)
    process = desk.start("plan", "--format=json", "--concurrency=4", "--out=plan.json")
    desk.wait_for("read", 4)
    send(process, number)
    desk.release()
    ran = finished(process)
    assert ran.status == STATUS[number]
    assert len(desk.requests("read")) == 4
    assert list(ran.actions.values()) == ["none"] + ["update"] * 3 + ["unknown"] * 16
    for plan in (ran.data, json.loads((desk.path / "plan.json").read_text())):
        assert (plan["complete"], plan["interrupted"]) == (False, True)
    refused = desk.apply("plan.json")
    assert refused.status == 3
    assert "interrupted" in [refusal["guard"] for refusal in refused.data["refusals"]]
    assert desk.requests("update") == []


def test_a_signal_ends_waits_at_once(desk: Desk) -> None:
    """Azure asks for a wait of 100 s, and the run ends long before."""
    customers(desk, 3, operation="read", status=429, retry_after_s=100)
    process = desk.start("plan", "--format=json")
    desk.wait_for("read", 3)
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    ran = finished(process)
    assert time.monotonic() - sent < 60
    assert ran.status == 130
    assert set(ran.actions.values()) == {"unknown"}


def test_a_second_signal_stops_at_once(desk: Desk) -> None:
    """The next run reads the links that were in progress."""
    customers(desk, 6, operation="update", latency_s=HELD_S)
    desk.do_not_measure()
    process = start_apply(desk)
    desk.wait_for("update", 4)
    send(process, signal.SIGINT)
    process.send_signal(signal.SIGINT)
    sent = time.monotonic()
    ran = finished(process)
    assert time.monotonic() - sent < HELD_S / 2, "its requests are held up for longer"
    assert (ran.status, ran.out) == (130, "")
    desk.release()
    assert desk.apply("--allow=change-share").status == 0
    assert desk.run("journal", "verify").status == 0


def test_a_deadline_during_the_writes(desk: Desk) -> None:
    """It ends the run as a signal does, with status 4."""
    customers(desk, 20, operation="update", latency_s=2.5)
    ran = finished(start_apply(desk, "--deadline=3"))
    assert ran.status == 4
    made = [link for link in ran.data["links"] if link["outcome"] == "applied"]
    rest = [link for link in ran.data["links"][1:] if link not in made]
    assert len(made) == len(desk.requests("update")) < 19
    # On a busy machine the deadline may pass before the last read.
    assert {link["outcome"] for link in rest} <= {"skipped", None}
    assert {link["problem"]["code"] for link in rest} == {"deadline"}
    assert false_claims(desk, ran) == []


def test_a_deadline_during_the_reads_writes_nothing(desk: Desk) -> None:
    """Unread links are unknown, and read links are not written."""
    customers(desk, 20, operation="read", latency_s=1)
    ran = finished(start_apply(desk, "--deadline=1.5"))
    assert ran.status == 4
    assert "unknown" in ran.actions.values()
    assert desk.requests("update") == []
    assert ran.data["complete"] is False
