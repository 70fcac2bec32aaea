"""The two parts of a run: read every link and make a plan, then make the changes of a plan.

All reads end before the first write, because guards judge the whole plan. This module only
orchestrates: `core` decides what to do, `gates` decide whether a job may start.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType

from reconciler.core.customers.directories import Remembered, check_directories
from reconciler.core.diff import Principal, diff
from reconciler.core.findings import Finding
from reconciler.core.guards.partner_names import Names, name_findings
from reconciler.core.guards.partner_trust import Trust
from reconciler.core.inventory.secret_rotation import secret_rotation_findings
from reconciler.core.links import Change, Observed, Place, Problem, Wanted
from reconciler.core.plan import Plan, Report
from reconciler.core.ports import Journal, OpenReader, OpenWriter
from reconciler.core.problems import LIMIT, NAME_MISMATCH
from reconciler.core.results import Result, not_written, skipped
from reconciler.engine.canary import PartnerIds
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities, ReadGates, WriteGates
from reconciler.engine.link_jobs import apply_change, read_link
from reconciler.engine.listeners import Listeners
from reconciler.engine.read_workers import WorkerReads
from reconciler.engine.scheduler import run_all


@dataclass(frozen=True, slots=True)
class Workers:
    """The threads and processes of a run.

    pool          the run's own threads, which also write
    concurrency   concurrent jobs
    stop          cancels the run
    read_workers  processes or a cluster for reads; None: the threads read
    """

    pool: Executor
    concurrency: int
    stop: Stop
    identities: Identities
    read_workers: WorkerReads | None = None


@dataclass(frozen=True, slots=True)
class PlanMetadata:
    """The content of a plan other than its changes.

    findings     findings about the file
    names        the names that Azure should answer for the file's partner IDs
    directories  the GUID that each entry named by a domain had in the last run
    cloud        the name of the cloud
    endpoint     the origin of its Resource Manager
    recall       given what was read, the last known principals of the file's other entries
    """

    config_digest: str
    tool_version: str
    findings: tuple[Finding, ...]
    names: Names
    clock: Callable[[], datetime]
    directories: Remembered = field(default_factory=dict)
    cloud: str = ""
    endpoint: str = ""
    recall: Callable[[Mapping[Place, Observed]], Mapping[Place, Principal]] = lambda _: {}


def read_links(
    places: Sequence[Place],
    workers: Workers,
    open_reader: OpenReader,
    on_read: Callable[[Place, Observed], None],
) -> tuple[dict[Place, Observed], tuple[Finding, ...]]:
    """Read every link once. Returns the observations, and findings about failed listeners."""
    observed: dict[Place, Observed] = {}
    listeners = Listeners()
    for place, seen in _reads(places, workers, open_reader):
        observed[place] = seen
        listeners.notify(on_read, place, seen)
    return observed, tuple(listeners.findings)


def _reads(
    places: Sequence[Place], workers: Workers, open_reader: OpenReader
) -> Iterator[tuple[Place, Observed]]:
    """Read with the workers, if there are any, then the remaining links on threads here."""
    left = dict.fromkeys(places)
    if workers.read_workers and places:
        for place, seen in workers.read_workers.read(places, workers.identities, workers.stop):
            workers.identities.note(place, seen)
            del left[place]
            yield place, seen
    gates = ReadGates(lambda: workers.stop.problem, workers.identities)
    yield from run_all(
        workers.pool, partial(read_link, open_reader), left, gates, workers.concurrency
    )


def make_plan(
    wanted: Sequence[Wanted],
    metadata: PlanMetadata,
    workers: Workers,
    open_reader: OpenReader,
    on_read: Callable[[Place, Observed], None],
) -> Plan:
    """Read every link that the file does not settle, and compare."""
    places = [want.place for want in wanted if want.is_read]
    observed, listener_findings = read_links(places, workers, open_reader, on_read)
    observed = check_directories(observed, metadata.directories)
    changes = diff(wanted, observed, metadata.recall(observed))
    return Plan(
        changes,
        metadata.config_digest,
        metadata.clock(),
        metadata.tool_version,
        (
            *metadata.findings,
            *name_findings(metadata.names, _observed(changes)),
            *secret_rotation_findings({place: observed[place] for place in places}),
            *listener_findings,
        ),
        interrupted=workers.stop.is_set,
        cloud=metadata.cloud,
        endpoint=metadata.endpoint,
    )


def apply_plan(
    plan: Plan,
    workers: Workers,
    open_writer: OpenWriter,
    journal: Journal,
    *,
    names: Names,
    max_changes: int | None,
    on_result: Callable[[Result], None],
    blocked: Mapping[Place, Problem] = MappingProxyType({}),
    trust: Trust | None = None,
) -> Report:
    """Make the plan's changes, at most `max_changes`, and report the result of each.

    blocked  why some changes are not made
    trust    the partner IDs that count as seen, in an unattended run; None in an attended one
    """
    writes = plan.writes[:max_changes]
    results: dict[Place, Result] = {
        change.place: skipped(change, LIMIT) for change in plan.writes[len(writes) :]
    }
    for change in writes:
        if problem := blocked.get(change.place):
            results[change.place] = skipped(change, problem)
    writes = tuple(change for change in writes if change.place not in results)
    gates = WriteGates(
        lambda: workers.stop.problem,
        workers.identities,
        PartnerIds(names, _observed(plan.changes), trust),
        journal,
    )
    listeners = Listeners()
    job = partial(apply_change, open_writer)
    for change, result in run_all(workers.pool, job, writes, gates, workers.concurrency):
        results[change.place] = result
        listeners.notify(on_result, result)
    ended = [results.get(change.place) or not_written(change) for change in plan.changes]
    newest = [(r.change.place.tenant, r.observed) for r in ended if r.observed]
    return Report(
        plan,
        tuple(ended),
        interrupted=workers.stop.is_set,
        findings=(
            *(finding for finding in plan.findings if finding.code != NAME_MISMATCH),
            *name_findings(names, newest),
            *listeners.findings,
        ),
        failure=str(gates.failure) if gates.failure else None,
    )


def _observed(changes: Sequence[Change]) -> list[tuple[str, Observed]]:
    return [(change.place.tenant, change.observed) for change in changes if change.observed]
