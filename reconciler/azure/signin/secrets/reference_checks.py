"""Checks of secret references before a run, without a request."""

import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from reconciler.azure.signin.secrets.references import Unresolved, check_ref, check_vault
from reconciler.core.errors import BadFile
from reconciler.core.findings import Finding
from reconciler.core.identities import Identity, SecretRef


def check(identities: Iterable[Identity]) -> None:
    """Raise `BadFile` with an error for each needed reference that cannot be resolved.

    Offline: no key vault is read and no program runs; only whether that is possible is checked. Of
    several secrets of an identity one is enough, because a rotation can lack some of them.
    """
    complaints: list[str] = []
    for identity in identities:
        for group in identity.references.values():
            found = [_complaint(identity, ref, partial(check_ref, identity)) for ref in group]
            complaints += found if all(found) else []
    if complaints:
        raise BadFile(*complaints)


def check_vaults(identities: Iterable[Identity], vault_suffix: str) -> None:
    """Raise `BadFile` with an error for each key vault that is not one of the cloud's."""

    def check_one(ref: SecretRef) -> None:
        if ref.source == "keyvault":
            check_vault(ref, vault_suffix)

    refs = ((identity, ref) for identity in identities for ref in identity.secret_refs)
    if complaints := [said for who, ref in refs if (said := _complaint(who, ref, check_one))]:
        raise BadFile(*complaints)


def exposed(identities: Iterable[Identity]) -> Iterator[Finding]:
    """A finding for each secret file that every user of this machine can read."""
    for identity in identities:
        for ref in identity.secret_refs:
            if ref.source == "file" and _is_world_readable(ref.name):
                yield Finding(
                    "secret_file_exposed",
                    f"every user of this machine can read the secret file {ref.name}",
                    "run chmod o-r on the file; if the machine has other users, replace the secret",
                    identity=identity.name,
                )


def _is_world_readable(name: str) -> bool:
    with suppress(OSError, ValueError):
        return bool(Path(name).stat().st_mode & stat.S_IROTH)
    return False


def _complaint(identity: Identity, ref: SecretRef, check_one: Callable[[SecretRef], None]) -> str:
    """The problem with a reference in one line; empty if there is none."""
    try:
        check_one(ref)
    except Unresolved as error:
        return f"{ref.where}: {error} (identity {identity.label})"
    return ""
