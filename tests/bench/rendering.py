"""Time to render and record a report of 20,000 links: table, JSON and history. Azure is not asked.

Run as a program of its own: `python -m tests.bench.rendering FILE`.
"""

import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from reconciler.config.load import load
from reconciler.core.diff import diff
from reconciler.core.history.link_history import count_health
from reconciler.core.history.recording import RecordedRun, Recording, observations_of_report
from reconciler.core.links import Observed, ObservedState
from reconciler.core.plan import Plan, Report
from reconciler.core.results import Outcome, Result
from reconciler.store.history.repository import open_own
from reconciler.views.formats import Format, View
from reconciler.views.registry import render


def seconds(file: Path) -> dict[str, float]:
    """Seconds for each, of a report in which every link was created."""
    config = load(file, date(2026, 11, 23))
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    places = [want.place for want in config.wanted]
    absent = {
        place: Observed(ObservedState.NOT_LINKED, place.directory, place.directory)
        for place in places
    }
    plan = Plan(diff(config.wanted, absent), config.digest, now, "bench")
    report = Report(
        plan, tuple(Result(c, Outcome.APPLIED, _linked(c.observed)) for c in plan.changes)
    )
    spent: dict[str, float] = {}
    for form in (Format.TABLE, Format.JSON):
        begun = time.perf_counter()
        render(View.REPORT, form, report)
        spent[form] = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        with closing(open_own(Path(folder) / "history.sqlite3")) as history:
            observations = observations_of_report(report, now)
            run = RecordedRun(
                "1", "apply", now, "bench", config.digest, 0, True, count_health(observations), 0
            )
            history.record(Recording(run, observations, ()))
        spent["history"] = time.perf_counter() - begun
    return spent


def _linked(seen: Observed | None) -> Observed:
    assert seen
    return replace(seen, state=ObservedState.LINKED, partner_id="4936128", version=1)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{v:.3f} {k}\n" for k, v in seconds(Path(sys.argv[1])).items()))
