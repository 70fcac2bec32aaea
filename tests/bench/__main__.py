"""`make bench`: the cost of a link compared with other programs. It takes about eight minutes.

It writes docs/performance.md and its chart, says which goals are met, and fails if a figure is
above its limit. Times depend on the machine, ratios hardly do.
"""

import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.chart import bars
from tests.bench.contest import CERTIFICATE, PAL, PLAN, ROOT, Row, change, plans, starts, tell
from tests.bench.measure import Cost
from tests.bench.page import NAMES, Check, page

DOCS = ROOT / "docs"


def checks(rows: Sequence[Row], begun: Mapping[str, Cost]) -> list[Check]:
    """The judged figures. Times in seconds have no limit, because they depend on the machine."""
    found = {(row.who, row.links, row.at_once): row for row in rows}
    ours = {links: found[PAL, links, 128] for links in (2000, 5000, 20000)}
    certified = {links: found[CERTIFICATE, links, 128] for links in (500, 2000)}
    floor, prototype = found["floor", 2000, 128], found["prototype", 2000, 128]
    return [
        Check("time, 2,000 links ÷ aiohttp by hand", _time(ours[2000], floor), 1.4, 2.0),
        Check("time, 20,000 links ÷ 5,000", _time(ours[20000], ours[5000]), 4.2, 4.2),
        Check("CPU, 2,000 links ÷ careful script", ours[2000].cpu_ms / prototype.cpu_ms, 0.7, 1.0),
        Check("CPU, each further link, secret, ms", _further(ours[2000], ours[5000]), 1.6, 2.0),
        Check(
            "CPU, each further link, certificate, ms",
            _further(certified[500], certified[2000]),
            2.5,
            3.0,
        ),
        Check("requests for each link, 20,000 links", ours[20000].asked, 2.001, 2.001),
        Check("memory, 20,000 links, MB", ours[20000].cost.peak_mb, 200, 250),
        Check("start, `plan` of one tenant, s", begun[PLAN].wall_s, 0.45, math.inf),
    ]


def _time(row: Row, other: Row) -> float:
    return row.cost.wall_s / other.cost.wall_s


def _further(fewer: Row, more: Row) -> float:
    """Milliseconds of CPU for each link that one run reads more than the other."""
    return (more.cost.cpu_s - fewer.cost.cpu_s) / (more.links - fewer.links) * 1000


def main() -> int:
    """Measure, write the page, and judge the figures."""
    with tempfile.TemporaryDirectory(prefix="pal-bench-") as folder:
        # Separate folders, so that the history of 20,000 links does not slow the next start.
        places = [
            Path(folder) / name for name in ("plans", "change", "starts", "rendering", "parts")
        ]
        for place in places:
            place.mkdir()
        rows = list(plans(places[0]))
        changed = change(places[1])
        begun = list(starts(places[2]))
        rendering = tell(places[3], 20_000, "tests.bench.rendering", "tenants.yaml")
        parts = tell(places[4], 520, "tests.bench.where", "500")
    judged = checks(rows, dict(begun))
    DOCS.joinpath("performance.svg").write_text(_chart(rows), encoding="utf-8")
    DOCS.joinpath("performance.md").write_text(
        page(rows, judged, changed, begun, rendering, parts), encoding="utf-8"
    )
    for check in judged:
        sys.stderr.write(f"{check.verdict}: {check.what}: {check.measured:.2f}, {check.target}\n")
    return 1 if any(check.is_bad for check in judged) else 0


def _chart(rows: Sequence[Row]) -> str:
    shown = sorted((r for r in rows if r.links <= 2000), key=lambda row: row.rate)
    named = [(f"{NAMES[r.who].split(',')[0]}, {r.at_once} at a time", r.rate) for r in shown]
    return bars("Links a second, 100 ms a round trip, up to 2,000 links", named, PAL)


if __name__ == "__main__":
    sys.exit(main())
