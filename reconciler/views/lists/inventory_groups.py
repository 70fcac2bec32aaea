"""List of inventory groups: how many links and which customers share a value (`show --by`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.inventory.filters import InventoryGroup, grouped
from reconciler.core.inventory.inventory import STATES
from reconciler.core.inventory.inventory_json import inventory_data
from reconciler.core.plan import Plan
from reconciler.core.plan_json import text
from reconciler.core.text import visible
from reconciler.views.csv import sheet
from reconciler.views.grouping import NAMED
from reconciler.views.markdown.escape import escape, lines_of, table
from reconciler.views.summary import inventory_summary
from reconciler.views.terminal.layout import (
    FIXED,
    NAME,
    Cell,
    Column,
    Page,
    narrowest,
    text_column,
)

NOTHING = "-"
"""Stands for a field without a value."""

_INDENT = "       "

COUNTS = ("links", *STATES, "customers")


@dataclass(frozen=True, slots=True)
class GroupedInventory:
    """An inventory and the fields by which its links are grouped."""

    plan: Plan
    by: Sequence[str]

    @property
    def groups(self) -> tuple[InventoryGroup, ...]:
        """The groups, largest first."""
        return tuple(grouped(self.plan, self.by))


def render_table(inventory: GroupedInventory, page: Page) -> str:
    """Render the groups for a terminal, with the summary of the inventory.

    On a narrow page, the customers of a group are on lines of their own, below its counts.
    """
    by = inventory.by
    heading = [*by, "partner names", "links", "linked", "unread", "customers", "names"]
    cells = [[Cell(word.replace("_", " ").upper(), "strong") for word in heading]]
    for group in inventory.groups:
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
    columns = (*[NAME] * len(by), text_column(14), *[FIXED] * 4, text_column(40))
    if narrowest(cells, columns) <= page.width:
        lines = [line for lines in page.table(cells, columns) for line in lines]
    else:
        lines = _names_below(page, cells, columns)
    return lines_of([*lines, "", *page.note(inventory_summary(inventory.plan))])


def _names_below(
    page: Page, cells: Sequence[Sequence[Cell]], columns: Sequence[Column]
) -> list[str]:
    """The table without its last column, with the names below the counts of each group."""
    lines: list[str] = []
    counts = page.table([row[:-1] for row in cells], columns[:-1])
    for number, (row, names) in enumerate(zip(counts, cells, strict=True)):
        lines += row
        if number:
            lines += page.note(names[-1].text, lead=_INDENT, style=names[-1].style)
    return lines


def render_markdown(inventory: GroupedInventory) -> str:
    """Render the groups as a Markdown table."""
    rows = [
        [
            *(escape(value) or NOTHING for value in group.values),
            escape(", ".join(group.names)),
            *map(str, _counts(group)),
            escape(", ".join(group.customers)),
        ]
        for group in inventory.groups
    ]
    heading = [*inventory.by, "partner names", *COUNTS, "names"]
    summary = inventory_summary(inventory.plan)
    return lines_of(
        [
            *("## pal-reconcile inventory", "", f"**{summary}**", ""),
            *table([escape(word.replace("_", " ")) for word in heading], rows),
        ]
    )


def render_json(inventory: GroupedInventory) -> str:
    """Render the inventory as JSON, with its groups."""
    return text(inventory_data(inventory.plan, inventory.by))


def render_csv(inventory: GroupedInventory) -> str:
    """Render the groups as CSV."""
    return sheet(
        (*inventory.by, "partner_names", *COUNTS, "customer_names"),
        (
            [
                *group.values,
                ";".join(group.names),
                *_counts(group),
                ";".join(group.customers),
            ]
            for group in inventory.groups
        ),
    )


def render_html(inventory: GroupedInventory) -> str:
    """Render the groups as a page."""
    from reconciler.views.html.pages import page
    from reconciler.views.html.scope import scope_of

    return page(
        "inventory_groups.html",
        plan=inventory.plan,
        scope=scope_of(inventory.plan),
        summary=inventory_summary(inventory.plan),
        by=inventory.by,
        groups=inventory.groups,
        states=[state for state in STATES if any(each.count(state) for each in inventory.groups)],
        nothing=NOTHING,
    )


def _counts(group: InventoryGroup) -> list[int]:
    return [len(group.changes), *map(group.count, STATES), len(group.customers)]


def _named(customers: Sequence[str]) -> str:
    more = len(customers) - NAMED
    return ", ".join(customers[:NAMED]) + (f" and {more} more" if more > 0 else "")
