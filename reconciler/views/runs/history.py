"""What did the runs come to? The history's records as a list, in each format."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from json import dumps
from typing import Any

from reconciler.core.history.link_history import Health
from reconciler.core.history.recording import RecordedRun
from reconciler.core.plan_json import FORMAT, Data, iso
from reconciler.core.text import json_safe, visible
from reconciler.views.csv import sheet
from reconciler.views.markdown.escape import escape, table
from reconciler.views.terminal.layout import Cell, Page

RUN_COLUMNS = (
    *("at", "command", "status", *Health, "writes", "whole", "by"),
    *("run", "tool_version", "config_digest"),
)
"""Of a run. `status` and the counts are empty where only the journal knows of it."""

_RUN_HEADING = ("AT", "COMMAND", "STATUS", *(s.replace("_", " ").upper() for s in Health))
_RUN_HEADING += ("WRITES", "OVER", "BY", "RUN")


def render_runs(
    form: str, runs: Sequence[RecordedRun], *, width: int = 80, color: bool = False
) -> str:
    """The runs, oldest first, as text that ends with one newline."""
    if form == "json":
        return _json("history", "runs", map(_run_data, runs))
    if form == "csv":
        return sheet(RUN_COLUMNS, (list(_run_cells(run)) for run in runs))
    shown = [[str(cell) if cell is not None else "" for cell in _shown(run)] for run in runs]
    if form == "markdown":
        lines = table(_RUN_HEADING, [list(map(escape, row)) for row in shown])
    elif not shown:
        lines = ["Nothing is recorded yet: every plan, show and apply will be."]
    else:
        lines = list(lay_out(Page(width, color), _RUN_HEADING, shown))
    return "".join(f"{line}\n" for line in lines)


def lay_out(page: Page, heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows under a heading, for a terminal."""
    cells = [[Cell(text, "strong") for text in heading]]
    cells += [[Cell(visible(text)) for text in row] for row in rows]
    widths = page.fit(cells, [0] * (len(heading) - 1) + [20])
    for line in cells:
        yield from page.row(line, widths)


def _json(kind: str, what: str, records: Iterable[Data]) -> str:
    data = {"kind": kind, "format": FORMAT, what: list(records)}
    return json_safe(dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _run_data(run: RecordedRun) -> Data:
    counts = {health.value: run.standings.get(health) for health in Health}
    return asdict(run) | {"at": iso(run.at), "standings": counts if run.standings else None}


def _run_cells(run: RecordedRun) -> Iterable[object]:
    yield from (iso(run.at), run.command, run.status)
    yield from (run.standings.get(health) for health in Health)
    yield from (run.writes, "yes" if run.is_whole else "no", _by(run))
    yield from (run.id, run.tool_version, run.config_digest)


def _shown(run: RecordedRun) -> list[Any]:
    over = "all links" if run.is_whole else "a part"
    counts = (run.standings.get(health) for health in Health)
    return [iso(run.at), run.command, run.status, *counts, run.writes, over, _by(run), run.id]


def _by(run: RecordedRun) -> str:
    return f"{run.user}@{run.host}"
