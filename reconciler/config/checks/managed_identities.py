"""Is a managed identity used in its own tenant only? In any other there is no such principal."""

from reconciler.config.checks.context import CheckContext
from reconciler.config.model.identities import ManagedIdentity
from reconciler.config.precedence import entries
from reconciler.config.reading.diagnostics import quoted


def check_managed_identities(context: CheckContext) -> None:
    """No managed identity stands in two tenants: which of them is its own is not for us to say."""
    homes: dict[str, tuple[str, str]] = {}
    for index, tenant in enumerate(context.document.tenants):
        if context.damage.at("tenants", index, "tenant"):
            continue
        for entry in entries(context.document, index):
            identity = (context.document.identities or {}).get(entry.identity)
            if not isinstance(identity, ManagedIdentity):
                continue
            path = entry.path if entry.is_own else ("tenants", index, "tenant")
            home, where = homes.setdefault(entry.identity, (tenant.tenant, context.where(path)))
            if home != tenant.tenant:
                context.add(
                    path,
                    f"managed identity {quoted(entry.identity)} stands at {where} already, for "
                    "another tenant, and lives in one only; elsewhere use kind "
                    "federated_managed_identity",
                )
