"""The command `show`: the inventory of every link, as observed."""

from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line import completion
from reconciler.cli.command_line.option_groups import ALL_FORMATS, RUN, SERVICES, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.run_end.side_tasks import recorded
from reconciler.cli.selection import read_file
from reconciler.core.exit_status import of_plan
from reconciler.views.formats import View


@with_options(*RUN, *SERVICES, formats=ALL_FORMATS)
def show(
    options: Options,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            autocompletion=completion.fields,
            help="Group the links by partner, tag, identity, state, expires, …. Repeatable.",
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            autocompletion=completion.conditions,
            help="Show only links that match: state=unreadable, 'expires<2027-01-01', tag!=emea. "
            "Repeatable; all must match.",
        ),
    ] = None,
) -> int:
    """Show every link as Azure has it: the inventory.

    Nothing is written to Azure.
    """
    from reconciler.cli import output
    from reconciler.cli.flows.customers.customer_check import CustomerCheck
    from reconciler.cli.run_history import with_known
    from reconciler.core.inventory.filters import check_field, filtered, parse_filters
    from reconciler.views.lists.inventory_groups import GroupedInventory

    for field in by or ():
        check_field("--by", field)
    parse_filters(where or (), {})
    with recorded("show", options) as account:
        selection = read_file(options)
        with wiring.read_session(options, selection) as run:
            account.run = run
            customers = CustomerCheck(run)
            plan = account.fact = with_known(run, customers.added_to(run.inventory()))
        shown = filtered(plan, parse_filters(where or (), selection.config.partners))
        if where:
            output.note(f"{len(shown.changes)} of {len(plan.changes)} links match.")
        if by:
            output.show(GroupedInventory(shown, by), View.INVENTORY_GROUPS, options.format)
        else:
            output.show(shown, View.INVENTORY, options.format)
        account.status = run.status(of_plan(plan, detailed=False))
    return account.status
