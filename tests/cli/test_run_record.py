"""The end of a run: its side tasks run in order, and none of their failures stops another."""

from contextlib import suppress

import pytest

from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.run_end.run_record import RunRecord, SideTask, finished_by
from reconciler.cli.flows.run_end.side_tasks import SIDE_TASKS
from reconciler.core.errors import BadFile, RunFailed
from reconciler.core.exit_status import Status
from reconciler.core.history.run_summary import SideFailure


def failing(error: Exception) -> SideTask:
    def do(_: RunRecord) -> None:
        raise error

    return SideTask("history", do)


def test_the_side_tasks_have_one_order() -> None:
    """`nightly` runs them all; every other command runs the first two."""
    names = [task.name for task in SIDE_TASKS]
    assert names == ["history", "metrics", "report", "notify", "heartbeat"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RunFailed("the disk is full"), "the disk is full"),
        (ValueError("https://contoso.example/a-secret"), "internal error: ValueError"),
    ],
)
def test_a_failed_side_task_stops_no_other(error: Exception, message: str) -> None:
    """Its failure is kept without a text that may hold a URL; the status does not change."""
    done: list[int] = []
    record = RunRecord("plan", Options())
    with finished_by(
        record, (failing(error), SideTask("metrics", lambda r: done.append(r.status)))
    ):
        record.status = Status.IN_SYNC
    assert done == [Status.IN_SYNC]
    (failure,) = record.side_failures
    assert (failure.step, failure.message.startswith(message)) == ("history", True)
    assert "a-secret" not in failure.message


@pytest.mark.parametrize(
    ("error", "status", "errors"),
    [
        (BadFile("tenants.yaml:1:1: first", "second"), 78, ("tenants.yaml:1:1: first", "second")),
        (ZeroDivisionError("a-secret"), 1, ("internal error: ZeroDivisionError",)),
        (KeyboardInterrupt(), 130, ()),
    ],
)
def test_side_tasks_know_how_the_run_ended(
    error: BaseException, status: int, errors: tuple[str, ...]
) -> None:
    """An exception ends the run with its status, and is raised after the side tasks."""
    record = RunRecord("nightly", Options())
    seen: list[tuple[int, tuple[str, ...]]] = []
    task = SideTask("notify", lambda r: seen.append((r.summary().status, r.summary().complaints)))
    with pytest.raises(type(error)), finished_by(record, (task,)):
        raise error
    assert seen == [(status, errors)]


def test_accepted_drift_changes_the_commands_status_only() -> None:
    """The summary keeps status 2, the command exits with 0; other statuses are not accepted."""
    record = RunRecord("nightly", Options(), accepts_drift=True, status=Status.DIFFERENCES)
    assert (record.summary().status, record.exit_status) == (2, 0)
    record.status = Status.PARTIAL
    assert record.exit_status == 4


def test_parts_of_a_side_task_fail_alone() -> None:
    """One subscriber that cannot be notified is one failure."""
    record = RunRecord("nightly", Options())
    with suppress(RunFailed), record.beside("notify"):
        raise RunFailed("no answer")
    assert record.side_failures == [SideFailure("notify", "no answer")]
