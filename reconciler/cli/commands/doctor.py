"""The command `doctor`: checks everything that a run needs, and says what to do."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line import completion
from reconciler.cli.command_line.option_groups import FULL, LOCAL_RUN, SERVICES, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.selection import read_file
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import of_checkup
from reconciler.views.formats import Format, View


@with_options(*LOCAL_RUN, *SERVICES, *FULL)
def doctor(
    options: Options,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="With --format markdown: write a note for each customer into this new folder.",
        ),
    ] = None,
    partner_ids: Annotated[
        str | None,
        typer.Option(
            metavar="IDENTITY",
            autocompletion=completion.people,
            help="Also ask Partner Center about each partner ID of the file, as this person, who "
            "signed in with MFA. Needs a terminal.",
        ),
    ] = None,
) -> int:
    """Check everything that a run needs and say what to fix.

    Nothing is written to Azure. With --format markdown, doctor writes a note to each customer
    that has something to do. With --format csv, it writes a row for each link, with its consent
    link.
    """
    from reconciler.cli.flows.customers.role_requests import with_recorded_access
    from reconciler.cli.flows.output_folder import check_new_folder
    from reconciler.cli.flows.partner_ids import home_of, with_partner_ids
    from reconciler.cli.next_steps import after_doctor
    from reconciler.cli.output import show

    if out and options.format is not Format.MARKDOWN:
        raise WrongUsage("--out writes notes for customers: add --format markdown")
    if out:
        check_new_folder(out)
    # A secret that cannot be read is a failed step, and the other steps are checked as well.
    selection = read_file(options, with_secrets=False)
    home = home_of(selection, partner_ids) if partner_ids else None
    with wiring.local_session(options, selection) as run:
        checkup = with_recorded_access(run, run.checkup())
        if home:
            checkup = with_partner_ids(run, checkup, home)
    needs_attention = not checkup.is_healthy or checkup.findings
    if out:
        from reconciler.cli.flows.customers.customer_notes import write_customer_notes

        write_customer_notes(checkup, out)
    elif needs_attention or not options.is_silent:
        show(checkup, View.CHECKUP, options.format, is_full=options.full)
        after_doctor(checkup, options)
    return run.status(of_checkup(checkup))
