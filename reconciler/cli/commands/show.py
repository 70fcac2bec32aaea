"""The command `show`: the inventory of every link, as observed."""

from reconciler.cli.command_line.option_groups import (
    ACCESS,
    ALL_FORMATS,
    RUN,
    SERVICES,
    with_options,
)
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.inventory import By, InventoryCommand, Since, Where, show_inventory
from reconciler.views.formats import View


@with_options(*RUN, *SERVICES, *ACCESS, formats=ALL_FORMATS)
def show(options: Options, by: By = None, where: Where = None, since: Since = None) -> int:
    """Show every link as Azure has it: the inventory.

    With --access it also shows whether each linked principal holds a role that counts. Nothing is
    written to Azure.
    """
    command = InventoryCommand("show", View.INVENTORY, by or (), where or (), since)
    return show_inventory(command, options)
