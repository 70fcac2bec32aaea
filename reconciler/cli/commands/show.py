"""`show`: the inventory. Every link, as observed."""

from reconciler.cli import wire
from reconciler.cli.account import accounted
from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import read_file
from reconciler.core.plan import Kind
from reconciler.core.statuses import of_plan


@with_options
def show(options: Options) -> int:
    """Show every link as Azure has it: the inventory. Nothing is written to Azure."""
    from reconciler.cli import output

    with accounted("show", options) as account:
        selection = read_file(options)
        with wire.opened(options, selection) as run:
            account.run = run
            plan = account.fact = run.inventory()
        output.show(plan, Kind.INVENTORY, options.format)
        account.status = run.status(of_plan(plan, detailed=False))
    return account.status
