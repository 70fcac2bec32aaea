"""How does a night go? The run itself, and then everybody who is to know of it.

Each step's trouble is kept as a setback and stops no other step. Only the run itself decides the
status; whoever listens is a guest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import state, wiring
from reconciler.cli.flows.approval import ApplyPolicy, carry_out
from reconciler.cli.options import Options
from reconciler.cli.run_history import previous_run, record_failure, record_run
from reconciler.cli.run_record import RunRecord, log_summary, write_metrics
from reconciler.cli.selection import Selection, read_file
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.exit_status import Status, of_plan, of_report
from reconciler.core.history.notification_targets import NotificationTargets, Subscriber
from reconciler.core.history.recording import NIGHTLY
from reconciler.core.history.run_summary import SideFailure
from reconciler.views.nightly import render

if TYPE_CHECKING:
    from reconciler.heartbeat import Heartbeat


@dataclass(frozen=True, slots=True)
class NightlyOptions:
    """What a night is to do.

    repair       make the changes, and not only look
    lock_s       seconds to wait for another run, with `repair`
    is_drift_ok  whether differences end with 0
    metrics      the file for Prometheus, or None
    report       the file for the report's page, or None
    """

    repair: bool
    allowed: tuple[str, ...]
    max_changes: int | None
    lock_s: float
    is_drift_ok: bool
    metrics: Path | None
    report: Path | None


@dataclass(slots=True)
class NightlyRun:
    """One nightly run, from its first sign of life to its last.

    id  what it is recorded as where it ends before it begins to read
    """

    options: Options
    nightly_options: NightlyOptions
    account: RunRecord = field(default_factory=lambda: RunRecord(NIGHTLY))
    targets: NotificationTargets = field(default_factory=NotificationTargets)
    id: str = field(default_factory=lambda: os.urandom(8).hex())
    _pulse: Heartbeat | None = None

    def go(self) -> int:
        """Do all of it; returns the exit status. Trouble of the run itself is told, not raised.

        A mistake of the program is told and raised.
        """
        from reconciler.config.notification_settings import read_audience

        self.targets = read_audience(self.options.config)
        self._begin_heartbeat()
        crash: Exception | None = None
        try:
            self._work()
        except PalReconcileError as error:
            self.account.note(error)
        except Exception as error:  # a mistake of ours: who listens hears of it all the same
            crash = error
            self.account.note(RunFailed(f"the program itself failed: {type(error).__name__}"))
        with self._step("history"):
            self._record()
        if self.nightly_options.report and self.account.run and self.account.fact:
            from reconciler.cli.flows.report_page import write_report

            with self._step("report"):
                write_report(self.nightly_options.report, self.account.run, self.account.fact)
        if self.nightly_options.metrics:
            with self._step("metrics"):
                write_metrics(
                    self.nightly_options.metrics, self.account.run_summary(), self.account.ends
                )
        if self.targets.subscribers:
            with self._step("notify"):
                self._tell()
        self._end_heartbeat()
        log_summary(self.account.run_summary(), self.options)
        if crash:
            raise crash
        return self.status

    @property
    def line(self) -> str:
        """All of it in one line."""
        return render(self.account.run_summary(), str(self.options.config))

    @property
    def status(self) -> int:
        """The exit status: the run's, but for differences that somebody else is told of."""
        is_forgiven = self.nightly_options.is_drift_ok and self.account.status == Status.DIFFERENCES
        return Status.IN_SYNC if is_forgiven else self.account.status

    def _work(self) -> None:
        selection = read_file(self.options)
        if not self.nightly_options.repair:
            self._look(selection)
            return
        try:
            self._repair(selection)
        except RunFailed as error:
            # Nothing can be written, but what there is to be seen is seen all the same.
            self.account.setbacks.append(SideFailure("repair", str(error)))
            self._look(selection)
            self.account.status = Status.RUN_FAILED

    def _look(self, selection: Selection) -> None:
        with wiring.read_session(self.options, selection) as run:
            self.account.run = run
            plan = self.account.fact = run.plan()
        self.account.status = run.status(of_plan(plan, detailed=True))

    def _repair(self, selection: Selection) -> None:
        nightly_options = self.nightly_options
        limits = selection.config.limits
        leave = ApplyPolicy(
            limits, nightly_options.allowed, nightly_options.max_changes, is_unattended=True
        )
        with wiring.write_session(
            self.options, selection, nightly_options.lock_s, NIGHTLY, nightly_options.allowed
        ) as (
            run,
            journal,
        ):
            self.account.run = run
            report = carry_out(run, journal, run.plan(), leave, ask=lambda making: ())
        self.account.fact = report
        self.account.status = run.status(of_report(report))

    def _record(self) -> None:
        """Keep what the night saw; and of one that saw nothing, that it failed."""
        run_summary, run, targets = self.account.run_summary(), self.account.run, self.targets
        if run and run_summary.fact:
            why = record_run(run, run_summary, is_fresh=True)
        else:
            why = record_failure(self.options, targets.history, targets.cloud, run_summary, self.id)
        if why:
            raise RunFailed(why)

    def _tell(self) -> None:
        """Send everybody what is new to them; one who cannot be reached keeps nobody else."""
        from reconciler.core.history.notifications import events, message_for
        from reconciler.views.notification import body, title

        run_summary, targets, config = (
            self.account.run_summary(),
            self.targets,
            str(self.options.config),
        )
        run_id = run_summary.run_id or self.id
        before, why = previous_run(self.options, targets.history, targets.cloud, run_id)
        found = events(run_summary, before) if before else ()
        for subscriber in targets.subscribers:
            if message := message_for(subscriber, run_summary, before, found):
                text = body(message, run_summary, config, subscriber.form)
                with self._step("notify"):
                    self._send(subscriber, title(message, run_summary), text)
        if why:
            raise RunFailed(f"what is new is not known: {why}")

    def _send(self, subscriber: Subscriber, title: str, body: str) -> None:
        from reconciler.notify import NotSent, send

        url = state.address(subscriber.to, self.targets.cloud, self.options)
        is_bad = self.account.status != Status.IN_SYNC
        try:
            send(url, title, body, subscriber.form, is_bad=is_bad)
        except NotSent as error:
            where = f"{subscriber.to.where}: " if subscriber.to.where else ""
            raise RunFailed(f"{where}{subscriber.to} was not told: {error}") from None

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """One step beside the run: what goes wrong there is a setback, and nothing else."""
        try:
            yield
        except PalReconcileError as error:
            self.account.setbacks.append(SideFailure(name, str(error)))
        except Exception as error:
            # Its text may repeat a URL, and those are secrets here.
            what = f"the program failed there: {type(error).__name__}; report it"
            self.account.setbacks.append(SideFailure(name, what))

    def _begin_heartbeat(self) -> None:
        from reconciler.heartbeat import Heartbeat

        targets, ref = self.targets, self.targets.heartbeat
        if ref is None:
            return
        with self._beating():
            url = state.address(ref, targets.cloud, self.options)
            self._pulse = Heartbeat(url, self.options.trusted)
            self._pulse.begin()

    def _end_heartbeat(self) -> None:
        if self._pulse:
            with self._beating():
                self._pulse.end(self.status, self.line)

    @contextmanager
    def _beating(self) -> Iterator[None]:
        from reconciler.heartbeat import PingFailed

        with self._step("heartbeat"):
            try:
                yield
            except PingFailed as error:
                raise RunFailed(f"the check was not told: {error}") from None
