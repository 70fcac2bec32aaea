"""Command line of the program: its commands, and the exit status of each command line.

Commands return a status. An exception becomes a status here, with its message on stderr. The
parser's own status for wrong usage, 2, would mean "differences": it becomes 64.
"""

import sys
from typing import Annotated

import typer

from reconciler.cli import streams
from reconciler.cli.command_line.help_format import GroupedCommand, HelpfulGroup
from reconciler.cli.command_line.usage_errors import check_values, usage_message
from reconciler.cli.commands.access import access
from reconciler.cli.commands.apply import apply
from reconciler.cli.commands.attest import attest
from reconciler.cli.commands.demo import demo
from reconciler.cli.commands.discover import discover
from reconciler.cli.commands.doctor import doctor
from reconciler.cli.commands.emulator import emulator
from reconciler.cli.commands.evidence import evidence
from reconciler.cli.commands.help import help_
from reconciler.cli.commands.history import history
from reconciler.cli.commands.init import init
from reconciler.cli.commands.journal import journal
from reconciler.cli.commands.login import login
from reconciler.cli.commands.nightly import nightly
from reconciler.cli.commands.plan import plan
from reconciler.cli.commands.report import report
from reconciler.cli.commands.schema import schema
from reconciler.cli.commands.show import show
from reconciler.cli.commands.validate import validate
from reconciler.cli.commands.version import version
from reconciler.core.errors import BadFile, PalReconcileError
from reconciler.core.exit_status import Status, of_error
from reconciler.version import __version__

app = typer.Typer(
    name="pal-reconcile",
    cls=HelpfulGroup,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: Rich takes 100 ms to import
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    init,
    discover,
    validate,
    plan,
    apply,
    nightly,
    show,
    access,
    report,
    evidence,
    login,
    attest,
    doctor,
):
    app.command(cls=GroupedCommand)(command)
app.add_typer(history)
app.add_typer(journal)
for command in (schema, emulator, demo):
    app.command(cls=GroupedCommand)(command)
app.command("help", cls=GroupedCommand)(help_)
app.command(cls=GroupedCommand)(version)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pal-reconcile {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Keep Partner Admin Link correct across all customer tenants.

    A file lists customer tenants and the partner ID that each should carry. `plan` shows the
    differences, `apply` makes the changes and verifies each.
    """


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    try:
        check_values(sys.argv[1:] if arguments is None else arguments)
        return int(app(arguments, prog_name="pal-reconcile", standalone_mode=False) or 0)
    except typer.TyperException as error:
        _show_errors(usage_message(error))
        return Status.WRONG_USAGE
    except BadFile as error:
        _show_errors(*error.complaints)
        return of_error(error)
    except PalReconcileError as error:
        _show_errors(*str(error).splitlines())
        return of_error(error)
    except (KeyboardInterrupt, typer.Abort):
        _show_errors("interrupted; no further work was started")
        return Status.INTERRUPTED


def main() -> None:
    """The command `pal-reconcile`."""
    streams.install()
    try:
        status = run()
    except Exception as error:
        streams.report(error)
        status = Status.RUN_FAILED
    streams.finish()
    sys.exit(status)


def _show_errors(*errors: str) -> None:
    from reconciler.cli.output import show_errors

    show_errors(errors)
