"""How does a first look go? With which identities, into which tenants, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import Options
from reconciler.cli.selection import Selection, now
from reconciler.core.customers.discovery import (
    Customer,
    DiscoveredTenant,
    changes,
    distinct,
    found,
    wanted_reads,
)
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.links import Place, Problem, Wanted, WantedState
from reconciler.core.plan import Plan
from reconciler.regular_files import read_regular
from reconciler.version import __version__

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.config.writing.existing_file import ExistingFile
    from reconciler.core.identities import Identity


MOST_NAMED = 10
"""Tenants that a note names."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, before anybody is asked.

    source  the file that knows the identities
    names   those that look
    given   the tenants that were named; none where they are listed by whoever signs in
    known   the file that is added to; None where a new one is written, or none
    """

    source: ExistingFile
    names: tuple[str, ...]
    given: tuple[Customer, ...]
    known: ExistingFile | None

    @property
    def selection(self) -> Selection:
        """The links that show who may be asked for lists: each identity at home."""
        identities = [self.source.config.identities[name] for name in self.names]
        return Selection(self.source.config, tuple(map(_at_home, identities)))


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a look came to.

    tenants   those that are new to the file, in the order in which they were named
    plan      the same as an inventory, as the file will want it
    present   how many tenants the file had already
    unlisted  those of them that do not list all identities that look: they were not looked at
    """

    tenants: tuple[DiscoveredTenant, ...]
    plan: Plan
    present: int
    unlisted: tuple[str, ...] = ()


def search(
    config: Path | None, names: Sequence[str], given: Sequence[Customer], update: Path | None
) -> Search:
    """Read the files. Raises `BadFile`, and `WrongUsage` where somebody has to choose.

    config  the file that was named; None means the usual one, if it is there
    """
    from reconciler.azure.signin.secret_checks import check
    from reconciler.config.writing.existing_file import WITHOUT_A_FILE, read

    today = now().date()
    path = config or Options().config
    is_without = config is None and not names and not path.exists()
    source = read(path, today, WITHOUT_A_FILE if is_without else None)
    chosen = _chosen(source, names)
    known = None
    if update:
        known = source if update == path else read(update, today)
        _check_same(source, known, chosen)
    if app := next(filter(source.is_per_tenant, chosen), None):
        raise WrongUsage(
            f"{app} is another app in each tenant (client_id: per_tenant), and which one the file "
            "has to say first; look with one app, with a person or with the Azure CLI"
        )
    identities = [source.config.identities[name] for name in chosen]
    if not given and not any(identity.is_person for identity in identities):
        raise WrongUsage(
            f"{chosen[0]} cannot list its tenants, as a person or the Azure CLI can: name them "
            "with --tenants or --tenants-from"
        )
    check(identities)
    return Search(source, chosen, distinct(given), known)


def look(run: Run, search: Search) -> Discovery:
    """Ask who is where, read every link, and leave out what the file knows."""
    from reconciler.config.writing.labels import labels

    options, source, known = run.options, search.source, search.known
    listed = search.given or distinct(_listed(run, search))
    taken = dict(known.tenants) if known else {}
    new = [customer for customer in listed if not customer.names & set(taken)]
    titles = labels(new, taken.values())
    wanted = _selected(
        source,
        [
            w
            for one, title in zip(new, titles, strict=True)
            for w in wanted_reads(one, title, search.names)
        ],
        options,
    )
    tenants = found(wanted, run.read(wanted))
    if known and tenants and known.domains:
        guids = set(run.workers.pool.map(run.azure.tenant_id, known.domains))
        tenants = tuple(tenant for tenant in tenants if tenant.directory not in guids)
    file = known or source
    plan = Plan(
        changes(tenants, file.file_defaults.ours),
        file.config.digest,
        now(),
        __version__,
        interrupted=run.workers.stop.is_set,
    )
    asked = len({want.place.tenant for want in wanted})
    present = len(listed) - len(new) + asked - len(tenants)
    return Discovery(tenants, plan, present, _unlisted(known, listed, search.names))


