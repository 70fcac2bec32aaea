"""Scope of `discover`: the identities that read, the tenants to read, and the file to add to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.command_line.options import Options
from reconciler.cli.selection import Selection, now
from reconciler.core.customers.discovery import Customer, distinct
from reconciler.core.errors import WrongUsage
from reconciler.core.links import Place, Wanted, WantedState

if TYPE_CHECKING:
    from reconciler.config.writing.existing_file import ExistingFile
    from reconciler.core.identities import Identity


@dataclass(frozen=True, slots=True)
class Scope:
    """What `discover` reads.

    source    the file with the identities
    names     the identities that read
    given     the tenants that were named; empty if the people who sign in list theirs
    existing  the file to add to; None for a new file or for none
    """

    source: ExistingFile
    names: tuple[str, ...]
    given: tuple[Customer, ...]
    existing: ExistingFile | None

    @property
    def selection(self) -> Selection:
        """One link for each identity, in its own directory, where it can list its tenants."""
        identities = [self.source.config.identities[name] for name in self.names]
        return Selection(self.source.config, tuple(map(_at_home, identities)))


def scope(
    config: Path | None, names: Sequence[str], given: Sequence[Customer], update: Path | None
) -> Scope:
    """Read the files. Raises `BadFile`, and `WrongUsage` if an option must decide something.

    config  the file that was named; None for the default file, if it exists
    """
    from reconciler.azure.signin.secret_checks import check
    from reconciler.config.writing.existing_file import WITHOUT_A_FILE, read

    today = now().date()
    path = config or Options().config
    is_without = config is None and not names and not path.exists()
    source = read(path, today, WITHOUT_A_FILE if is_without else None)
    chosen = _chosen(source, names)
    existing = None
    if update:
        existing = source if update == path else read(update, today)
        _check_same(source, existing, chosen)
    if app := next(filter(source.is_per_tenant, chosen), None):
        raise WrongUsage(
            f"{app} is another app in each tenant (client_id: per_tenant), and the file must name "
            "the app of a tenant first; read with a single app, a person or the Azure CLI"
        )
    identities = [source.config.identities[name] for name in chosen]
    if not given and not any(identity.is_person for identity in identities):
        raise WrongUsage(
            f"{chosen[0]} cannot list its tenants, because only people and the Azure CLI can; "
            "name them with --tenants or --tenants-from"
        )
    check(identities)
    return Scope(source, chosen, distinct(given), existing)


def _chosen(source: ExistingFile, names: Sequence[str]) -> tuple[str, ...]:
    identities = source.config.identities
    unknown = [name for name in names if name not in identities]
    if unknown or (not names and len(identities) != 1):
        listed = ", ".join(identities) or "none"
        problem = f"{unknown[0]} is not an identity" if unknown else "name one with --identity"
        raise WrongUsage(f"{problem}; {source.config.path} has: {listed}")
    return tuple(dict.fromkeys(names)) or tuple(identities)


def _check_same(source: ExistingFile, existing: ExistingFile, names: Sequence[str]) -> None:
    """Raise `WrongUsage` unless both files define these identities in the same way."""
    for name in names:
        if existing.config.identities.get(name) != source.config.identities[name]:
            raise WrongUsage(
                f"{existing.config.path} does not define identity {name} as "
                f"{source.config.path} does; copy it there first"
            )


def _at_home(identity: Identity) -> Wanted:
    """A link in the person's own directory; the Azure CLI knows its own."""
    home = (identity.username or "").rpartition("@")[2].casefold()
    return Wanted(Place(home, home, identity.name), WantedState.UNMANAGED, None)
