"""Is a managed identity used in its own tenant only? In any other there is no such principal."""

from reconciler.config.complaints import quoted
from reconciler.config.draft import Draft
from reconciler.config.kinds import ManagedIdentity
from reconciler.config.links import entries


def check_homes(draft: Draft) -> None:
    """No managed identity stands in two tenants: which of them is its own is not for us to say."""
    homes: dict[str, tuple[str, str]] = {}
    for index, tenant in enumerate(draft.document.tenants):
        if draft.damage.at("tenants", index, "tenant"):
            continue
        for entry in entries(draft.document, index):
            identity = (draft.document.identities or {}).get(entry.identity)
            if not isinstance(identity, ManagedIdentity):
                continue
            path = entry.path if entry.is_own else ("tenants", index, "tenant")
            home, where = homes.setdefault(entry.identity, (tenant.tenant, draft.where(path)))
            if home != tenant.tenant:
                draft.add(
                    path,
                    f"managed identity {quoted(entry.identity)} stands at {where} already, for "
                    "another tenant, and lives in one only; elsewhere use kind "
                    "federated_managed_identity",
                )
