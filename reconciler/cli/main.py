"""From a command line to an exit status.

Commands return a status; whatever they raise becomes one here, with its message on stderr. Typer's
own status for wrong usage, 2, would read as "differences": it becomes 64.
"""

import sys
from typing import Annotated

import typer

from reconciler.cli import streams
from reconciler.cli.commands.apply import apply
from reconciler.cli.commands.attest import attest
from reconciler.cli.commands.demo import demo
from reconciler.cli.commands.discover import discover
from reconciler.cli.commands.doctor import doctor
from reconciler.cli.commands.emulator import emulator
from reconciler.cli.commands.evidence import evidence
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
from reconciler.core.errors import PalReconcileError
from reconciler.core.exit_status import Status, of_error
from reconciler.version import __version__

app = typer.Typer(
    name="pal-reconcile",
    help="Keep Partner Admin Link right across all customer tenants.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: Rich's costs 100 ms of imports
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
    report,
    evidence,
    login,
    attest,
    doctor,
    schema,
    emulator,
    demo,
):
    app.command()(command)
app.add_typer(history)
app.add_typer(journal)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pal-reconcile {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Keep Partner Admin Link right across all customer tenants."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    try:
        return int(app(arguments, prog_name="pal-reconcile", standalone_mode=False) or 0)
    except typer.TyperException as error:
        return _wrong_usage(error)
    except PalReconcileError as error:
        _say(str(error))
        return of_error(error)
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted; nothing more was begun")
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


def _wrong_usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "pal-reconcile"
    message = error.format_message()
    if message:
        _say(f"{command}: {message}\nTry '{command} --help'.")
    return Status.WRONG_USAGE


def _say(text: str) -> None:
    from reconciler.cli.output import safe

    for line in text.splitlines():
        print(safe(line), file=sys.stderr)  # noqa: T201 - the one place for complaints
