"""The command `access`: whether each linked principal holds a role that counts."""

from dataclasses import replace

from reconciler.cli.command_line.option_groups import ALL_FORMATS, RUN, SERVICES, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.inventory import By, InventoryCommand, Since, Where, show_inventory
from reconciler.views.formats import View


@with_options(*RUN, *SERVICES, "roles", formats=ALL_FORMATS)
def access(options: Options, by: By = None, where: Where = None, since: Since = None) -> int:
    """Show whether each linked account holds a role that counts.

    This is `show --access` with the columns that matter. It reads roles with the token that reads
    the link, and writes nothing to Azure.

    Documentation: https://pal-reconcile.github.io/pal-reconcile/access/
    """
    checked = replace(options, access=True)
    command = InventoryCommand("access", View.ACCESS, by or (), where or (), since)
    return show_inventory(command, checked)
