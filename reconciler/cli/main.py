"""Command line of the program: its commands, and the exit status of each command line.

Commands return a status. An exception becomes a status here, with its message on stderr. The
parser's own status for wrong usage, 2, would mean "differences": it becomes 64.
"""

import gc
import os
import sys
from typing import Annotated

import typer

from reconciler.cli import streams
from reconciler.cli.command_line.command_table import ProgramGroup
from reconciler.cli.command_line.shell_words import SHELLS
from reconciler.cli.command_line.usage_errors import check_values, usage_message
from reconciler.core.errors import BadFile, PalReconcileError
from reconciler.core.exit_status import Status, of_error
from reconciler.version import __version__

app = typer.Typer(
    name="pal-reconcile",
    cls=ProgramGroup,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: Rich takes 100 ms to import
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    if for_shell := SHELLS.get(os.environ.get("_PAL_RECONCILE_COMPLETE", "")):
        for_shell(lambda: _parsed([]))
        return Status.IN_SYNC
    given = sys.argv[1:] if arguments is None else arguments
    try:
        check_values(given)
        return _parsed(arguments)
    except typer.TyperException as error:
        _show_errors(usage_message(error, given))
        return Status.WRONG_USAGE
    except BadFile as error:
        _show_errors(*error.complaints)
        return of_error(error)
    except PalReconcileError as error:
        _show_errors(*str(error).splitlines())
        return of_error(error)
    except (KeyboardInterrupt, typer.Abort):
        if sys.stderr and sys.stderr.isatty():
            sys.stderr.write("\n")  # the terminal shows ^C
        _show_errors("interrupted; no further work was started")
        return Status.INTERRUPTED


def _parsed(arguments: list[str] | None) -> int:
    return int(app(arguments, prog_name="pal-reconcile", standalone_mode=False) or 0)


def main() -> None:
    """The command `pal-reconcile`."""
    streams.install()
    try:
        status = run()
    except Exception as error:
        streams.report(error)
        status = Status.RUN_FAILED
    streams.finish()
    gc.freeze()  # Python would collect all objects before it ends, 50 ms for nothing
    sys.exit(status)


def _show_errors(*errors: str) -> None:
    from reconciler.cli.output import show_errors

    show_errors(errors)