def _unlisted(
    known: ExistingFile | None, listed: Sequence[Customer], names: Sequence[str]
) -> tuple[str, ...]:
    """The file's tenants among those listed that have links, but not of all these identities."""
    links: dict[str, set[str]] = {}
    for want in known.config.wanted if known else ():
        links.setdefault(want.place.directory, set()).add(want.place.identity)
    taken = known.tenants if known else {}
    return tuple(
        taken[directory]
        for customer in listed
        for directory in sorted(customer.names & set(taken))
        if not set(names) <= links.get(directory, set(names))
    )


def _chosen(source: ExistingFile, names: Sequence[str]) -> tuple[str, ...]:
    there = source.config.identities
    unknown = [name for name in names if name not in there]
    if unknown or (not names and len(there) != 1):
        listed = ", ".join(there) or "none"
        what = f"{unknown[0]} is no identity" if unknown else "name one with --identity"
        raise WrongUsage(f"{what}; {source.config.path} has: {listed}")
    return tuple(dict.fromkeys(names)) or tuple(there)


def _check_same(source: ExistingFile, known: ExistingFile, names: Sequence[str]) -> None:
    """Raise `WrongUsage` unless the file that is added to means the same by these identities."""
    for name in names:
        if known.config.identities.get(name) != source.config.identities[name]:
            raise WrongUsage(
                f"{known.config.path} has no identity {name} like the one of "
                f"{source.config.path}; copy it there first"
            )


def _at_home(identity: Identity) -> Wanted:
    """Where to ask for tenants: a user's own directory; the Azure CLI knows its own."""
    home = (identity.username or "").rpartition("@")[2].casefold()
    return Wanted(Place(home, home, identity.name), WantedState.UNMANAGED, None)


def _listed(run: Run, search: Search) -> list[Customer]:
    customers: list[Customer] = []
    for want in search.selection.wanted:
        if search.source.config.identities[want.place.identity].is_person:
            tenants = run.azure.tenants(want.place)
            if isinstance(tenants, Problem):
                raise RunFailed(
                    f"{want.place.identity} cannot list tenants: {tenants.code}: "
                    f"{tenants.message}; {tenants.hint}"
                )
            customers += tenants
    return customers


def _selected(
    source: ExistingFile, wanted: Sequence[Wanted], options: Options
) -> tuple[Wanted, ...]:
    from reconciler.config.selectors import select

    if not wanted:
        return ()
    config = replace(source.config, wanted=tuple(wanted))
    return select(config, options.only or (), options.exclude or ())


def summary(discovery: Discovery, path: Path) -> str:
    """What was found, in one line."""
    from reconciler.core.links import ObservedState

    states = [c.observed.state for c in discovery.plan.changes if c.observed]
    counts = {state: states.count(state) for state in ObservedState}
    present = f"; it has {discovery.present} already" if discovery.present else ""
    return (
        f"new for {path}: {len(discovery.tenants)} tenants, {counts[ObservedState.LINKED]} linked, "
        f"{counts[ObservedState.NOT_LINKED]} not linked, "
        f"{counts[ObservedState.UNKNOWN]} could not be read{present}"
    )


def left_to_do(discovery: Discovery, names: Sequence[str]) -> str | None:
    """What a person has to write where the file has a tenant, but not with these identities."""
    if not discovery.unlisted:
        return None
    shown = ", ".join(discovery.unlisted[:MOST_NAMED])
    more = len(discovery.unlisted) - MOST_NAMED
    return (
        f"not looked at, for the file has them without {' and '.join(names)}: {shown}"
        f"{f' and {more} more' if more > 0 else ''}; to manage these links, list the identity there"
    )


def write(search: Search, discovery: Discovery, path: Path) -> None:
    """Write a new file, or add to the one that is there. Raises `RunFailed`."""
    from reconciler.config.reading.files import MOST_BYTES
    from reconciler.config.writing.existing_file import with_tenants
    from reconciler.config.writing.new_file import first_file
    from reconciler.store.files import rewrite, write_private

    today = now().date()
    known = search.known
    try:
        if known is None:
            text = first_file(search.source, search.names, discovery.tenants, path, today)
            write_private(path, text)
            return
        data = with_tenants(known, discovery.tenants, today)
        if read_regular(path, MOST_BYTES) != known.data:
            raise RunFailed(f"{path} was changed meanwhile and is left as it is; run again")
        rewrite(path, data)
    except OSError as error:
        raise RunFailed(f"cannot write {path}: {error.strerror}") from None
