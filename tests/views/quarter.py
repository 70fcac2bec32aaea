"""An example quarter of a partner with many customers, for tests and for the picture in README.

python -m tests.views.quarter REPORT.html [CUSTOMERS]
python -m tests.views.quarter docs/images/report.png 1209
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
    Workload,
)
from reconciler.core.findings import Finding
from reconciler.core.history.changes_since import latest_noon
from reconciler.core.history.link_history import Write
from reconciler.core.history.overview import Overview, overview
from reconciler.core.links import Action, Observed, Problem, Settled, Wanted
from reconciler.core.plan import Plan
from reconciler.core.results import Outcome
from reconciler.views.html.overview import render_overview
from tests.views import facts
from tests.views.browser import chromium

COMPANIES = (
    *("Adatum", "Adventure Works", "Alpine Ski House", "Bellows College", "Fabrikam"),
    *("Consolidated Messenger", "First Up Consultants", "Fourth Coffee", "Humongous Insurance"),
    *("Graphic Design Institute", "Lamna Healthcare", "Litware", "Lucerne Publishing", "Munson's"),
    *("Margie's Travel", "Nod Publishers", "Northwind Traders", "Proseware", "Relecloud"),
    *("School of Fine Art", "Southridge Video", "Tailspin Toys", "Trey Research", "VanArsdel"),
    *("Wide World Importers", "Wingtip Toys", "Woodgrove Bank", "Coho Winery", "Blue Yonder"),
)
PLACES = (
    *("", "UK", "Germany", "France", "Netherlands", "Sweden", "Norway", "Denmark", "Spain"),
    *("Italy", "Poland", "Ireland", "Austria", "Belgium", "Finland", "Portugal", "Canada"),
    *("Brazil", "Mexico", "Chile", "Japan", "India", "Australia", "Singapore", "Korea"),
)
REGIONS = ("region:emea",) * 16 + ("region:americas",) * 4 + ("region:apac",) * 5
SECTORS = ("retail", "finance", "education", "power-platform")

BLOCKED = Problem(
    "conditional_access",
    "AADSTS53003: access was blocked by Conditional Access policies",
    "a policy of the customer blocks this sign-in: ask them to exclude the app or to allow this "
    "machine's address",
)
ALICE = Problem(
    "person_needed",
    "only alice@contoso.example reads and writes this link, and there is no terminal",
    "alice@contoso.example runs in a terminal: pal-reconcile login alice",
)
LAST = 89


def customer(n: int) -> str:
    """The name of one of the customers."""
    company, place = COMPANIES[n % len(COMPANIES)], PLACES[n // len(COMPANIES) % len(PLACES)]
    turn = n // (len(COMPANIES) * len(PLACES))
    return " ".join(filter(None, (company, place, str(turn + 1) if turn else "")))


def day_of(customers: int, day: int, *, access: bool = False) -> Plan:
    """What a run read on one of the 90 days."""
    return facts.plan_of(
        *(
            (_wanted(n), _seen(n, day, access=access))
            for n in range(customers)
            if n % 9 or day > LAST * n // customers * 2 // 3
        ),
        findings=_findings(customers) if day == LAST else (),
    )


def quarter(
    customers: int = 400, days: Sequence[int] | None = None, *, access: bool = True
) -> Overview:
    """The report of the last of 90 days; without other days, with a week that has no run.

    days  the days with a run before the last one, from 0
    """
    if days is None:
        days = [day for day in range(LAST) if not 40 <= day < 47 and day != 62]
    end = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    *earlier, today = (
        replace(
            day_of(customers, day, access=access and day == LAST),
            created_at=end - timedelta(days=LAST - day),
        )
        for day in (*days, LAST)
    )
    if not earlier:
        return overview(today, None, is_whole=True, failure=None)
    written = tuple(
        Write(end, customer(n), "automation", Action.UPDATE, facts.OLD, facts.OURS, Outcome.APPLIED)
        for n in range(3, min(customers, 40), 13)
    )
    return overview(
        today,
        replace(facts.past_of(*earlier), since=latest_noon(end), writes=written),
        is_whole=True,
        failure=None,
    )


def _wanted(n: int) -> Wanted:
    place = n // len(COMPANIES) % len(PLACES)
    held = Settled(Action.HELD, "held until 2026-12-31: merger")
    return facts.wanted(
        customer(n),
        n,
        identity="alice" if n % 40 == 7 else "automation",
        tags=(REGIONS[place], SECTORS[n % 4]),
        settled=held if n % 97 == 5 else None,
    )


def _seen(n: int, day: int, *, access: bool) -> Observed:
    problem = (
        facts.APP_MISSING
        if n % 91 == 12 and day > 40
        else BLOCKED
        if n % 217 == 20 and day > 84
        else facts.SECRET_EXPIRED
        if n % 17 == 4 and 50 <= day < 55
        else ALICE
        if n % 160 == 7 and day > 80
        else None
    )
    if problem:
        return Observed.unknown(problem)
    if n % 261 == 9 and day > LAST - 3:
        return facts.unlinked(n)
    if n % 389 == 30 and day == LAST:
        return facts.linked(n, facts.FOREIGN, "Litware Partners")
    if n % 6 == 1 and n * 7919 % 85 >= day:
        return facts.linked(n, facts.OLD, "Contoso Old Limited")
    seen = facts.linked(n, facts.OURS, "Contoso Consulting UK")
    return replace(seen, access=_access(n)) if access else seen


def _access(n: int) -> Access:
    checked_at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    if n % 43 == 2:
        return Access(
            Workload.AZURE,
            AccessVerdict.NONE,
            AccessReason.READER_ONLY,
            "Reader on 2 of 2 subscriptions",
            "ask the customer for: az role assignment create --role …",
            checked_at,
            subscriptions=2,
        )
    role = Assignment(
        facts.guid(n),
        f"/subscriptions/{facts.guid(n)}",
        "Support Request Contributor",
        "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e",
        Counts.YES,
        AccessReason.ROLE_LISTED,
    )
    return Access(
        Workload.AZURE,
        AccessVerdict.ELIGIBLE,
        AccessReason.ROLE_LISTED,
        "Support Request Contributor on 1 of 1 subscription",
        None,
        checked_at,
        (role,),
        1,
    )


def _findings(customers: int) -> tuple[Finding, ...]:
    lone = "link a second principal, so that the link outlives this one"
    return (
        *(
            Finding("only_people", "linked through people only", lone, customer(n))
            for n in range(7, customers, 40)
        ),
        Finding(
            "credential_expiring",
            "the secret of automation expires on 2026-12-12",
            "create a new secret and store it where PAL_AUTOMATION_SECRET points",
            None,
            "automation",
        ),
        *(
            Finding(
                "customer_not_listed",
                f"Woodgrove Bank {n} ({facts.guid(9000 + n)}) is a customer and the file does not "
                "list it",
                "add the customer with pal-reconcile discover --update",
                f"Woodgrove Bank {n}",
                tenant_id=facts.guid(9000 + n),
            )
            for n in range(min(12, customers))
        ),
    )


def write(path: Path, customers: int) -> None:
    """Write the page, or a picture of its first screen if the name ends with `.png`."""
    page = path.absolute().with_suffix(".html")
    page.write_text(render_overview(quarter(customers)), encoding="utf-8")
    if path.suffix == ".png":
        with chromium() as browser, browser.seeing(page, "picture") as seen:
            seen.page.screenshot(path=path)
        page.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 400)
