"""The command `doctor`: checks everything that a run needs, and says what to do."""

from reconciler.cli import wiring
from reconciler.cli.command_line.option_groups import FULL, LOCAL_RUN, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.selection import read_file
from reconciler.core.exit_status import of_checkup
from reconciler.views.formats import View


@with_options(*LOCAL_RUN, *FULL)
def doctor(options: Options) -> int:
    """Check everything that a run needs and say what to fix.

    Nothing is written to Azure. With --format markdown, doctor writes a note to each customer
    that has something to do.
    """
    from reconciler.cli.output import show

    # A secret that cannot be read is a failed step, and the other steps are checked as well.
    selection = read_file(options, with_secrets=False)
    with wiring.local_session(options, selection) as run:
        checkup = run.checkup()
    needs_attention = not checkup.is_healthy or checkup.findings
    if needs_attention or not options.is_silent:
        show(checkup, View.CHECKUP, options.format, is_full=options.full)
    return run.status(of_checkup(checkup))
