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

from reconciler.cli import wire
from reconciler.cli.account import Account, log_ending, write_metrics
from reconciler.cli.making import Leave, make
from reconciler.cli.memory import keep, keep_failure, night_before
from reconciler.cli.options import Options
from reconciler.cli.selection import Selection, read_file
from reconciler.core.audience import Audience
from reconciler.core.endings import Setback
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.history import NIGHTLY
from reconciler.core.statuses import Status, of_plan, of_report
from reconciler.core.tidings import Listener
from reconciler.views.night import render

if TYPE_CHECKING:
    from reconciler.heartbeat import Heartbeat


@dataclass(frozen=True, slots=True)
class Orders:
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
class Night:
    """One nightly run, from its first sign of life to its last.

    id  what it is recorded as where it ends before it begins to read
    """

    options: Options
    orders: Orders
    account: Account = field(default_factory=lambda: Account(NIGHTLY))
    audience: Audience = field(default_factory=Audience)
    id: str = field(default_factory=lambda: os.urandom(8).hex())
    _pulse: Heartbeat | None = None

    def go(self) -> int:
        """Do all of it; returns the exit status. Trouble of the run itself is told, not raised.

        A mistake of the program is told and raised.
        """
        from reconciler.config.audience import read_audience

        self.audience = read_audience(self.options.config)
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
        if self.orders.report and self.account.run and self.account.fact:
            from reconciler.cli.reporting import write_report

            with self._step("report"):
                write_report(self.orders.report, self.account.run, self.account.fact)
        if self.orders.metrics:
            with self._step("metrics"):
                write_metrics(self.orders.metrics, self.account.ending(), self.account.ends)
        if self.audience.listeners:
            with self._step("notify"):
                self._tell()
        self._end_heartbeat()
        log_ending(self.account.ending(), self.options)
        if crash:
            raise crash
        return self.status

    @property
    def line(self) -> str:
        """All of it in one line."""
        return render(self.account.ending(), str(self.options.config))

    @property
    def status(self) -> int:
        """The exit status: the run's, but for differences that somebody else is told of."""
        is_forgiven = self.orders.is_drift_ok and self.account.status == Status.DIFFERENCES
        return Status.IN_SYNC if is_forgiven else self.account.status

    def _work(self) -> None:
        selection = read_file(self.options)
        if not self.orders.repair:
            self._look(selection)
            return
        try:
            self._repair(selection)
        except RunFailed as error:
            # Nothing can be written, but what there is to be seen is seen all the same.
            self.account.setbacks.append(Setback("repair", str(error)))
            self._look(selection)
            self.account.status = Status.RUN_FAILED

    def _look(self, selection: Selection) -> None:
        with wire.opened(self.options, selection) as run:
            self.account.run = run
            plan = self.account.fact = run.plan()
        self.account.status = run.status(of_plan(plan, detailed=True))

    def _repair(self, selection: Selection) -> None:
        orders = self.orders
        limits = selection.config.limits
        leave = Leave(limits, orders.allowed, orders.max_changes, is_unattended=True)
        with wire.writing(self.options, selection, orders.lock_s, NIGHTLY, orders.allowed) as (
            run,
            journal,
        ):
            self.account.run = run
            report = make(run, journal, run.plan(), leave, ask=lambda making: ())
        self.account.fact = report
        self.account.status = run.status(of_report(report))

    def _record(self) -> None:
        """Keep what the night saw; and of one that saw nothing, that it failed."""
        ending, run, audience = self.account.ending(), self.account.run, self.audience
        if run and ending.fact:
            why = keep(run, ending, is_fresh=True)
        else:
            why = keep_failure(self.options, audience.history, audience.cloud, ending, self.id)
        if why:
            raise RunFailed(why)

    def _tell(self) -> None:
        """Send everybody what is new to them; one who cannot be reached keeps nobody else."""
        from reconciler.core.tidings import message_for, tidings
        from reconciler.views.message import body, title

        ending, audience, config = self.account.ending(), self.audience, str(self.options.config)
        run_id = ending.run_id or self.id
        before, why = night_before(self.options, audience.history, audience.cloud, run_id)
        found = tidings(ending, before) if before else ()
        for listener in audience.listeners:
            if message := message_for(listener, ending, before, found):
                text = body(message, ending, config, listener.form)
                with self._step("notify"):
                    self._send(listener, title(message, ending), text)
        if why:
            raise RunFailed(f"what is new is not known: {why}")

    def _send(self, listener: Listener, title: str, body: str) -> None:
        from reconciler.notify import NotSent, send

        url = wire.address(listener.to, self.audience.cloud, self.options)
        is_bad = self.account.status != Status.IN_SYNC
        try:
            send(url, title, body, listener.form, is_bad=is_bad)
        except NotSent as error:
            where = f"{listener.to.where}: " if listener.to.where else ""
            raise RunFailed(f"{where}{listener.to} was not told: {error}") from None

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """One step beside the run: what goes wrong there is a setback, and nothing else."""
        try:
            yield
        except PalReconcileError as error:
            self.account.setbacks.append(Setback(name, str(error)))
        except Exception as error:
            # Its text may repeat a URL, and those are secrets here.
            what = f"the program failed there: {type(error).__name__}; report it"
            self.account.setbacks.append(Setback(name, what))

    def _begin_heartbeat(self) -> None:
        from reconciler.heartbeat import Heartbeat

        audience, ref = self.audience, self.audience.heartbeat
        if ref is None:
            return
        with self._beating():
            url = wire.address(ref, audience.cloud, self.options)
            self._pulse = Heartbeat(url, self.options.trusted)
            self._pulse.begin()

    def _end_heartbeat(self) -> None:
        if self._pulse:
            with self._beating():
                self._pulse.end(self.status, self.line)

    @contextmanager
    def _beating(self) -> Iterator[None]:
        from reconciler.heartbeat import NoPulse

        with self._step("heartbeat"):
            try:
                yield
            except NoPulse as error:
                raise RunFailed(f"the check was not told: {error}") from None
