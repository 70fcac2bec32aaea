"""How many links, and which customers, have something in common? An inventory in groups."""

from collections.abc import Sequence

from reconciler.core.inventory.filters import InventoryGroup, grouped
from reconciler.core.inventory.inventory import STATES
from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.csv import sheet
from reconciler.views.grouping import NAMED
from reconciler.views.json import render_rollup
from reconciler.views.markdown.escape import escape, table
from reconciler.views.summary import inventory_summary
from reconciler.views.terminal.layout import Cell, Page

NOTHING = "-"
"""What stands for a field that says nothing of a link."""

COUNTS = ("links", *STATES, "customers")


def render(
    form: str, plan: Plan, by: Sequence[str], *, width: int = 80, color: bool = False
) -> str:
    """The groups as text that ends with one newline."""
    if form == "json":
        return render_rollup(plan, by)
    groups = grouped(plan, by)
    if form == "html":
        return _page(plan, groups, by)
    if form == "csv":
        heading = (*by, "partner_names", *COUNTS, "customer_names")
        return sheet(heading, (_sheet_cells(group) for group in groups))
    if form == "markdown":
        lines = _markdown(plan, groups, by)
    else:
        lines = [*_table(Page(width, color), groups, by), "", inventory_summary(plan)]
    return "".join(f"{line}\n" for line in lines)


def _page(plan: Plan, groups: Sequence[InventoryGroup], by: Sequence[str]) -> str:
    from reconciler.views.html.pages import page

    return page(
        "rollup.html",
        plan=plan,
        recap=inventory_summary(plan),
        by=by,
        groups=groups,
        counted=COUNTS,
        counts=_counts,
        nothing=NOTHING,
    )


def _sheet_cells(group: InventoryGroup) -> list[object]:
    return [
        *group.values,
        ";".join(group.names),
        *_counts(group),
        ";".join(group.customers),
    ]


def _counts(group: InventoryGroup) -> list[int]:
    return [len(group.changes), *map(group.count, STATES), len(group.customers)]


def _markdown(plan: Plan, groups: Sequence[InventoryGroup], by: Sequence[str]) -> list[str]:
    heading = [*by, "partner names", *COUNTS, "names"]
    rows = [
        [
            *(escape(value) or NOTHING for value in group.values),
            escape(", ".join(group.names)),
            *map(str, _counts(group)),
            escape(", ".join(group.customers)),
        ]
        for group in groups
    ]
    words = [escape(word.replace("_", " ")) for word in heading]
    return [
        "## pal-reconcile inventory",
        "",
        f"**{inventory_summary(plan)}**",
        "",
        *table(words, rows),
    ]


def _table(page: Page, groups: Sequence[InventoryGroup], by: Sequence[str]) -> list[str]:
    heading = [*by, "partner names", "links", "linked", "unread", "customers", "names"]
    cells = [[Cell(word.replace("_", " ").upper(), "strong") for word in heading]]
    for group in groups:
        unread = group.count("unknown")
        cells.append(
            [
                *(Cell(visible(value) or NOTHING, "strong") for value in group.values),
                Cell(visible(", ".join(group.names))),
                Cell(str(len(group.changes))),
                Cell(str(group.count("linked"))),
                Cell(str(unread), "alarm" if unread else ""),
                Cell(str(len(group.customers))),
                Cell(visible(_named(group.customers)), "quiet"),
            ]
        )
    least = [10] * len(by) + [14, 0, 0, 0, 0, 20]
    widths = page.fit(cells, least)
    return [line for row in cells for line in page.row(row, widths)]


def _named(customers: Sequence[str]) -> str:
    more = len(customers) - NAMED
    return ", ".join(customers[:NAMED]) + (f" and {more} more" if more > 0 else "")
