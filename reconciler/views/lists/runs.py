"""List of past runs, from the history's records."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC

from reconciler.core.history.link_history import Health
from reconciler.core.history.recording import RecordedRun
from reconciler.core.plan_json import FORMAT, Data, iso, text
from reconciler.views.csv import sheet
from reconciler.views.lists.listing import Listing
from reconciler.views.terminal.layout import FIXED, NAME, Page

RUN_COLUMNS = (
    *("at", "command", "status", *Health, "writes", "whole", "by"),
    *("run", "tool_version", "config_digest"),
)
"""CSV columns. `status` and the counts are empty for a run that only the journal knows."""

_HEADING = (
    *("time (UTC)", "command", "status", "in sync", "drift", "unread", "writes", "by"),
    *("scope", "left alone", "run"),
)
_COLUMNS = (*[FIXED] * 7, NAME, *[FIXED] * 3)
_COMPACT = 8
"""How many columns a narrow terminal shows; they fit 80 columns."""


def render_table(runs: Sequence[RecordedRun], page: Page) -> str:
    """Render the runs; a terminal without room for all columns shows the most important ones."""
    full = listing(runs)
    return (full if full.width <= page.width else listing(runs, _COMPACT)).table(page)


def render_json(runs: Sequence[RecordedRun]) -> str:
    """Render the runs as JSON."""
    return text({"kind": "history", "format": FORMAT, "runs": [_data(run) for run in runs]})


def render_csv(runs: Sequence[RecordedRun]) -> str:
    """Render the runs as CSV."""
    return sheet(RUN_COLUMNS, (list(_cells(run)) for run in runs))


def render_markdown(runs: Sequence[RecordedRun]) -> str:
    """Render the runs as Markdown."""
    return listing(runs).markdown()


def render_html(runs: Sequence[RecordedRun]) -> str:
    """Render the runs as HTML."""
    return listing(runs).html()


def listing(runs: Sequence[RecordedRun], count: int | None = None) -> Listing:
    """Return the list of these runs, with its first columns or all of them."""
    return Listing(
        "Run history",
        _HEADING[:count],
        [_row(run)[:count] for run in runs],
        _COLUMNS[:count],
        "No runs are recorded yet. Every plan, show and apply adds one.",
    )


def _row(run: RecordedRun) -> list[str]:
    in_sync, drift, unreadable, left_alone = (run.standings.get(health) for health in Health)
    time = run.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    scope = "all" if run.is_whole else "part"
    counts = (run.status, in_sync, drift, unreadable, run.writes)
    cells = (run.command, *counts, _by(run), scope, left_alone, run.id)
    return [time, *("" if cell is None else str(cell) for cell in cells)]


def _data(run: RecordedRun) -> Data:
    counts = {health.value: run.standings.get(health) for health in Health}
    return asdict(run) | {"at": iso(run.at), "standings": counts if run.standings else None}


def _cells(run: RecordedRun) -> Iterable[object]:
    yield from (iso(run.at), run.command, run.status)
    yield from (run.standings.get(health) for health in Health)
    yield from (run.writes, "yes" if run.is_whole else "no", _by(run))
    yield from (run.id, run.tool_version, run.config_digest)


def _by(run: RecordedRun) -> str:
    return f"{run.user}@{run.host}"
