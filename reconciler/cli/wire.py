"""Who works with whom? The one place where file, Azure, engine and disk are introduced.

Heavy modules are imported where they are used, so that `--version` and completion stay instant.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.options import LogFormat, Options
from reconciler.cli.progress import counting
from reconciler.core.errors import Refused, RunFailed, WrongUsage
from reconciler.core.statuses import Status
from reconciler.version import __version__

if TYPE_CHECKING:
    from reconciler.azure.access import Azure
    from reconciler.azure.users import People
    from reconciler.config.load import Config
    from reconciler.core.checkup import Check, Checkup
    from reconciler.core.findings import Finding
    from reconciler.core.links import Observed, Place, Wanted
    from reconciler.core.plan import Plan, Refusal, Report
    from reconciler.core.results import Result
    from reconciler.engine.run import Crew, Facts
    from reconciler.store.journal import FileJournal


def now() -> datetime:
    """UTC, the only clock of a run's documents."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Selection:
    """The file, and the links of it that this run is about."""

    config: Config
    wanted: tuple[Wanted, ...]


def read_file(options: Options, *, with_secrets: bool = True) -> Selection:
    """Load the file, select links, and see that their secrets can be found. Raises `BadFile`."""
    from reconciler.config.load import load
    from reconciler.config.select import select

    config = load(options.config, now().date())
    wanted = select(config, options.only or (), options.exclude or ())
    if with_secrets:
        from reconciler.azure.secrets import check

        used = {want.place.identity: None for want in wanted if _is_read(want)}
        check((config.identities[name] for name in used), _vault_suffix(options, config))
    return Selection(config, wanted)


def places_of(selection: Selection, identity: str, tenants: Sequence[str]) -> list[Place]:
    """The tenants in which this person has to sign in: those named, or all that list them.

    Raises `WrongUsage` for anybody else, and for a tenant that does not list them.
    """
    known = selection.config.identities
    if identity not in known or known[identity].username is None:
        people = ", ".join(name for name in known if known[name].username) or "none"
        raise WrongUsage(f"{identity} is no identity of kind user; there are: {people}")
    listed = [want.place for want in selection.wanted if want.place.identity == identity]
    found: dict[Place, None] = {}
    for name in tenants:
        folded = name.casefold()
        named = [p for p in listed if folded in (p.tenant.casefold(), p.directory)]
        if not named:
            raise WrongUsage(f"no tenant {name} lists {identity}; give a name as the file has it")
        found.update(dict.fromkeys(named))
    if not listed:
        raise WrongUsage(f"no tenant lists {identity}")
    return list(found) if tenants else listed


