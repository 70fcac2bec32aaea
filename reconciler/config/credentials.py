"""Identities, secret references and the history's database of the file, as values of `core`."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from reconciler.config.model.document import Document
from reconciler.config.model.identities import Identity as IdentityModel
from reconciler.config.model.identities import Reference, WorkloadToken
from reconciler.config.model.identity_fields import PER_TENANT
from reconciler.config.model.run_settings import History
from reconciler.config.per_tenant_apps import references
from reconciler.config.reading.tree import Path as NodePath
from reconciler.core.history.link_history import HistorySource
from reconciler.core.identities import KINDS, Identity, SecretRef, TokenRef

_LISTS = frozenset({"secret"})
"""Keys that take one reference or several."""


def identities(
    document: Document, where: Callable[[NodePath], str], folder: Path
) -> dict[str, Identity]:
    """Every identity of the file by name, in the order of the file. Paths are made absolute.

    where  formats a place in the file
    """
    return {
        name: _identity(name, model, where, folder)
        for name, model in (document.identities or {}).items()
    }


def _identity(
    name: str, model: IdentityModel, where: Callable[[NodePath], str], folder: Path
) -> Identity:
    """An identity whose fields are filled from the keys of the same names."""
    kind = KINDS[model.kind]
    given = {each.name: getattr(model, each.name, None) for each in fields(kind)}
    values: dict[str, Any] = {
        key: _token(value, folder) if isinstance(value, WorkloadToken) else value
        for key, value in given.items()
        if value not in (None, PER_TENANT)
    }
    refs: dict[str, list[SecretRef]] = {}
    for path, found in references(name, model):
        refs.setdefault(str(path[2]), []).append(secret_ref(found, folder, where(path)))
    for key, listed in refs.items():
        values[key] = tuple(listed) if key in _LISTS else listed[0]
    return kind(**values | {"name": name})


def _token(found: WorkloadToken, folder: Path) -> TokenRef:
    if found.file is not None:
        return TokenRef("file", _absolute(folder, found.file))
    if found.github is not None:
        return TokenRef("github", found.github)
    return TokenRef("azure_pipelines", str(found.azure_pipelines))


def _absolute(folder: Path, name: str) -> str:
    return str((folder / name).absolute())


def secret_ref(found: Reference, folder: Path, where: str) -> SecretRef:
    """The reference to a secret. `where` is its place in the file, for messages."""
    if found.env is not None:
        return SecretRef("env", found.env, where)
    if found.file is not None:
        return SecretRef("file", _absolute(folder, found.file), where)
    if found.keyvault is not None:
        return SecretRef("keyvault", found.keyvault, where)
    program, *arguments = found.command or ("",)
    return SecretRef("command", program, where, tuple(arguments))


def history_source(
    found: History | None, file_id: str | None, folder: Path, where: Callable[[NodePath], str]
) -> HistorySource:
    """Where the history is, for the key `history:`, or None without it, and the key `id:`.

    where  formats a place in the file
    """
    if found is None or found.url is None:
        return HistorySource(file_id=file_id)
    return HistorySource(
        secret_ref(found.url, folder, where(("history", "url"))), found.name, file_id
    )
