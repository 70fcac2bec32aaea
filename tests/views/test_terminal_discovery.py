"""Terminal table of a discovery: links one by one, and what many tenants share as one block."""

from datetime import UTC, datetime

from reconciler.core.customers.discovery import DiscoveredTenant, changes
from reconciler.core.links import Observed, ObservedState, Problem
from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.registry import render
from tests.views import facts


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def absent(number: int) -> Problem:
    """The app is missing in this tenant; the text names the tenant."""
    message = f"AADSTS700016: the application is not in the directory {guid(number)}"
    return Problem("app_not_in_tenant", message, f"open the consent page of {guid(number)}")


def found(linked: int, unlinked: int, unread: int) -> Plan:
    """So many tenants in each state."""
    links = [Observed(ObservedState.LINKED, "t", f"o{n}", facts.OURS) for n in range(linked)]
    links += [Observed(ObservedState.NOT_LINKED, "t", f"u{n}") for n in range(unlinked)]
    tenants = [
        DiscoveredTenant(f"C{n}", guid(n), links=(("app", link),)) for n, link in enumerate(links)
    ]
    first = len(tenants)
    tenants += [
        DiscoveredTenant(f"C{n}", guid(n), unread=(("app", absent(n)),))
        for n in range(first, first + unread)
    ]
    return Plan(changes(tenants, None), "sha256:0", datetime(2026, 11, 23, tzinfo=UTC), "1")


def table(plan: Plan, *, is_full: bool = False) -> str:
    return render(View.DISCOVERY, Format.TABLE, plan, width=80, is_full=is_full)


def test_before_customers_add_the_app_there_is_one_block() -> None:
    """300 tenants with one problem are shown once, with one remedy."""
    text = table(found(0, 0, 300))
    assert text.count("app_not_in_tenant") == 1
    assert text.startswith("Problems:\n")
    assert "300 unreadable" in text
    assert "280 more (--full lists all)" in text
    assert len(text.splitlines()) < 20


def test_linked_tenants_are_listed_and_many_unlinked_ones_are_one_block() -> None:
    """The links that were found have a line each."""
    lines = table(found(3, 200, 0)).splitlines()
    assert sum(facts.OURS in line for line in lines) == 3
    assert "200 not linked:" in lines
    assert len(lines) < 20


def test_few_tenants_and_full_tables_have_a_line_for_each() -> None:
    """Nothing is hidden with --full, nor where few tenants are alike."""
    for text in (table(found(1, 2, 2)), table(found(1, 2, 200), is_full=True)):
        assert all(f"C{n} " in text for n in range(5))
    assert "C202 " in table(found(1, 2, 200), is_full=True)


def test_hostile_names_stay_text() -> None:
    """A name formats nothing and adds no line."""
    text = table(facts.hostile_plan())
    assert all(visible(line) == line for line in text.splitlines())
