"""Access of a run: what the check needs, and what is added to the links after the reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from reconciler.cli.selection import now
from reconciler.core.access.link_access import access_of
from reconciler.core.access.values import Workload
from reconciler.core.errors import WrongUsage
from reconciler.core.plan import Plan, Report

if TYPE_CHECKING:
    from reconciler.azure.access.checkers import AccessSettings
    from reconciler.azure.connection import Azure
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.selected_links import Selection
    from reconciler.config.load import Config


FactT = TypeVar("FactT", bound="Plan | Report")


def check_access_options(options: Options) -> None:
    """Raise `WrongUsage` for options that need `--access`."""
    if options.roles and not options.access:
        raise WrongUsage("--roles needs --access; add it, or leave --roles out")


def check_access_fields(fields: Iterable[str], options: Options) -> None:
    """Raise `WrongUsage` for a field of the access check without `--access`."""
    from reconciler.core.inventory.filters import ACCESS_FIELDS

    for field in fields:
        if field in ACCESS_FIELDS and not options.access:
            raise WrongUsage(f"the field {field} needs --access; add it")


def access_settings(options: Options, selection: Selection) -> AccessSettings | None:
    """What the access check needs; None if it was not asked for.

    Raises `WrongUsage` for an invalid list of roles.
    """
    if not options.access:
        return None
    from reconciler.azure.access.checkers import AccessSettings
    from reconciler.azure.access.role_list import packaged_roles, roles_from

    return AccessSettings(
        roles_from(options.roles) if options.roles else packaged_roles(),
        selection.config.access_subscriptions,
        {
            want.place: want.workload
            for want in selection.wanted
            if want.workload is not Workload.AZURE
        },
    )


def with_covered(config: Config, azure: Azure, plan: Plan) -> Plan:
    """The plan, with a verdict about each customer that a link covers."""
    names = {name for change in plan.changes if access_of(change) for name in change.wanted.covers}
    if not names:
        return plan
    from reconciler.core.access.coverage import with_covers

    return replace(plan, changes=with_covers(plan.changes, _tenant_ids(config, azure, plan, names)))


def with_access_findings(config: Config, azure: Azure, fact: FactT) -> FactT:
    """The plan or report with the findings about access that it does not have yet."""
    from reconciler.core.access.findings import access_findings

    plan = fact.plan if isinstance(fact, Report) else fact
    has_delegations = any(
        access.delegations for change in plan.changes if (access := access_of(change))
    )
    names = config.tenants if has_delegations else ()
    ids = _tenant_ids(config, azure, plan, names)
    listed = {tenant_id for tenant_id in ids.values() if tenant_id}
    unresolved = [config.tenants[name] for name in ids if ids[name] is None]
    found = config.reported(access_findings(plan.changes, listed, unresolved, now()))
    new = (finding for finding in found if finding not in fact.findings)
    return replace(fact, findings=(*fact.findings, *new))


def _tenant_ids(
    config: Config, azure: Azure, plan: Plan, names: Iterable[str]
) -> Mapping[str, str | None]:
    """The GUIDs of these tenants of the file: by their links, or else by their domains."""
    read = {
        change.place.tenant: change.observed.tenant_id
        for change in plan.changes
        if change.observed and change.observed.tenant_id
    }
    found = {}
    for name in names:
        directory = config.tenants[name]
        is_domain = "." in directory
        found[name] = (read.get(name) or azure.tenant_id(directory)) if is_domain else directory
    return found
