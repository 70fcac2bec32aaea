"""Terminal table of a discovery: the links that were found, then what many tenants share.

Before the customers add the app, hundreds of tenants have the same problem. They are one block.
"""

from collections.abc import Iterator, Sequence

from reconciler.core.links import ObservedState
from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.grouping import MANY, attention_groups, named
from reconciler.views.rows import Row, plan_rows
from reconciler.views.summary import inventory_summary
from reconciler.views.terminal.causes import FULL, INDENT, problem_lines
from reconciler.views.terminal.inventory import inventory_lines
from reconciler.views.terminal.layout import Page, with_summary


def render(plan: Plan, page: Page) -> str:
    """Render the links one by one, except for those that are many and alike."""
    rows = plan_rows(plan)
    unlinked = [row for row in rows if _is_not_linked(row)]
    if page.is_full or len(unlinked) <= MANY:
        unlinked = []
    hidden = {row.key for row in unlinked}
    if not page.is_full:
        large = [group for group in attention_groups(rows) if group.is_large]
        hidden |= {member for group in large for member in group.members}
    listed = [row for row in rows if row.key not in hidden]
    lines = (
        *(inventory_lines(page, listed) if listed else ()),
        *_unlinked_lines(page, unlinked),
        *problem_lines(page, rows, FULL),
    )
    return with_summary(page, lines, inventory_summary(plan))


def _unlinked_lines(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield from ("", page.paint(f"{len(rows)} not linked:", "strong"))
        names = named([row.key for row in rows], FULL)
        yield from page.note(visible(names), lead=INDENT, style="quiet")


def _is_not_linked(row: Row) -> bool:
    return row.observed is not None and row.observed.state is ObservedState.NOT_LINKED
