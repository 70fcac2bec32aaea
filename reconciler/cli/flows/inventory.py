"""The inventory, which `show` and `access` print: every link, as observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line import completion
from reconciler.cli.dates import HELP, moment
from reconciler.cli.flows.access import check_access_fields, check_access_options
from reconciler.cli.flows.run_end.side_tasks import recorded
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import of_plan

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.views.formats import View

By = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD",
        autocompletion=completion.fields,
        help="Group the links by partner, tag, identity, state, expires, …. Repeatable.",
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION",
        autocompletion=completion.conditions,
        help="Show only links that match: state=unreadable, 'expires<2027-01-01', tag!=emea. "
        "Repeatable; all must match.",
    ),
]


Since = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help=f"Show what changed since then. {HELP}"),
]


@dataclass(frozen=True, slots=True)
class InventoryCommand:
    """A command that prints the inventory.

    name   as the history records it
    view   how the links are shown if they are not grouped
    """

    name: str
    view: View
    by: Sequence[str]
    where: Sequence[str]
    since: str | None


def show_inventory(command: InventoryCommand, options: Options) -> int:
    """Read every selected link, and print those that match. Returns the exit status."""
    from reconciler.cli import output
    from reconciler.cli.flows.customers.customer_check import CustomerCheck
    from reconciler.cli.next_steps import after_read
    from reconciler.cli.run_history import with_changes, with_known
    from reconciler.core.inventory.filters import filtered, parse_filters, usage_errors
    from reconciler.views.formats import View
    from reconciler.views.lists.inventory_groups import GroupedInventory

    by, where = command.by, command.where
    since = moment(command.since) if command.since else None
    if errors := usage_errors(by, where):
        raise WrongUsage("\n".join(errors))
    filters = parse_filters(where, {})
    check_access_options(options)
    check_access_fields((*by, *(each.field for each in filters)), options)
    with recorded(command.name, options) as record:
        selection = read_file(options)
        with wiring.read_session(options, selection) as run:
            record.run = run
            customers = CustomerCheck(run)
            plan = record.fact = with_known(run, customers.added_to(run.inventory()))
        if since:
            plan = with_changes(run, plan, since)
        shown = filtered(plan, parse_filters(where, selection.config.partners))
        if where:
            output.note(f"{len(shown.changes)} of {len(plan.changes)} links match.")
        if by:
            output.show(GroupedInventory(shown, by), View.INVENTORY_GROUPS, options.format)
        else:
            output.show(shown, command.view, options.format)
        record.status = run.status(of_plan(plan, detailed=False))
        after_read(plan, record.status, options)
    return record.status
