"""The command `init`: writes a first tenants.yaml, for a customer list or to be filled in."""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.flows.customers import init_files
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status

VARIABLE = "PAL_AUTOMATION_SECRET"
"""The variable that a file for a customer list names."""


def init(
    context: typer.Context,
    tenants_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="List the customers of this CSV file, as Partner Center exports it.",
        ),
    ] = None,
    partner: Annotated[
        str | None,
        typer.Option(metavar="ID", help="With --tenants-from: the partner ID to link."),
    ] = None,
    client_id: Annotated[
        str | None,
        typer.Option(metavar="GUID", help="With --tenants-from: the app that signs in."),
    ] = None,
    partner_name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --tenants-from: the name that Azure returns for the partner ID. It "
            "reveals a mistyped ID.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write, like --config.")
    ] = None,
    config: Annotated[
        Path,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            envvar="PAL_RECONCILE_CONFIG",
            show_envvar=True,
            help="The file to write.",
        ),
    ] = Path("tenants.yaml"),
) -> int:
    """Write a first tenants.yaml.

    With --tenants-from, every customer of the list wants --partner, and the file is complete.
    Otherwise it is a commented starter file. An existing file is never overwritten. Nothing is read
    from Azure.
    """
    source = context.get_parameter_source("config")
    target = out or config
    given = {"--partner": partner, "--client-id": client_id, "--partner-name": partner_name}
    errors = list(_errors(target, given, has_list=tenants_from is not None))
    if out and source is not None and source.name == "COMMANDLINE":
        errors.insert(0, "--out and --config both name the file to write; leave one out")
    if errors:
        raise WrongUsage("\n".join(errors))
    if tenants_from and partner and client_id:
        _write_for_list(tenants_from, target, partner, client_id, partner_name)
    else:
        _write_starter(target)
    return Status.IN_SYNC


def _errors(target: Path, given: Mapping[str, str | None], *, has_list: bool) -> Iterator[str]:
    """Yield everything that is wrong with the options."""
    named = [option for option, value in given.items() if value]
    missing = [option for option in ("--partner", "--client-id") if not given[option]]
    if has_list and missing:
        yield f"--tenants-from needs {' and '.join(missing)}"
    elif named and not has_list:
        needs = f"{' and '.join(named)} need{'s' * (len(named) == 1)}"
        yield f"{needs} --tenants-from FILE, the list of customers"
    if named:
        from reconciler.config.writing.file_from_customer_list import value_errors

        yield from value_errors(given)
    if existing := init_files.existing(target):
        yield existing


def _write_starter(target: Path) -> None:
    from reconciler.cli.output import note
    from reconciler.config.starter import starter

    init_files.create({target: starter()})
    check = _command("validate", target)
    note(f"Wrote {target}. Fill it in, then run: {check} --without-secrets")


def _write_for_list(
    listed_in: Path, target: Path, partner: str, client_id: str, name: str | None
) -> None:
    from reconciler.cli.output import note, warn
    from reconciler.config.writing.file_from_customer_list import first_link

    link = first_link(partner, client_id, name)
    written = init_files.write_for_list(listed_in, link, target)
    if written.warning:
        warn(f"{listed_in}: {written.warning}")
    if written.skipped:
        note(f"Unused columns of {listed_in}: {', '.join(written.skipped)}.")
    files = f"{target} and {written.table}" if written.table else f"{target}"
    count = f"{written.customers} customer{'s' * (written.customers != 1)}"
    note(f"Wrote {files}: {count}, all with partner ID {link.partner_id}.")
    secret = "" if os.environ.get(VARIABLE) else f"Set {VARIABLE} to the client secret. "
    note(f"{secret}To compare with Azure, run: {_command('plan', target)}")


def _command(name: str, file: Path) -> str:
    words = [] if file == Path("tenants.yaml") else ["-c", str(file)]
    return shlex.join(["pal-reconcile", name, *words])
