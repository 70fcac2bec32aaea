"""`make bench`: the cost of a link compared with other programs. It takes about eight minutes.

It writes docs/performance.md and its chart, and fails if a ratio is above its limit. Times depend
on the machine, ratios hardly do.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.chart import bars
from tests.bench.contest import ROOT, Row, change, plans, starts, tell
from tests.bench.page import NAMES, page

DOCS = ROOT / "docs"
Check = tuple[str, float, float]


def checks(rows: Sequence[Row]) -> list[Check]:
    """The asserted ratios: name, measured value and limit."""
    found = {(row.who, row.links, row.at_once): row for row in rows}
    ours = {links: found["pal-reconcile", links, 128] for links in (2000, 5000, 20000)}
    floor, prototype = found["floor", 2000, 128], found["prototype", 2000, 128]
    return [
        ("time for 2,000 links ÷ aiohttp by hand", ours[2000].cost.wall_s / floor.cost.wall_s, 2.0),
        (
            "time for 20,000 links ÷ for 5,000",
            ours[20000].cost.wall_s / ours[5000].cost.wall_s,
            4.2,
        ),
        (
            "CPU of 2,000 links ÷ azure-identity on threads",
            ours[2000].cpu_ms / prototype.cpu_ms,
            1.3,
        ),
        ("requests a link, 20,000 links", ours[20000].asked, 2.001),
        ("memory at 20,000 links ÷ 250 MB", ours[20000].cost.peak_mb / 250, 1.0),
    ]


def main() -> int:
    """Measure, write the page, and check the ratios."""
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
    judged = checks(rows)
    DOCS.joinpath("performance.svg").write_text(_chart(rows), encoding="utf-8")
    DOCS.joinpath("performance.md").write_text(
        page(rows, judged, changed, begun, rendering, parts), encoding="utf-8"
    )
    for what, is_, most in judged:
        sys.stderr.write(f"{'good' if is_ <= most else 'BAD'}: {what}: {is_:.2f}, at most {most}\n")
    return 0 if all(is_ <= most for _, is_, most in judged) else 1


def _chart(rows: Sequence[Row]) -> str:
    shown = sorted((r for r in rows if r.links <= 2000), key=lambda row: row.rate)
    named = [(f"{NAMES[r.who].split(',')[0]}, {r.at_once} at a time", r.rate) for r in shown]
    return bars("Links a second, 100 ms a round trip, up to 2,000 links", named, "pal-reconcile")


if __name__ == "__main__":
    sys.exit(main())
