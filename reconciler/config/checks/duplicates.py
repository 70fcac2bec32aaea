"""Checks for duplicate links: one principal in one tenant has one link, and one entry.

Two entries would change the link back and forth. A domain and a GUID of the same tenant are only
found after sign-in.
"""

from reconciler.config.checks.context import CheckContext
from reconciler.config.model.document import Override
from reconciler.config.model.identities import ManagedIdentitySettings
from reconciler.config.per_tenant_apps import is_per_tenant
from reconciler.config.precedence import BY_TAG, DEFAULTS, entries
from reconciler.config.reading.diagnostics import quoted
from reconciler.config.reading.tree import Path

_Claims = dict[tuple[str, str], tuple[str, Path]]


def check_duplicates(context: CheckContext) -> None:
    """No identity is listed twice for a tenant, and no two identities are one principal."""
    claims: _Claims = {}
    defaults = context.document.defaults
    for number, override in enumerate(defaults.identities or ()):
        _claim(context, claims, "", override, (*DEFAULTS, number))
    for tag, tagged in (defaults.by_tag or {}).items():
        for number, override in enumerate(tagged.identities or ()):
            path = (*BY_TAG, tag, "identities", number)
            _claim(context, claims, f"tag:{tag}", override, path)
    for index, tenant in enumerate(context.document.tenants):
        if context.is_broken("tenants", index, "tenant"):
            continue
        for entry in entries(context.document, index):
            path = entry.path if entry.is_own else ("tenants", index, "tenant")
            is_new = _claim(context, claims, tenant.tenant, entry.override, path, tenant.client_id)
            if not is_new and not entry.is_own:
                break


def _claim(
    context: CheckContext,
    claims: _Claims,
    tenant: str,
    override: Override,
    path: Path,
    own_app: str | None = None,
) -> bool:
    """Note a principal of a tenant; report it if it was noted before at another path.

    Identities that a tenant takes from the defaults share one path: duplicates among them are
    reported at the defaults.
    """
    name = override.identity
    identity = (context.document.identities or {}).get(name)
    if identity is None and not context.is_defined("identities", name):
        return True
    client_id = own_app if is_per_tenant(identity) else getattr(identity, "client_id", None)
    username = getattr(identity, "username", "").casefold()
    kind = name if identity is None or is_per_tenant(identity) else identity.kind
    principal = client_id or username or kind
    first, first_path = claims.setdefault((tenant, principal), (name, path))
    if first_path == path:
        return True
    where = context.where(first_path)
    if first == name:
        context.add(
            path, f"identity {quoted(name)} is already listed for this tenant at {where}; keep one"
        )
    else:
        shared = "client ID" if client_id else "user name" if username else ""
        same = f"have one {shared}" if shared else f"are both {kind}"
        context.add(
            path,
            f"identities {quoted(first)} ({where}) and {quoted(name)} {same}: in one tenant that "
            "is one principal, which has one link; keep one",
        )
    return False


def check_managed_identities(context: CheckContext) -> None:
    """No managed identity is used in two tenants: it exists in one tenant only."""
    homes: dict[str, tuple[str, str]] = {}
    for index, tenant in enumerate(context.document.tenants):
        if context.is_broken("tenants", index, "tenant"):
            continue
        for entry in entries(context.document, index):
            identity = (context.document.identities or {}).get(entry.identity)
            if not isinstance(identity, ManagedIdentitySettings):
                continue
            path = entry.path if entry.is_own else ("tenants", index, "tenant")
            home, where = homes.setdefault(entry.identity, (tenant.tenant, context.where(path)))
            if home != tenant.tenant:
                context.add(
                    path,
                    f"managed identity {quoted(entry.identity)} is already used at {where} for "
                    "another tenant, and it exists in one tenant only; elsewhere use kind "
                    "federated_managed_identity",
                )
