"""Side tasks at the end of a run, in their order: history, metrics, report, notify, heartbeat.

`nightly` runs all of them, every other command the first two. A task that the command or the file
does not ask for does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.cli.flows.run_end.run_record import RunRecord, SideTask, finished_by
from reconciler.cli.output import note
from reconciler.cli.run_history import previous_run, record_failure, record_run
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.extras import missing_extra
from reconciler.regular_files import read_regular

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.core.history.notification_targets import Subscriber
    from reconciler.core.identities import SecretRef

MAX_METRICS_BYTES = 16 << 20
"""The size limit for the metrics file of the last run."""


def record_history(record: RunRecord) -> None:
    """Record the run. Of a run without a result, `nightly` records that it failed."""
    summary, targets = record.summary(), record.targets
    if record.run and summary.fact:
        record_run(record.run, summary, is_fresh=record.is_fresh)
    elif targets:
        record_failure(record.options, targets.history, targets.cloud, summary, record.id)


def write_metrics(record: RunRecord) -> None:
    """Write the metrics, with the time of the last success that the file has so far."""
    path = record.metrics
    if path is None:
        return
    from reconciler.store.files import write_shared
    from reconciler.views import metrics  # needs the extra

    last_days = record.run.last_days() if record.run else {}
    try:
        before = read_regular(path, MAX_METRICS_BYTES) if path.exists() else b""
        text = metrics.render(record.summary(), last_days, before.decode(errors="replace"))
        # node_exporter runs as another user, and the file holds no customer's name.
        write_shared(path, text)
    except OSError as error:
        raise RunFailed(
            f"cannot write the metrics to {path}: {error.strerror}; "
            "make the folder writable for this user, or correct --metrics"
        ) from None


def check_metrics_extra() -> None:
    """Raise `WrongUsage` if the extra is not installed."""
    if problem := missing_extra("metrics", "--metrics"):
        raise WrongUsage(problem)


def write_page(record: RunRecord) -> None:
    """Write the HTML report."""
    from reconciler.cli.flows.report_page import write_report

    if record.report and record.run and record.fact:
        write_report(record.report, record.run, record.fact)


def notify(record: RunRecord) -> None:
    """Send each subscriber what is new; a failure for one does not keep the others waiting."""
    from reconciler.core.history.notifications import events, message_for
    from reconciler.views.nightly.notification import body, title

    targets = record.targets
    if targets is None or not targets.subscribers:
        return
    summary, config = record.summary(), str(record.options.config)
    run_id = summary.run_id or record.id
    before, problem = previous_run(record.options, targets.history, targets.cloud, run_id)
    found = events(summary, before) if before else ()
    for subscriber in targets.subscribers:
        if message := message_for(subscriber, summary, before, found):
            text = body(message, summary, config, subscriber.form)
            with record.beside("notify"):
                _send(record, subscriber, title(message, summary), text)
    if problem:
        raise RunFailed(f"changes since the last run are unknown: {problem}")


def _send(record: RunRecord, subscriber: Subscriber, title: str, body: str) -> None:
    from reconciler.notify import NotSent, send

    url = _address(record, subscriber.to)
    is_bad = record.status != Status.IN_SYNC
    try:
        send(url, title, body, subscriber.form, is_bad=is_bad)
    except NotSent as error:
        where = f"{subscriber.to.where}: " if subscriber.to.where else ""
        raise RunFailed(f"{where}{subscriber.to} was not notified: {error}") from None


def begin_heartbeat(record: RunRecord) -> None:
    """Ping the check of the file, if it has one, at the start of the run."""
    from reconciler.heartbeat import Heartbeat

    if record.targets is None or record.targets.heartbeat is None:
        return
    with _ping():
        url = _address(record, record.targets.heartbeat)
        record.heartbeat = Heartbeat(url, record.options.trusted)
        record.heartbeat.begin()


def end_heartbeat(record: RunRecord) -> None:
    """Ping the check with the exit status and the summary."""
    from reconciler.views.nightly.one_line import render

    if record.heartbeat:
        with _ping():
            line = render(record.summary(), str(record.options.config))
            record.heartbeat.end(record.exit_status, line)


@contextmanager
def _ping() -> Iterator[None]:
    from reconciler.heartbeat import PingFailed

    try:
        yield
    except PingFailed as error:
        raise RunFailed(f"the ping failed: {error}") from None


def _address(record: RunRecord, ref: SecretRef) -> str:
    cloud = record.targets.cloud if record.targets else "public"
    return state.address(ref, cloud, record.options)


SIDE_TASKS = (
    SideTask("history", record_history),
    SideTask("metrics", write_metrics),
    SideTask("report", write_page),
    SideTask("notify", notify),
    SideTask("heartbeat", end_heartbeat),
)
"""All side tasks, in the order in which they run."""


@contextmanager
def recorded(command: str, options: Options, metrics: Path | None = None) -> Iterator[RunRecord]:
    """Record the run in the block: history, metrics and log. Failures of these are warnings.

    metrics  the file to write; None for none. Raises `WrongUsage` if the extra is missing
    """
    if metrics:
        check_metrics_extra()
    record = RunRecord(command, options, metrics)
    try:
        with finished_by(record, SIDE_TASKS[:2]):
            yield record
    finally:
        for failure in record.side_failures:
            note(f"warning: {failure.message}")
