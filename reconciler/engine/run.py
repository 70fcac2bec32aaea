"""How does a run go? Read everything, then compare; or take a plan, and make its changes.

The plan is the barrier: all reads end before the first write begins, since guards judge the whole.
Orchestration only: what to do is decided in `core`, whether a job may begin in `gates`.
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
from reconciler.core.results import Result, skipped, untouched
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities, PartnerIds, ReadGates, WriteGates
from reconciler.engine.guests import Guests
from reconciler.engine.jobs import apply_change, read_link
from reconciler.engine.read_workers import WorkerReads
from reconciler.engine.scheduler import run_all


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work.

    pool         the run's own threads, which also write
    concurrency  jobs at a time
    stop         tells everything to end
    workers      processes or a cluster, where reads are spread over them
    """

    pool: Executor
    concurrency: int
    stop: Stop
    identities: Identities
    workers: WorkerReads | None = None


@dataclass(frozen=True, slots=True)
class PlanMetadata:
    """What a plan says of itself, besides its changes.

    findings  what the file alone brings to light
    names     what Azure should call the file's partner IDs
    directories  the GUID that each entry named by a domain had in the last run
    cloud     the name of the Azure that is read
    endpoint  the origin of its Resource Manager
    recall    given what was read, the principals of the file's other entries, as last read
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
    crew: Workers,
    open_reader: OpenReader,
    on_read: Callable[[Place, Observed], None],
) -> tuple[dict[Place, Observed], tuple[Finding, ...]]:
    """Read every link once; what came of each, and what the guests could not take in."""
    observed: dict[Place, Observed] = {}
    guests = Guests()
    for place, seen in _reads(places, crew, open_reader):
        observed[place] = seen
        guests.tell(on_read, place, seen)
    return observed, tuple(guests.findings)


def _reads(
    places: Sequence[Place], crew: Workers, open_reader: OpenReader
) -> Iterator[tuple[Place, Observed]]:
    """What the workers read, where there are some; then all that is left, on threads here."""
    left = dict.fromkeys(places)
    if crew.workers and places:
        for place, seen in crew.workers.read(places, crew.identities, crew.stop):
            crew.identities.note(place, seen)
            del left[place]
            yield place, seen
    gates = ReadGates(lambda: crew.stop.problem, crew.identities)
    yield from run_all(crew.pool, partial(read_link, open_reader), left, gates, crew.concurrency)


def make_plan(
    wanted: Sequence[Wanted],
    facts: PlanMetadata,
    crew: Workers,
    open_reader: OpenReader,
    on_read: Callable[[Place, Observed], None],
) -> Plan:
    """Read every link that the file has not settled, and compare."""
    places = [want.place for want in wanted if want.settled is None or want.settled.is_read]
    observed, guests = read_links(places, crew, open_reader, on_read)
    observed = check_directories(observed, facts.directories)
    changes = diff(wanted, observed, facts.recall(observed))
    return Plan(
        changes,
        facts.config_digest,
        facts.clock(),
        facts.tool_version,
        (
            *facts.findings,
            *name_findings(facts.names, _observed(changes)),
            *secret_rotation_findings({place: observed[place] for place in places}),
            *guests,
        ),
        interrupted=crew.stop.is_set,
        cloud=facts.cloud,
        endpoint=facts.endpoint,
    )


def apply_plan(
    plan: Plan,
    crew: Workers,
    open_writer: OpenWriter,
    journal: Journal,
    *,
    names: Names,
    max_changes: int | None,
    on_result: Callable[[Result], None],
    blocked: Mapping[Place, Problem] = MappingProxyType({}),
    trust: Trust | None = None,
) -> Report:
    """Make the plan's changes, at most `max_changes`, and say what became of each.

    blocked  why some of them are not made
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
        lambda: crew.stop.problem,
        crew.identities,
        PartnerIds(names, _observed(plan.changes), trust),
        journal,
    )
    guests = Guests()
    job = partial(apply_change, open_writer)
    for change, result in run_all(crew.pool, job, writes, gates, crew.concurrency):
        results[change.place] = result
        guests.tell(on_result, result)
    ended = [results.get(change.place) or untouched(change) for change in plan.changes]
    newest = [(r.change.place.tenant, r.observed) for r in ended if r.observed]
    return Report(
        plan,
        tuple(ended),
        interrupted=crew.stop.is_set,
        findings=(
            *(finding for finding in plan.findings if finding.code != NAME_MISMATCH),
            *name_findings(names, newest),
            *guests.findings,
        ),
        failure=str(gates.failure) if gates.failure else None,
    )


def _observed(changes: Sequence[Change]) -> list[tuple[str, Observed]]:
    return [(change.place.tenant, change.observed) for change in changes if change.observed]
