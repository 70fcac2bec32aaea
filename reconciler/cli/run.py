"""A run: reads, plans and applies the selected links, with progress and log lines.

`wiring` opens a run. It holds everything that the engine needs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from reconciler.cli.flows.access import with_access_findings, with_covered
from reconciler.cli.flows.certificates import Certificates
from reconciler.cli.flows.earlier_runs import recall, remembered_directories
from reconciler.cli.flows.run_end.run_log import log_read, log_result
from reconciler.cli.selection import findings_of, now
from reconciler.cli.state import RunContext, load_history_meanwhile
from reconciler.core.exit_status import Status, of_stopped_run
from reconciler.version import __version__

if TYPE_CHECKING:
    from datetime import date

    from reconciler.azure.connection import Azure
    from reconciler.core.customers.directories import Remembered
    from reconciler.core.customers.evidence import RawReading
    from reconciler.core.doctor.checkup import Checkup, LinkCheck
    from reconciler.core.findings import Finding
    from reconciler.core.guards.partner_trust import Trust
    from reconciler.core.history.customer_history import CustomerSnapshot
    from reconciler.core.history.run_summary import RequestStats
    from reconciler.core.links import Observed, Place, Problem, Wanted
    from reconciler.core.plan import Plan, Report
    from reconciler.core.results import Result
    from reconciler.engine.run import PlanMetadata, Workers
    from reconciler.store.journal import FileJournal


@dataclass(slots=True)
class Run(RunContext):
    """One run over a selection.

    allowed    the guards that this run overrides
    phases_s   the seconds that each phase took, by its name
    customers  the list of our customers; None if it was not read
    """

    azure: Azure
    workers: Workers
    allowed: tuple[str, ...] = ()
    phases_s: dict[str, float] = field(default_factory=dict)
    customers: CustomerSnapshot | None = None
    _certificates: Certificates | None = None
    _directories: Remembered | None = None

    @property
    def request_stats(self) -> RequestStats:
        """The requests to Azure and Entra so far, of this process and of its workers."""
        stats, others = self.azure.request_stats, self.workers.read_workers
        return stats + others.request_stats if others else stats

    @property
    def certificates(self) -> Certificates:
        """The certificates of the selected identities."""
        if self._certificates is None:
            self._certificates = Certificates(self.selection, self.azure)
        return self._certificates

    @property
    def directories(self) -> Remembered:
        """The GUID that each entry named by a domain led to in the last run."""
        if self._directories is None:
            self._directories = remembered_directories(self)
        return self._directories

    def last_days(self) -> Mapping[str, date]:
        """The last day of each credential that has one, by identity."""
        return self.certificates.last_days()

    def read(self, wanted: Sequence[Wanted]) -> dict[Place, Observed]:
        """Read these links; the file need not list them."""
        from reconciler.engine.run import read_links

        with self._reading(len(wanted)) as on_read:
            places = [want.place for want in wanted]
            return read_links(places, self.workers, self.azure.reader, on_read)[0]

    def read_raw(self) -> dict[Place, RawReading]:
        """Read every selected link and keep Azure's answers unchanged."""
        from reconciler.core.customers.evidence import without_other_directories
        from reconciler.engine.link_jobs import read_raw

        places = [want.place for want in self.selection.wanted if want.is_read]
        with self.working("Reading", len(places)) as advance:

            def job(place: Place) -> RawReading:
                reading = read_raw(self.azure.read_raw, place, now)
                advance()
                return reading

            readings = dict(zip(places, self.workers.pool.map(job, places), strict=True))
        return without_other_directories(readings, self.directories)

    def plan(self) -> Plan:
        """Read every selected link and compare it with the file."""
        from reconciler.engine.run import make_plan

        wanted = self.selection.wanted
        load_history_meanwhile()
        with self._reading(sum(want.is_read for want in wanted)) as on_read:
            metadata = replace(
                self._metadata(*self.certificates.findings()),
                directories=self.directories,
                recall=partial(recall, self),
            )
            plan = make_plan(wanted, metadata, self.workers, self.azure.reader, on_read)
        findings = self.config.reported(plan.findings)
        not_selected = len(self.config.wanted) - len(wanted)
        plan = replace(plan, findings=findings, not_selected=not_selected)
        return with_covered(self.config, self.azure, plan)

    def inventory(self) -> Plan:
        """Read every selected link, with findings about each customer's resilience and access."""
        return self.with_resilience(self.plan())

    def with_resilience(self, plan: Plan) -> Plan:
        """The plan with findings about each customer's resilience, and about access if checked."""
        from reconciler.core.inventory.resilience import resilience_findings

        people = [name for name, identity in self.config.identities.items() if identity.username]
        findings = resilience_findings(self.config.wanted, plan.changes, people)
        plan = replace(plan, findings=(*plan.findings, *self.config.reported(findings)))
        return with_access_findings(self.config, self.azure, plan)

    def apply(
        self,
        plan: Plan,
        journal: FileJournal,
        max_changes: int | None,
        blocked: Mapping[Place, Problem],
        trust: Trust | None = None,
    ) -> Report:
        """Make the plan's changes, or the first `max_changes` of them, except those blocked.

        trust  the partner IDs that count as seen, in an unattended run
        """
        from reconciler.engine.run import apply_plan

        with self.working("Applying", len(plan.writes[:max_changes])) as advance:

            def on_result(result: Result) -> None:
                advance()
                log_result(self.log, result)

            report = apply_plan(
                plan,
                self.workers,
                self.azure.writer,
                journal,
                names=self.config.partner_names,
                max_changes=max_changes,
                on_result=on_result,
                blocked=blocked,
                trust=trust,
            )
        findings = self.config.reported(report.findings)
        return replace(report, findings=findings, journal=journal.last)

    def checkup(self) -> Checkup:
        """Check everything that a plan of the selected links needs."""
        from reconciler.engine.checkup import make_checkup

        wanted, doctor = self.selection.wanted, self.azure.doctor(now)
        with self.working("Checking", sum(want.is_read for want in wanted)) as advance:

            def on_check(check: LinkCheck) -> None:
                advance()
                log_read(self.log, check.place, check.observed)

            checkup = make_checkup(wanted, self._metadata(), self.workers, doctor, on_check)
        return replace(checkup, findings=self.config.reported(checkup.findings))

    def status(self, status: Status) -> int:
        """The exit status of this run, which a signal or its deadline may have stopped."""
        stop = self.workers.stop
        return of_stopped_run(status, signal=stop.signal, is_past_deadline=stop.is_set)

    def _metadata(self, *found: Finding) -> PlanMetadata:
        from reconciler.engine.run import PlanMetadata

        return PlanMetadata(
            self.config.digest,
            __version__,
            (*findings_of(self.selection), *found),
            self.config.partner_names,
            now,
            cloud=self.azure.cloud.name,
            endpoint=self.azure.cloud.endpoint,
        )

    @contextmanager
    def _reading(self, total: int) -> Iterator[Callable[[Place, Observed], None]]:
        with self.working("Reading", total) as advance:

            def on_read(place: Place, observed: Observed) -> None:
                advance()
                log_read(self.log, place, observed)

            yield on_read

    @contextmanager
    def working(self, phase: str, total: int) -> Iterator[Callable[[], None]]:
        """Run a phase: signals end it early, progress is shown, and its duration is kept.

        Yields the function to call after each of the `total` links.
        """
        with (
            self.workers.stop.watching(),
            _counting(phase, total, quiet=self.options.quiet) as advance,
        ):
            began_s = time.monotonic()
            try:
                yield advance
            finally:
                self.phases_s[phase.lower()] = time.monotonic() - began_s


@contextmanager
def _counting(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar in the block. Yields the function to call after each link."""
    if quiet or total == 0 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
