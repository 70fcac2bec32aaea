"""The command `discover`: reads existing links and writes them to a tenants.yaml."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line import completion
from reconciler.cli.command_line.option_groups import FULL, RUN, SERVICES, with_options
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.customers import discovery as flow
from reconciler.cli.flows.customers.discovery_scope import Scope, scope, service_of
from reconciler.cli.flows.output_folder import examining
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.exit_status import of_plan
from reconciler.views.formats import View


@with_options(*RUN, *SERVICES, *FULL)
def discover(
    options: Options,
    context: typer.Context,
    identity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            autocompletion=completion.identities,
            help="Read links with this identity of the file. Repeatable. Without a file, the "
            "sign-in of the Azure CLI is used.",
        ),
    ] = None,
    tenants: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TENANT",
            help="A tenant's GUID or domain. Repeatable, or separated by commas. Default: all "
            "tenants of the person who is signed in.",
        ),
    ] = None,
    tenants_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|gdap|partner_center",
            help="Read the tenants from a CSV file, as Partner Center exports it, or ask Microsoft "
            "Graph (gdap) or Partner Center (partner_center) for all customers.",
        ),
    ] = None,
    home_tenant: Annotated[
        str | None,
        typer.Option(
            metavar="TENANT",
            help="With --tenants-from gdap or partner_center: your own tenant, where the first "
            "identity signs in to list the customers.",
        ),
    ] = None,
    partner: Annotated[
        str | None,
        typer.Option(
            metavar="ALIAS|ID",
            help="Write tenants that are not linked as wanting this partner ID. Default: as "
            "unmanaged.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a new tenants.yaml here.")
    ] = None,
    update: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Add new tenants to this tenants.yaml."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="With --out: overwrite an existing file.")
    ] = False,
) -> int:
    """Read existing links and write a tenants.yaml.

    Nothing is written to Azure.
    """
    from reconciler.cli import output
    from reconciler.cli.next_steps import explain_status
    from reconciler.config.reading import customer_lists

    if out and update:
        raise WrongUsage("--out and --update exclude each other; leave one out")
    if force and not out:
        raise WrongUsage("--force needs --out")
    if out:
        _check_new_file(out, is_forced=force)
    given = customer_lists.named(tenants or ())
    listed_by = service_of(tenants_from, home_tenant)
    if listed_by and given:
        raise WrongUsage("--tenants and --tenants-from exclude each other here; leave one out")
    if tenants_from and not listed_by:
        listed = customer_lists.read(tenants_from)
        given = (*given, *listed.customers)
        if listed.warning:
            output.warn(f"{tenants_from}: {listed.warning}")
    source = context.get_parameter_source("config")
    is_chosen = source is not None and source.name != "DEFAULT"
    config = options.config if is_chosen else update
    chosen = scope(config, identity or (), given, update, listed_by, partner)
    with wiring.read_session(options, chosen.selection) as run:
        discovery = flow.discover(run, chosen)
    if not options.is_silent:
        output.show(discovery.plan, View.DISCOVERY, options.format, is_full=options.full)
    if target := out or update:
        _write(chosen, discovery, target)
    status = run.status(of_plan(discovery.plan, detailed=False))
    explain_status(discovery.plan, status, options)
    return status


def _check_new_file(path: Path, *, is_forced: bool) -> None:
    """Raise `WrongUsage` if the file cannot be written, or exists and must not be replaced."""
    with examining(path):
        if path.exists() and not is_forced:
            raise WrongUsage(
                f"{path} exists and is left as it is; add to it with --update, or add --force"
            )
        if not path.absolute().parent.is_dir():
            raise WrongUsage(f"cannot write {path}: there is no folder {path.absolute().parent}")


def _write(scope: Scope, discovery: flow.Discovery, path: Path) -> None:
    from reconciler.cli import output

    if discovery.plan.interrupted:
        raise RunFailed(f"the run was cut short; {path} was not written")
    output.note(flow.summary(discovery, path))
    if remark := flow.left_to_do(discovery, scope.names):
        output.note(remark)
    if remark := flow.next_step(discovery, scope):
        output.note(remark)
    if any(tenant.links for tenant in discovery.tenants):
        flow.write(scope, discovery, path)
        output.note(f"Wrote {path}. Review it, then run: pal-reconcile plan -c {path}")
    else:
        hint = flow.without_links(discovery, is_new=scope.existing is None)
        output.note(f"No new link could be read, so nothing was written to {path}.{hint}")
