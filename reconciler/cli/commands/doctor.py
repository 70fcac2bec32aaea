"""`doctor`: could a run work, and if not, what is to be done? Never writes to Azure."""

from reconciler.cli import wiring
from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import read_file
from reconciler.core.exit_status import of_checkup
from reconciler.views.formats import View


@with_options
def doctor(options: Options) -> int:
    """Look at all that a run needs, step by step, and say what is wrong. Nothing is written.

    With --format markdown: a note for each customer that has something to mend.
    """
    from reconciler.cli.output import show

    # A secret that cannot be had is a step that fails, and no reason to look at nothing else.
    selection = read_file(options, with_secrets=False)
    with wiring.local_session(options, selection) as run:
        checkup = run.checkup()
    has_news = not checkup.is_healthy or checkup.findings
    if has_news or not (options.quiet and options.format == "table"):
        show(checkup, View.CHECKUP, options.format)
    return run.status(of_checkup(checkup))
