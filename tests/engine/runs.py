"""A run in memory for the engine's tests: a fake Azure, a journal in memory and threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reconciler.core.errors import RunFailed
from reconciler.core.guards.partner_names import Names
from reconciler.core.guards.partner_trust import Trust
from reconciler.core.links import Change, Place, Wanted, WantedState
from reconciler.core.plan import Plan, Report
from reconciler.core.ports import LinkWriter
from reconciler.core.results import Result
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities
from reconciler.engine.run import PlanMetadata, Workers, apply_plan, make_plan
from tests.fakes import FakeAzure

OURS, OLD, FOREIGN = "4936128", "1158331", "9999999"
NAMES: dict[str, str | None] = {OURS: "Contoso", OLD: "Contoso Old", FOREIGN: "Fabrikam"}
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def where(number: int) -> Place:
    """One of the test's customers."""
    return Place(f"C{number}", f"c{number}", "app")


def wish(number: int, partner_id: str | None = OURS, **more: Any) -> Wanted:
    """A wanted link of a customer with this ID, or None for no link."""
    aim = WantedState.LINKED if partner_id else WantedState.ABSENT
    values: dict[str, Any] = {"replaceable": frozenset({OURS, OLD})} | more
    return Wanted(where(number), aim, partner_id, **values)


class Inline(Executor):
    """A pool that runs each job at once in the calling thread, for deterministic runs."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass
class MemoryJournal:
    """A journal that keeps events in order; after `full_after` events the disk is full."""

    full_after: int | None = None
    events: list[tuple[str, str]] = field(default_factory=list)

    def intend(self, change: Change) -> None:
        self._keep("intent", change.place.tenant)

    def settle(self, result: Result) -> None:
        self._keep("outcome", result.change.place.tenant)

    def _keep(self, event: str, tenant: str) -> None:
        if self.full_after is not None and len(self.events) >= self.full_after:
            raise RunFailed("cannot write the journal: no space left; nothing is written to Azure")
        self.events.append((event, tenant))


@dataclass
class Desk:
    """An Azure in memory and the links that a file wants there."""

    azure: FakeAzure = field(default_factory=lambda: FakeAzure(dict(NAMES)))
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    pool: Executor = field(default_factory=Inline)
    concurrency: int = 4
    stop: Stop = field(default_factory=Stop)
    names: Names = field(default_factory=dict)
    open_writer: Callable[[Place], AbstractContextManager[LinkWriter]] | None = None

    def __post_init__(self) -> None:
        self.crew = Workers(self.pool, self.concurrency, self.stop, Identities())

    def link(self, number: int, partner_id: str | None) -> None:
        """Link this customer, as another user would."""
        self.azure.link(where(number)).partner_id = partner_id

    def truth(self, number: int) -> str | None:
        """The ID that a customer's link really carries."""
        return self.azure.link(where(number)).partner_id

    def plan(self, wishes: Sequence[Wanted], on_read: Callable[..., None] | None = None) -> Plan:
        """Make a plan."""
        facts = PlanMetadata("sha256:00", "1", (), self.names, lambda: NOW)
        return make_plan(
            wishes, facts, self.crew, self.azure.reader, on_read or (lambda place, seen: None)
        )

    def apply(
        self,
        plan: Plan,
        *,
        max_changes: int | None = None,
        on_result: Callable[[Result], None] = lambda result: None,
        trust: Trust | None = None,
    ) -> Report:
        """Apply the plan."""
        return apply_plan(
            plan,
            self.crew,
            self.open_writer or self.azure.writer,
            self.journal,
            names=self.names,
            max_changes=max_changes,
            on_result=on_result,
            trust=trust,
        )

    def run(self, *wishes: Wanted) -> Report:
        """Plan and apply."""
        return self.apply(self.plan(wishes))


def outcomes(report: Report) -> list[str | None]:
    """The outcome of each link, in the order of the file."""
    return [result.outcome and result.outcome.value for result in report.results]


def codes(report: Report) -> list[str | None]:
    """The problem of each link, in the order of the file."""
    return [result.problem.code if result.problem else None for result in report.results]
