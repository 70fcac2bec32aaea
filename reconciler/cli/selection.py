"""Which links is a run about? The file, the selected links, and what it says of those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.links import Place
from reconciler.core.selectors import link_index

if TYPE_CHECKING:
    from reconciler.cli.options import Options
    from reconciler.config.load import Config
    from reconciler.core.findings import Finding
    from reconciler.core.identities import Identity
    from reconciler.core.links import Wanted


def now() -> datetime:
    """UTC, the only clock of a run's documents."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Selection:
    """The file, and the links of it that this run is about."""

    config: Config
    wanted: tuple[Wanted, ...]


def read_file(
    options: Options,
    *,
    with_secrets: bool = True,
    needs_tenants: bool = True,
    day: date | None = None,
) -> Selection:
    """Load the file, select links, and see that their secrets can be found.

    needs_tenants  whether a file without any has a complaint
    day            what the file is settled for (UTC); today unless given. A run asks the clock
                   here, once: midnight does not change its mind

    Raises `BadFile` with all that is wrong with any of it, and `WrongUsage` if the file is valid
    and a selector matches nothing in it.
    """
    from reconciler.config.load import examine
    from reconciler.config.selectors import select

    config, complaints = examine(options.config, day or now().date(), needs_tenants=needs_tenants)
    told = list(complaints)
    selection = Selection(config, ())
    if config.wanted or not complaints:
        try:
            wanted = select(config, options.only or (), options.exclude or ())
            selection = Selection(config, wanted)
        except WrongUsage as error:
            if not complaints:
                raise
            told += (f"{line} (in the valid part of the file)" for line in str(error).splitlines())
    if with_secrets:
        from reconciler.azure.signin.secret_checks import check

        with _telling(told):
            check(used_identities(selection))
    if options.arm_endpoint is None:
        from reconciler.azure.clouds import CLOUDS

        with _telling(told):
            check_vaults(selection, CLOUDS[config.cloud].vault_suffix)
    if told:
        raise BadFile(*told)
    return selection


@contextmanager
def _telling(told: list[str]) -> Iterator[None]:
    """Collect the complaints of one check, and go on to the next."""
    try:
        yield
    except BadFile as error:
        told += error.complaints


def used_identities(selection: Selection) -> list[Identity]:
    """The identities that the selected links are read with."""
    known = selection.config.identities
    return [known[place.identity].at(place) for place in used_logins(selection)]


def used_logins(selection: Selection) -> list[Place]:
    """The first link of each identity, and of each customer's own app, that is read."""
    first: dict[object, Place] = {}
    for want in selection.wanted:
        if want.is_read:
            first.setdefault(want.place.login, want.place)
    return list(first.values())


def check_vaults(selection: Selection, vault_suffix: str) -> None:
    """Raise `BadFile` if a secret is in a key vault that is not of this cloud.

    Another cloud than the file's says its suffix only when it is asked.
    """
    from reconciler.azure.signin.secret_checks import check_vaults

    check_vaults(used_identities(selection), vault_suffix)


def places_of(selection: Selection, identity: str, tenants: Sequence[str]) -> list[Place]:
    """The tenants in which this person has to sign in: those named, or all that list them.

    A GUID or a domain may be named that the file does not list yet: that is how a discovery begins.
    Raises `WrongUsage` for anybody else, and for a name that lists them nowhere.
    """
    from reconciler.config.reading.customer_lists import tenant_of

    known = selection.config.identities
    if identity not in known or known[identity].username is None:
        people = ", ".join(name for name in known if known[name].username) or "none"
        raise WrongUsage(f"{identity} is no identity of kind user; there are: {people}")
    links = [want for want in selection.wanted if want.place.identity == identity]
    listed = [want.place for want in links]
    index = link_index(links, selection.config.partners)
    found: dict[Place, None] = {}
    for name in tenants:
        named = [listed[number] for number in index.find(name)]
        if not named and (directory := tenant_of(name)):
            named = [Place(directory, directory, identity)]
        if not named:
            raise WrongUsage(f"no tenant {name} lists {identity}; give a name as the file has it")
        found.update(dict.fromkeys(named))
    if not (listed or found):
        raise WrongUsage(f"no tenant lists {identity}; name one with --tenant")
    return list(found) if tenants else listed


def findings_of(selection: Selection) -> tuple[Finding, ...]:
    """What is worth a look for the selected links: in the file, and in the secrets it names."""
    from reconciler.azure.signin.secret_checks import exposed

    tenants = {want.place.tenant for want in selection.wanted}
    identities = {want.place.identity for want in selection.wanted}
    of_file = (
        finding
        for finding in selection.config.findings
        if finding.tenant in tenants | {None} and finding.identity in identities | {None}
    )
    found = (*of_file, *exposed(used_identities(selection)))
    return selection.config.reported(found)
