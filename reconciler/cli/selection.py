"""Selection of links for a run: the file, the selected links, their identities and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reconciler.cli.selected_links import Selection
from reconciler.core.errors import BadFile, WrongUsage
from reconciler.core.links import Place
from reconciler.core.selectors import link_index

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.config.load import Config
    from reconciler.core.customers.directories import Remembered
    from reconciler.core.findings import Finding
    from reconciler.core.identities import Identity


def now() -> datetime:
    """The current time in UTC, the only clock of a run's documents."""
    return datetime.now(UTC)


def read_file(
    options: Options,
    *,
    with_secrets: bool = True,
    needs_tenants: bool = True,
    day: date | None = None,
    remembers: bool = True,
) -> Selection:
    """Load the file, select links, and check that their secrets can be found.

    needs_tenants  whether a file without tenants is an error
    day            the day (UTC) for which the file is read; default today. A run asks the clock
                   here, once, so that midnight does not change its plan
    remembers      whether a GUID also selects an entry whose domain led to it in an earlier run;
                   False for a command without a state directory

    Raises `BadFile` with every error at once, and `WrongUsage` if the file is valid
    and a selector matches nothing in it.
    """
    from reconciler.config.load import examine
    from reconciler.config.selectors import select

    config, complaints = examine(options.config, day or now().date(), needs_tenants=needs_tenants)
    errors = list(complaints)
    selection = Selection(config, ())
    if config.wanted or not complaints:
        try:
            only, exclude = options.only or (), options.exclude or ()
            directories = _remembered(options, config, (*only, *exclude)) if remembers else {}
            wanted = select(config, only, exclude, directories)
            selection = Selection(config, wanted)
        except WrongUsage as error:
            if not complaints:
                raise
            errors += (
                f"{line} (in the valid part of the file)" for line in str(error).splitlines()
            )
    if with_secrets:
        from reconciler.azure.signin.secrets.reference_checks import check

        with _collecting(errors):
            check(used_identities(selection))
    if options.arm_endpoint is None:
        from reconciler.azure.clouds import CLOUDS

        with _collecting(errors):
            check_vaults(selection, CLOUDS[config.cloud].vault_suffix)
    if errors:
        raise BadFile(*errors)
    return selection


def _remembered(options: Options, config: Config, selectors: Sequence[str]) -> Remembered:
    """The directories of earlier runs, if a selector is a GUID that the file does not name.

    This is safe: a domain that leads elsewhere by now is `directory_changed` and is not written.
    """
    from reconciler.config.model.fields import GUID

    named = {want.place.directory for want in config.wanted}
    if not any(GUID.fullmatch(each) and each.casefold() not in named for each in selectors):
        return {}
    from reconciler.cli.flows.earlier_runs import remembered_directories
    from reconciler.cli.state import RunContext

    return remembered_directories(RunContext(options, Selection(config, ()), None, ""))


@contextmanager
def _collecting(errors: list[str]) -> Iterator[None]:
    """Collect the errors of one check, and continue with the next."""
    try:
        yield
    except BadFile as error:
        errors += error.complaints


def used_identities(selection: Selection) -> list[Identity]:
    """The identities that read the selected links."""
    known = selection.config.identities
    return [known[place.identity].at(place) for place in used_logins(selection)]


def used_logins(selection: Selection) -> list[Place]:
    """The first link that is read with each identity, and with each customer's own app."""
    first: dict[object, Place] = {}
    for want in selection.wanted:
        if want.is_read:
            first.setdefault(want.place.login, want.place)
    return list(first.values())


def check_vaults(selection: Selection, vault_suffix: str) -> None:
    """Raise `BadFile` if a secret is in a key vault of another cloud.

    vault_suffix  the suffix of this cloud's vaults; a cloud behind --arm-endpoint names its own
    """
    from reconciler.azure.signin.secrets.reference_checks import check_vaults

    check_vaults(used_identities(selection), vault_suffix)


def places_of(selection: Selection, identity: str, tenants: Sequence[str]) -> list[Place]:
    """The tenants in which this person signs in: those named, or all that list the identity.

    tenants  names, GUIDs or domains. The file need not list the GUID or domain: discover starts so

    Raises `WrongUsage` unless the identity is a person, and for a name that does not list it.
    """
    from reconciler.config.reading.customer_lists import tenant_of

    known = selection.config.identities
    if identity not in known or known[identity].username is None:
        people = ", ".join(name for name in known if known[name].username)
        advice = f"use one of these: {people}" if people else "it has none, so add one"
        raise WrongUsage(
            f"{identity} is not an identity of kind user in {selection.config.path}; {advice}"
        )
    links = [want for want in selection.wanted if want.place.identity == identity]
    listed = [want.place for want in links]
    index = link_index(links, selection.config.partners)
    found: dict[Place, None] = {}
    for name in tenants:
        named = [listed[number] for number in index.find(name)]
        if not named and (directory := tenant_of(name)):
            named = [Place(directory, directory, identity)]
        if not named:
            raise WrongUsage(f"no tenant {name} lists {identity}; use a name from the file")
        found.update(dict.fromkeys(named))
    if not (listed or found):
        raise WrongUsage(f"no tenant lists {identity}; name one with --tenant")
    return list(found) if tenants else listed


def findings_of(selection: Selection) -> tuple[Finding, ...]:
    """Findings for the selected links: in the file, and in the secrets it names."""
    from reconciler.azure.signin.secrets.reference_checks import exposed

    tenants = {want.place.tenant for want in selection.wanted}
    identities = {want.place.identity for want in selection.wanted}
    of_file = (
        finding
        for finding in selection.config.findings
        if finding.tenant in tenants | {None} and finding.identity in identities | {None}
    )
    found = (*of_file, *exposed(used_identities(selection)))
    return selection.config.reported(found)
