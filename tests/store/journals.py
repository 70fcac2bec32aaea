"""Example journals for the tests of the store."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from reconciler.core.diff import diff
from reconciler.core.links import Change, Observed, ObservedState, Place, Wanted, WantedState
from reconciler.core.results import Outcome, Result
from reconciler.store.journal import FileJournal

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
OURS, OLD = "4936128", "1158331"


def opened(
    path: Path, run: str = "run-1", checks: Sequence[Callable[[], None]] = ()
) -> FileJournal:
    """The journal, opened as a run opens it."""
    facts = {"tool_version": "1", "config_digest": "sha256:00"}
    return FileJournal(path, run, facts, lambda: NOW, checks)


def change(number: int = 1) -> Change:
    """A change of one customer's link from the old ID to our ID."""
    where = Place(f"C{number}", f"tid{number}", "app")
    want = Wanted(where, WantedState.LINKED, OURS, replaceable=frozenset({OURS, OLD}))
    return diff([want], {where: seen(OLD, number)})[0]


def seen(partner_id: str | None, number: int = 1) -> Observed:
    """The observation of a read."""
    state = ObservedState.LINKED if partner_id else ObservedState.NOT_LINKED
    return Observed(state, f"tid{number}", f"oid{number}", partner_id, "Contoso", 3)


def result(number: int = 1) -> Result:
    """The result of an applied change."""
    return Result(change(number), Outcome.APPLIED, seen(OURS, number), None, "correlation-1")


def written(path: Path, count: int = 3) -> list[bytes]:
    """The lines of a journal of one run with this number of changes."""
    journal = opened(path)
    for number in range(1, count + 1):
        journal.intend(change(number))
        journal.settle(result(number))
    journal.close()
    return path.read_bytes().splitlines(keepends=True)
