"""Discovery: reads existing links, and writes the tenants that the file does not list yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import output
from reconciler.cli.selection import now
from reconciler.core.customers.discovery import (
    Customer,
    DiscoveredTenant,
    changes,
    distinct,
    found,
    wanted_reads,
)
from reconciler.core.errors import RunFailed
from reconciler.core.links import ObservedState, Problem, Wanted
from reconciler.core.plan import Plan
from reconciler.regular_files import read_regular
from reconciler.version import __version__
from reconciler.views.summary import count

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.flows.customers.discovery_scope import Scope
    from reconciler.cli.run import Run
    from reconciler.config.writing.existing_file import ExistingFile
    from reconciler.core.customers.listed import CustomerSource


MAX_NAMED = 10
"""How many tenants a message names."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The result of `discover`.

    tenants   those that are new to the file, in the order in which they were named
    plan      the same as an inventory, with what the file will say about each link
    present   how many tenants the file already lists
    unlisted  those of them that do not list all identities that read: they were not read
    """

    tenants: tuple[DiscoveredTenant, ...]
    plan: Plan
    present: int
    unlisted: tuple[str, ...] = ()


def discover(run: Run, scope: Scope) -> Discovery:
    """List the tenants if none were named, and read every link that the file does not list."""
    from reconciler.config.writing.labels import labels

    source, existing = scope.source, scope.existing
    listed = scope.given or distinct(_listed(run, scope))
    taken = dict(existing.tenants) if existing else {}
    titled = zip(listed, labels(listed, taken.values()), strict=True)
    new = [(one, title) for one, title in titled if not one.names & taken.keys()]
    reads = [want for one, title in new for want in wanted_reads(one, title, scope.names)]
    wanted = _selected(source, reads, run.options)
    tenants = found(wanted, run.read(wanted))
    if existing and tenants:
        known = _resolved(run, existing.domains)
        tenants = tuple(tenant for tenant in tenants if tenant.directory not in known)
    file = existing or source
    plan = Plan(
        changes(tenants, file.file_defaults.ours, scope.unlinked),
        file.config.digest,
        now(),
        __version__,
        interrupted=run.workers.stop.is_set,
    )
    tenants_read = len({want.place.tenant for want in wanted})
    present = len(listed) - len(new) + tenants_read - len(tenants)
    return Discovery(tenants, plan, present, _unlisted(existing, listed, scope.names))


def _resolved(run: Run, domains: Sequence[str]) -> frozenset[str | None]:
    """The GUIDs behind the domains of the file. A warning names one that leads to none."""
    found = dict(zip(domains, run.workers.pool.map(run.azure.tenant_id, domains), strict=True))
    if unresolved := [domain for domain in domains if found[domain] is None]:
        more = f" and {len(unresolved) - 1} more" if len(unresolved) > 1 else ""
        output.warn(
            f"{unresolved[0]}{more} could not be resolved: check that none of the new tenants is "
            "that customer, or the file lists it twice"
        )
    return frozenset(found.values())


def _unlisted(
    existing: ExistingFile | None, listed: Sequence[Customer], names: Sequence[str]
) -> tuple[str, ...]:
    """The tenants of the file that are among those listed, without one of these identities."""
    links: dict[str, set[str]] = {}
    for want in existing.config.wanted if existing else ():
        links.setdefault(want.place.directory, set()).add(want.place.identity)
    taken = existing.tenants if existing else {}
    return tuple(
        taken[directory]
        for customer in listed
        for directory in sorted(customer.names & set(taken))
        if not set(names) <= links.get(directory, set(names))
    )


def _listed(run: Run, scope: Scope) -> list[Customer]:
    """Our customers, or the tenants of each identity that can list its own. Raises `RunFailed`."""
    if scope.listing:
        return list(_customers(run, scope.listing))
    customers: list[Customer] = []
    for want in scope.selection.wanted:
        if scope.source.config.identities[want.place.identity].is_person:
            tenants = run.azure.tenants(want.place)
            if isinstance(tenants, Problem):
                raise RunFailed(
                    f"{want.place.identity} cannot list tenants: {tenants.code}: "
                    f"{tenants.message}; {tenants.hint}"
                )
            customers += tenants
    return customers


def _customers(run: Run, source: CustomerSource) -> tuple[Customer, ...]:
    """The customers that Graph or Partner Center lists. Raises `RunFailed`."""
    from reconciler.config.reading.customer_lists import listed_online

    listing = run.azure.list_customers(source, with_relationships=False)
    if listing.customers is None:
        problem = listing.problems[0]
        raise RunFailed(
            f"{source.identity} cannot list the customers of {source.tenant}: {problem.code}: "
            f"{problem.message}; {problem.hint}"
        )
    found = listed_online(listing.customers)
    if not found.listed:
        raise RunFailed(
            f"the customer list of {source.tenant} is empty for {source.identity}; check "
            "--home-tenant and what this identity may read"
        )
    if found.warning:
        output.warn(found.warning)
    return found.customers


def _selected(
    source: ExistingFile, wanted: Sequence[Wanted], options: Options
) -> tuple[Wanted, ...]:
    from reconciler.config.selectors import select

    if not wanted:
        return ()
    config = replace(source.config, wanted=tuple(wanted))
    return select(config, options.only or (), options.exclude or ())


def summary(discovery: Discovery, path: Path) -> str:
    """The result in one line."""
    states = [c.observed.state for c in discovery.plan.changes if c.observed]
    counts = {state: states.count(state) for state in ObservedState}
    present = f"; it already lists {discovery.present}" if discovery.present else ""
    return (
        f"new for {path}: {count(len(discovery.tenants), 'tenant')}, "
        f"{counts[ObservedState.LINKED]} linked, "
        f"{counts[ObservedState.NOT_LINKED]} not linked, "
        f"{counts[ObservedState.UNKNOWN]} could not be read{present}"
    )


def left_to_do(discovery: Discovery, names: Sequence[str]) -> str | None:
    """What to write by hand for tenants that the file lists without one of these identities."""
    if not discovery.unlisted:
        return None
    shown = ", ".join(discovery.unlisted[:MAX_NAMED])
    more = len(discovery.unlisted) - MAX_NAMED
    return (
        f"not read, because the file lists them without {' and '.join(names)}: {shown}"
        f"{f' and {more} more' if more > 0 else ''}; to manage these links, add the identity there"
    )


def next_step(discovery: Discovery, scope: Scope) -> str | None:
    """How to link the tenants that are not linked yet, if this file leaves them unmanaged."""
    states = [c.observed.state for c in discovery.plan.changes if c.observed]
    unlinked = states.count(ObservedState.NOT_LINKED)
    if not unlinked:
        return None
    if scope.unlinked:
        return f"{unlinked} not linked: written as wanting partner ID {scope.unlinked}"
    return f"{unlinked} not linked: written as unmanaged; to link them, add --partner ALIAS|ID"


def without_links(discovery: Discovery, *, is_new: bool) -> str:
    """What to do if no link could be read.

    is_new  whether a new file was asked for; an existing one is never written by `init`
    """
    if not is_new:
        return " When these problems are solved, run discover again."
    problems = {problem.code for tenant in discovery.tenants for _, problem in tenant.unread}
    if "app_not_in_tenant" not in problems:
        return ""
    return (
        " To write a file before the customers add the app, run: pal-reconcile init "
        "--tenants-from FILE --partner ID --client-id GUID"
    )


def write(scope: Scope, discovery: Discovery, path: Path) -> None:
    """Write a new file, or add the new tenants to the existing one. Raises `RunFailed`."""
    from reconciler.config.reading.files import MOST_BYTES
    from reconciler.config.writing.existing_file import with_tenants
    from reconciler.config.writing.file_from_discovery import discovered_file
    from reconciler.store.files import rewrite, write_private

    today = now().date()
    existing = scope.existing
    try:
        if existing is None:
            text = discovered_file(
                scope.source, scope.names, discovery.tenants, path, today, scope.unlinked
            )
            write_private(path, text)
            return
        data = with_tenants(existing, discovery.tenants, today, scope.unlinked)
        if read_regular(path, MOST_BYTES) != existing.data:
            raise RunFailed(f"{path} was changed during the run and was not written; run it again")
        rewrite(path, data)
    except OSError as error:
        raise RunFailed(f"cannot write {path}: {error.strerror}") from None
