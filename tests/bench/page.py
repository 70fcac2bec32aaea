"""docs/performance.md: the measurements, the machine, and where the time goes."""

import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.contest import Row
from tests.bench.measure import Cost

TEMPLATE = Path(__file__).with_name("performance.md")

NAMES = {
    "az": "az login, az rest, in a loop",
    "sdk": "azure-identity and Microsoft's client, in a loop",
    "prototype": "azure-identity and requests on threads",
    "floor": "aiohttp by hand",
    "pal-reconcile": "pal-reconcile",
    "certificate": "pal-reconcile with a certificate",
}


@dataclass(frozen=True)
class Check:
    """A judged figure: a missed goal is only reported, a figure above its limit is a failure."""

    what: str
    measured: float
    goal: float
    limit: float

    @property
    def is_bad(self) -> bool:
        """Whether the figure is above its limit."""
        return self.measured > self.limit

    @property
    def verdict(self) -> str:
        """`met`, `missed` or `FAILED`."""
        if self.is_bad:
            return "FAILED"
        return "met" if self.measured <= self.goal else "missed"

    @property
    def target(self) -> str:
        """Goal and limit in words."""
        limit = "" if math.isinf(self.limit) else f", limit {self.limit:.2f}"
        return f"goal {self.goal:.2f}{limit}"

    @property
    def line(self) -> str:
        """The row of the table."""
        limit = "none" if math.isinf(self.limit) else f"{self.limit:.2f}"
        return f"| {self.what} | {self.measured:.2f} | {self.goal:.2f} | {limit} | {self.verdict} |"


def page(
    rows: Sequence[Row],
    checks: Sequence[Check],
    change: Cost,
    starts: Sequence[tuple[str, Cost]],
    rendering: Mapping[str, float],
    parts: Mapping[str, float],
) -> str:
    """The page with all measurements."""
    everything = sum(parts.values())
    return TEMPLATE.read_text(encoding="utf-8").format(
        date=datetime.now(UTC).date(),
        machine=machine(),
        versions=versions(),
        rows="\n".join(_row(row) for row in rows),
        checks="\n".join(check.line for check in checks),
        change_s=f"{change.wall_s:.0f}",
        starts="\n".join(
            f"| {what} | {cost.wall_s * 1000:,.0f} ms | {cost.peak_mb:.0f} MB |"
            for what, cost in starts
        ),
        rendering="\n".join(f"| {what} | {s:.2f} s |" for what, s in rendering.items()),
        parts="\n".join(f"| {part} | {ms / everything:.0%} |" for part, ms in parts.items()),
    )


def _row(row: Row) -> str:
    return (
        f"| {NAMES[row.who]} | {row.links:,} | {row.at_once} | {row.cost.wall_s:.1f} s "
        f"| {row.rate:,.0f} | {row.cpu_ms:.1f} ms | {row.cost.peak_mb:.0f} MB | {row.asked:.2f} |"
    )


def machine() -> str:
    """Cores, processor, memory and system."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{os.cpu_count()} cores ({model or platform.machine()}), {gigabytes:.0f} GB, "
        f"{platform.system()} {platform.release().split('-')[0]}"
    )


def versions() -> str:
    """The versions of Python and the libraries."""
    names = ("azure-identity", "msal", "requests", "urllib3", "aiohttp")
    return f"Python {platform.python_version()}, " + ", ".join(f"{n} {version(n)}" for n in names)