@dataclass(slots=True)
class Run:
    """One run over a selection, with all it needs at hand."""

    options: Options
    selection: Selection
    azure: Azure
    crew: Crew
    log: Any
    id: str

    def plan(self) -> Plan:
        """Read every selected link, and compare."""
        from reconciler.engine.run import make_plan

        wanted = self.selection.wanted
        to_read = sum(1 for want in wanted if _is_read(want))
        with self._working("Reading", to_read) as advance:

            def on_read(place: Place, seen: Observed) -> None:
                advance()
                _log_read(self.log, place, seen)

            facts = self._facts(*self._expiring())
            plan = make_plan(wanted, facts, self.crew, self.azure.reader, on_read)
        self.log.info(
            "planned", links=len(plan.changes), writes=len(plan.writes), complete=plan.is_complete
        )
        return plan

    def apply(self, plan: Plan, journal: FileJournal, max_changes: int | None) -> Report:
        """Make the plan's changes, or the first `max_changes` of them."""
        from dataclasses import replace

        from reconciler.core.plan import count_outcomes
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
            )
        self.log.info("applied", **count_outcomes(report.results), journal=journal.last)
        return replace(report, journal=journal.last)

    def checkup(self) -> Checkup:
        """Look at everything that a plan over the selected links would need."""
        from reconciler.engine.checkup import make_checkup

        wanted = self.selection.wanted
        with self._working("Checking", sum(map(_is_read, wanted))) as advance:

            def on_check(check: Check) -> None:
                advance()
                _log_read(self.log, check.place, check.observed)

            return make_checkup(wanted, self._facts(), self.crew, self.azure.doctor(now), on_check)

    def recover(self, journal: FileJournal) -> None:
        """Look at the links of intents that a crash left open, and journal what became of them."""
        from reconciler.engine.jobs import read_link

        wanted = {
            (want.place.tenant, want.place.identity): want.place
            for want in self.selection.config.wanted
        }
        for tenant, identity in journal.unfinished:
            place = wanted.get((tenant, identity))
            seen = read_link(self.azure.reader, place) if place else None
            journal.recover(tenant, identity, seen)
            self.log.warning(
                "recovered",
                tenant=tenant,
                identity=identity,
                state=seen.state.value if seen else "no longer in the file",
            )

    def status(self, status: Status) -> int:
        """The run's exit status: a signal outranks all, a deadline makes the run partial."""
        stop = self.crew.stop
        if stop.signal is not None:
            return 128 + stop.signal
        if stop.is_set and status in (Status.IN_SYNC, Status.DIFFERENCES):
            return Status.PARTIAL
        return status

    def _facts(self, *found: Finding) -> Facts:
        from reconciler.engine.run import Facts

        config = self.selection.config
        findings = (*_findings(self.selection), *found)
        return Facts(config.digest, __version__, findings, config.partner_names, now)

    def _expiring(self) -> Iterator[Finding]:
        """The findings of certificates: their end stands in them and not in the file."""
        from reconciler.core.checkup import expiring

        identities, doctor = self.selection.config.identities, self.azure.doctor(now)
        used = {want.place.identity: None for want in self.selection.wanted if _is_read(want)}
        looked_at = (doctor.credential(name) for name in used if identities[name].certificate)
        return expiring(looked_at, now().date())

    @contextmanager
    def _working(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        with (
            self.crew.stop.watching(),
            counting(what, total, quiet=self.options.quiet) as advance,
        ):
            yield advance


@contextmanager
def opened(options: Options, selection: Selection) -> Iterator[Run]:
    """Open a run: the cloud is found, workers stand by. Raises `RunFailed` and `WrongUsage`."""
    from reconciler import log
    from reconciler.azure.access import Azure, Recipe, find_cloud
    from reconciler.engine.gates import Identities
    from reconciler.engine.run import Crew
    from reconciler.engine.stop import Stop

    log.set_up(as_json=options.log_format is LogFormat.JSON, level=options.level)
    config = selection.config
    cloud = find_cloud(config.cloud, options.arm_endpoint, options.trusted)
    run_id = os.urandom(8).hex()
    logger = log.get().bind(run=run_id)
    if options.arm_endpoint is None and config.cloud != "public":
        logger.warning("untested_cloud", cloud=config.cloud)
    stop = Stop(options.deadline)
    people = _people(options, config)
    recipe = Recipe(cloud, config.identities, options.trusted, options.concurrency, people)
    with (
        closing(Azure(recipe, stop.event)) as azure,
        ThreadPoolExecutor(options.concurrency, thread_name_prefix="link") as pool,
    ):
        crew = Crew(pool, options.concurrency, stop, Identities())
        yield Run(options, selection, azure, crew, logger, run_id)


@contextmanager
def writing(
    options: Options, selection: Selection, lock_timeout_s: float
) -> Iterator[tuple[Run, FileJournal]]:
    """Open a run that may write: the lock first, then the journal, then what a crash left open.

    Raises `Locked`, and `RunFailed` where the state directory cannot be used.
    """
    from reconciler.store.journal import FileJournal
    from reconciler.store.lock import hold

    facts = {"tool_version": __version__, "config_digest": selection.config.digest}
    with (
        hold(_state_file(options, "lock"), lock_timeout_s),
        opened(options, selection) as run,
        closing(FileJournal(_state_file(options, "journal.jsonl"), run.id, facts, now)) as journal,
    ):
        run.recover(journal)
        yield run, journal


def journal_path(options: Options) -> Path:
    """Where the journal of the file is kept."""
    return _state_file(options, "journal.jsonl")


def check_state_lasts(options: Options) -> tuple[Refusal, ...]:
    """Refuse where the journal would be gone tomorrow."""
    from reconciler.core.plan import Refusal
    from reconciler.store.places import state_directory, why_not_lasting

    directory = state_directory(options.state_dir)
    if why := why_not_lasting(directory):
        message = f"{directory} will not last: {why}. Name a lasting one with --state-dir"
        return (Refusal("require-journal", message),)
    return ()


def save_plan(path: Path, plan: Plan) -> None:
    """Write a plan for `apply` to take; raises `RunFailed`."""
    from reconciler.core.documents import plan_data, text
    from reconciler.store.files import write_private

    try:
        write_private(path, text(plan_data(plan)))
    except OSError as error:
        raise RunFailed(f"cannot save the plan to {path}: {error.strerror}") from None


def load_plan(path: Path, run: Run) -> tuple[Plan, tuple[Refusal, ...]]:
    """A saved plan, and why it cannot be applied; raises `WrongUsage` if there is no such file."""
    from reconciler.core.documents import read_plan
    from reconciler.core.guards import check_saved
    from reconciler.core.plan import Plan, Refusal

    digest = run.selection.config.digest
    try:
        plan = read_plan(path.read_bytes())
    except OSError as error:
        raise WrongUsage(f"cannot read the plan {path}: {error.strerror}") from None
    except Refused as refused:
        nothing = Plan((), digest, now(), __version__)
        return nothing, (Refusal(refused.guard, f"{path}: {refused}"),)
    return plan, check_saved(plan, digest)


def _state_file(options: Options, kind: str) -> Path:
    """Lock and journal belong to one file, however it is named."""
    from reconciler.store.places import file_key, state_directory

    return state_directory(options.state_dir) / f"{file_key(options.config)}.{kind}"


def _people(options: Options, config: Config) -> People | None:
    """Whose sign-ins a run may use; None where the file names nobody."""
    if not any(identity.username for identity in config.identities.values()):
        return None
    from reconciler.azure.users import People
    from reconciler.cli.output import asks_here
    from reconciler.store.places import state_directory
    from reconciler.store.records import FileRecords

    return People(FileRecords(state_directory(options.state_dir) / "people"), asks_here())


def _vault_suffix(options: Options, config: Config) -> str | None:
    """Of the file's own cloud; another one has yet to say its own."""
    from reconciler.azure.clouds import CLOUDS

    return None if options.arm_endpoint else CLOUDS[config.cloud].vault_suffix


def _is_read(want: Wanted) -> bool:
    return want.settled is None or want.settled.is_read


def _findings(selection: Selection) -> tuple[Finding, ...]:
    """The file's findings that concern the selected links."""
    tenants = {want.place.tenant for want in selection.wanted}
    identities = {want.place.identity for want in selection.wanted}
    return tuple(
        finding
        for finding in selection.config.findings
        if finding.tenant in tenants | {None} and finding.identity in identities | {None}
    )


def _log_read(log: Any, place: Place, seen: Observed) -> None:
    code = seen.problem.code if seen.problem else None
    log.info(
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
    log.info(
        "changed" if result.outcome == "applied" else "not_changed",
        tenant=place.tenant,
        identity=place.identity,
        action=result.change.action.value,
        outcome=result.outcome,
        partner_id=observed.partner_id if observed else None,
        problem=result.problem.code if result.problem else None,
        correlation_id=result.correlation_id,
    )
