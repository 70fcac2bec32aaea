"""What can be done in a run? Plan, apply, check up, recover: the engine's work, told as it goes.

A run is opened by `wire`; it holds what the engine needs, shows progress and writes the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from reconciler.cli.flows.guard_inputs import recall
from reconciler.cli.progress import counting
from reconciler.cli.selection import (
    Selection,
    findings_of,
    is_read,
    now,
    used_identities,
    used_logins,
)
from reconciler.core.exit_status import Status, of_stopped_run
from reconciler.version import __version__

if TYPE_CHECKING:
    from datetime import date

    from reconciler.azure.connection import Azure
    from reconciler.cli.options import Options
    from reconciler.config.load import Config
    from reconciler.core.customers.directories import Remembered
    from reconciler.core.customers.evidence import RawReading
    from reconciler.core.doctor.checkup import Checkup, CredentialCheck, LinkCheck
    from reconciler.core.findings import Finding
    from reconciler.core.guards.partner_trust import Trust
    from reconciler.core.history.run_summary import RequestStats
    from reconciler.core.links import Observed, Place, Problem, Wanted
    from reconciler.core.plan import Plan, Report
    from reconciler.core.results import Result
    from reconciler.engine.run import PlanMetadata, Workers
    from reconciler.store.journal import FileJournal


@dataclass(slots=True)
class Run:
    """One run over a selection, with all it needs at hand.

    allowed   the guards that this run overrides
    """

    options: Options
    selection: Selection
    azure: Azure
    crew: Workers
    log: Any
    id: str
    allowed: tuple[str, ...] = ()
    phases_s: dict[str, float] = field(default_factory=dict)
    _looked_at: Mapping[str, CredentialCheck] | None = None
    _directories: Remembered | None = None

    @property
    def request_stats(self) -> RequestStats:
        """What was asked of Azure and Entra until now, here and by workers."""
        workers = self.crew.read_workers
        return (
            self.azure.request_stats + workers.request_stats
            if workers
            else self.azure.request_stats
        )

    @property
    def config(self) -> Config:
        """The file."""
        return self.selection.config

    @property
    def directories(self) -> Remembered:
        """The GUID that each entry named by a domain led to in the last run; gathered once."""
        from reconciler.cli.flows.directories import remembered_directories

        if self._directories is None:
            self._directories = remembered_directories(self)
        return self._directories

    def read(self, wanted: Sequence[Wanted]) -> dict[Place, Observed]:
        """Read these links, in whatever file they stand or in none."""
        from reconciler.engine.run import read_links

        with self._working("Reading", len(wanted)) as advance:

            def on_read(place: Place, seen: Observed) -> None:
                advance()
                _log_read(self.log, place, seen)

            places = [want.place for want in wanted]
            return read_links(places, self.crew, self.azure.reader, on_read)[0]

    def read_raw(self) -> dict[Place, RawReading]:
        """Read every selected link, and keep Azure's answers as they came."""
        from reconciler.core.customers.evidence import without_other_directories
        from reconciler.engine.jobs import read_raw

        places = [want.place for want in self.selection.wanted if is_read(want)]
        with self._working("Reading", len(places)) as advance:

            def look(place: Place) -> RawReading:
                reading = read_raw(self.azure.read_raw, place, now)
                advance()
                return reading

            readings = dict(zip(places, self.crew.pool.map(look, places), strict=True))
        return without_other_directories(readings, self.directories)

    def plan(self) -> Plan:
        """Read every selected link, and compare."""
        from reconciler.engine.run import make_plan

        wanted = self.selection.wanted
        to_read = sum(1 for want in wanted if is_read(want))
        with self._working("Reading", to_read) as advance:

            def on_read(place: Place, seen: Observed) -> None:
                advance()
                _log_read(self.log, place, seen)

            facts = replace(
                self._facts(*self._certificate_findings()),
                directories=self.directories,
                recall=partial(recall, self),
            )
            plan = make_plan(wanted, facts, self.crew, self.azure.reader, on_read)
        return replace(plan, not_selected=len(self.selection.config.wanted) - len(wanted))

    def inventory(self) -> Plan:
        """The same reads, with what there is to say of each customer's footing."""
        return self.with_resilience(self.plan())

    def with_resilience(self, plan: Plan) -> Plan:
        """The plan with what there is to say of each customer's footing."""
        from reconciler.core.inventory.resilience import resilience_findings

        config = self.selection.config
        people = [name for name, identity in config.identities.items() if identity.username]
        footing = resilience_findings(config.wanted, plan.changes, people)
        return replace(plan, findings=(*plan.findings, *footing))

    def apply(
        self,
        plan: Plan,
        journal: FileJournal,
        max_changes: int | None,
        blocked: Mapping[Place, Problem],
        trust: Trust | None = None,
    ) -> Report:
        """Make the plan's changes, or the first `max_changes` of them, but for those blocked.

        trust  the partner IDs that count as seen, in an unattended run
        """
        from reconciler.engine.run import apply_plan

        with self._working("Applying", len(plan.writes[:max_changes])) as advance:

            def on_result(result: Result) -> None:
                advance()
                _log_result(self.log, result)

            report = apply_plan(
                plan,
                self.crew,
                self.azure.writer,
                journal,
                names=self.selection.config.partner_names,
                max_changes=max_changes,
                on_result=on_result,
                blocked=blocked,
                trust=trust,
            )
        return replace(report, journal=journal.last)

    def checkup(self) -> Checkup:
        """Look at everything that a plan over the selected links would need."""
        from reconciler.engine.checkup import make_checkup

        wanted = self.selection.wanted
        with self._working("Checking", sum(map(is_read, wanted))) as advance:

            def on_check(check: LinkCheck) -> None:
                advance()
                _log_read(self.log, check.place, check.observed)

            return make_checkup(wanted, self._facts(), self.crew, self.azure.doctor(now), on_check)

    def recover(self, journal: FileJournal) -> None:
        """Read the links of intents that a crash left open, and journal what became of them.

        An intent whose link cannot be read stays open, and a warning says so.
        """
        from reconciler.engine.run import read_links

        left = journal.unfinished
        if not left:
            return
        named = {
            (want.place.tenant, want.place.identity): want.place for want in self.config.wanted
        }
        places = {key: self._meant(named[key]) for key in left if key in named}
        with self._working("Recovering", len(places)) as advance:
            seen, _ = read_links(
                list(places.values()),
                self.crew,
                self.azure.reader,
                lambda place, observed: advance(),
            )
            for key in left:
                self._recovered(journal, key, seen[places[key]] if key in places else None)

    def _meant(self, place: Place) -> Place:
        """The place in the directory that its domain led to when the intent was kept."""
        if not place.is_named_by_domain:
            return place
        return replace(place, directory=self.directories.get(place.tenant, place.directory))

    def _recovered(self, journal: FileJournal, key: tuple[str, str], seen: Observed | None) -> None:
        tenant, identity = key
        journal.recover(tenant, identity, seen)
        is_open = seen is not None and seen.problem is not None
        self.log.warning(
            "intent_still_open" if is_open else "recovered",
            tenant=tenant,
            identity=identity,
            state=seen.state.value if seen else "no longer in the file",
            problem=seen.problem.code if seen and seen.problem else None,
        )

    def status(self, status: Status) -> int:
        """The exit status of this run, which a signal or its deadline may have stopped."""
        stop = self.crew.stop
        return of_stopped_run(status, signal=stop.signal, is_past_deadline=stop.is_set)

    def _facts(self, *found: Finding) -> PlanMetadata:
        from reconciler.engine.run import PlanMetadata

        config = self.selection.config
        findings = (*findings_of(self.selection), *found)
        return PlanMetadata(
            config.digest,
            __version__,
            findings,
            config.partner_names,
            now,
            cloud=self.azure.cloud.name,
            endpoint=self.azure.cloud.endpoint,
        )

    def _certificate_findings(self) -> Iterator[Finding]:
        """The findings of certificates: their days stand in them and not in the file."""
        from reconciler.core.doctor.certificate_findings import expiring, unfit

        credentials = self._certificates().values()
        yield from unfit(credentials)
        yield from expiring(credentials, self.selection.config.day)

    def ends(self) -> Mapping[str, date]:
        """The last day of each credential that has one: as its certificate or the file says.

        Of the apps that an identity has with customers, the first to end counts: none is named.
        """
        ends: dict[str, date] = {}
        for identity in used_identities(self.selection):
            certificate = self._certificates().get(identity.label)
            end = (certificate and certificate.ends_on) or identity.expires_on
            if end:
                ends[identity.name] = min(end, ends.get(identity.name, end))
        return ends

    def _certificates(self) -> Mapping[str, CredentialCheck]:
        """What is found of the identities that sign in with a certificate; looked at once."""
        if self._looked_at is None:
            doctor = self.azure.doctor(now)
            known = self.selection.config.identities
            self._looked_at = {
                known[place.identity].at(place).label: doctor.credential(place)
                for place in used_logins(self.selection)
                if known[place.identity].certificate
            }
        return self._looked_at

    @contextmanager
    def _working(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        with (
            self.crew.stop.watching(),
            counting(what, total, quiet=self.options.quiet) as advance,
        ):
            began_s = time.monotonic()
            try:
                yield advance
            finally:
                self.phases_s[what.lower()] = time.monotonic() - began_s


def _log_read(log: Any, place: Place, seen: Observed) -> None:
    code = seen.problem.code if seen.problem else None
    log.debug(
        "read",
        tenant=place.tenant,
        identity=place.identity,
        state=seen.state.value,
        partner_id=seen.partner_id,
        problem=code,
    )


def _log_result(log: Any, result: Result) -> None:
    place = result.change.place
    observed = result.observed
    log.debug(
        "changed" if result.outcome == "applied" else "not_changed",
        tenant=place.tenant,
        identity=place.identity,
        action=result.change.action.value,
        outcome=result.outcome,
        partner_id=observed.partner_id if observed else None,
        problem=result.problem.code if result.problem else None,
        correlation_id=result.correlation_id,
    )
