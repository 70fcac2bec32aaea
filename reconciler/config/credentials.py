"""How does each identity of the file sign in? Model → the core's recipes, references only."""

from collections.abc import Callable
from pathlib import Path

from reconciler.config.model.document import Document
from reconciler.config.model.identities import Identity as IdentityModel
from reconciler.config.model.identities import Reference, WorkloadToken
from reconciler.config.per_tenant_apps import is_per_tenant, references
from reconciler.config.reading.tree import Path as NodePath
from reconciler.core.identities import Identity, SecretRef, TokenRef


def identities(
    document: Document, where: Callable[[NodePath], str], folder: Path
) -> dict[str, Identity]:
    """Every identity of the file, by name, in the file's order. Paths are made absolute.

    where  tells a place in the file
    """

    def identity(name: str, model: IdentityModel) -> Identity:
        refs: dict[str | int, list[SecretRef]] = {}
        for path, found in references(name, model):
            refs.setdefault(path[2], []).append(secret_ref(found, folder, where(path)))

        def ref(key: str) -> SecretRef | None:
            return refs[key][0] if key in refs else None

        return Identity(
            name,
            model.kind,
            client_id=None if is_per_tenant(model) else getattr(model, "client_id", None),
            secret=ref("secret"),
            spare_secrets=tuple(refs.get("secret", ())[1:]),
            certificate=ref("certificate"),
            password=ref("password"),
            token=_token(getattr(model, "token", None), folder),
            managed_identity=getattr(model, "managed_identity", None),
            expires_on=getattr(model, "expires_on", None),
            username=getattr(model, "username", None),
            unattended=getattr(model, "unattended", False),
        )

    return {name: identity(name, model) for name, model in (document.identities or {}).items()}


def _token(found: WorkloadToken | None, folder: Path) -> TokenRef | None:
    if found is None:
        return None
    if found.file is not None:
        return TokenRef("file", _absolute(folder, found.file))
    if found.github is not None:
        return TokenRef("github", found.github)
    return TokenRef("azure_pipelines", str(found.azure_pipelines))


def _absolute(folder: Path, name: str) -> str:
    return str((folder / name).absolute())


def secret_ref(found: Reference, folder: Path, said_at: str) -> SecretRef:
    """Where a secret is to be found; `said_at` is the place in the file, for complaints."""
    if found.env is not None:
        return SecretRef("env", found.env, said_at)
    if found.file is not None:
        return SecretRef("file", _absolute(folder, found.file), said_at)
    if found.keyvault is not None:
        return SecretRef("keyvault", found.keyvault, said_at)
    program, *arguments = found.command or ("",)
    return SecretRef("command", program, said_at, tuple(arguments))
