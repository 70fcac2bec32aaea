"""`discover`: begin with what is there. Reads what is linked and writes a file that says so."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.flows import discovery as discovering
from reconciler.cli.options import Options, with_options
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.exit_status import of_plan
from reconciler.views.formats import View


@with_options
def discover(
    options: Options,
    context: typer.Context,
    identity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="An identity of the file to look with; repeat it for more. Without a file, "
            "whoever is signed in to the Azure CLI looks.",
        ),
    ] = None,
    tenants: Annotated[
        list[str] | None,
        typer.Option(
            metavar="T",
            help="A tenant's GUID or domain; repeat it, or part them by commas. Without any, "
            "all tenants of that person.",
        ),
    ] = None,
    tenants_from: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Tenants from a CSV, as Partner Center exports it."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a new tenants.yaml here.")
    ] = None,
    update: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Add what is new to this tenants.yaml, and only that."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="With --out: overwrite the file if it is there.")
    ] = False,
) -> int:
    """Read what is linked already, and write a tenants.yaml that says so. Azure is not changed."""
    from reconciler.cli import output
    from reconciler.config.reading import customer_lists

    if out and update:
        raise WrongUsage("--out writes a new file, --update adds to one: give one of them")
    if force and not out:
        raise WrongUsage("--force is for --out")
    if out and out.exists() and not force:
        raise WrongUsage(f"{out} exists and is left as it is; add to it with --update, or --force")
    if out and not out.absolute().parent.is_dir():
        raise WrongUsage(f"cannot write {out}: there is no folder {out.parent}")
    given = customer_lists.named(tenants or ())
    if tenants_from:
        listed = customer_lists.read(tenants_from)
        given = (*given, *listed.customers)
        if listed.warning:
            output.note(f"warning: {tenants_from}: {listed.warning}")
    source = context.get_parameter_source("config")
    is_chosen = source is not None and source.name != "DEFAULT"
    config = options.config if is_chosen else update
    search = discovering.search(config, identity or (), given, update)
    with wiring.read_session(options, search.selection) as run:
        discovery = discovering.look(run, search)
    if not (options.quiet and options.format == "table"):
        output.show(discovery.plan, View.INVENTORY, options.format)
    if target := out or update:
        _write(search, discovery, target)
    return run.status(of_plan(discovery.plan, detailed=False))


def _write(search: discovering.Search, discovery: discovering.Discovery, path: Path) -> None:
    from reconciler.cli import output

    if discovery.plan.interrupted:
        raise RunFailed(f"the look was cut short; {path} was not written")
    output.note(discovering.summary(discovery, path))
    if remark := discovering.left_to_do(discovery, search.names):
        output.note(remark)
    if any(tenant.links for tenant in discovery.tenants):
        discovering.write(search, discovery, path)
        output.note(f"wrote {path}; look at it, then: pal-reconcile plan -c {path}")
    else:
        output.note(f"nothing new could be read, so nothing was written to {path}")
