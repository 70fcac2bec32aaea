"""Customers' own apps: `client_id: per_tenant`, keys and placeholders, and their checks."""

import re
import unicodedata
from collections.abc import Iterator

from reconciler.config.checks.context import CheckContext
from reconciler.config.model.document import Tenant
from reconciler.config.model.fields import LONGEST_KEY
from reconciler.config.model.identities import Identity, Reference
from reconciler.config.model.identity_fields import PER_TENANT
from reconciler.config.precedence import LinkEntry, TenantEntry
from reconciler.config.reading.diagnostics import quoted
from reconciler.config.reading.tree import Path
from reconciler.core.identities import PLACEHOLDERS
from reconciler.core.links import App

_BRACES = re.compile("[{][^{}]*[}]")
_NO_KEY = re.compile("[^a-z0-9]+")


def is_per_tenant(identity: Identity | None) -> bool:
    """Whether each customer has an app of its own for this identity."""
    return getattr(identity, "client_id", None) == PER_TENANT


def key_of(tenant: Tenant) -> str:
    """The customer's key: its own, or one made from its name; empty if none can be made."""
    if tenant.key:
        return tenant.key
    plain = unicodedata.normalize("NFKD", tenant.name.casefold()).encode("ascii", "ignore").decode()
    return _NO_KEY.sub("-", plain).strip("-")[:LONGEST_KEY].rstrip("-")


def app_of(entry: LinkEntry) -> App | None:
    """The customer's own app for this link; None if its identity is one app for all tenants."""
    tenant = entry.tenant
    identity = (entry.customer.document.identities or {}).get(entry.identity)
    if not is_per_tenant(identity) or tenant.client_id is None:
        return None
    return App(tenant.client_id, key_of(tenant), tenant.expires_on)


def check_apps(context: CheckContext) -> None:
    """Check that placeholders have keys, own apps have client IDs, and keys are unique."""
    for name, identity in (context.document.identities or {}).items():
        if not context.is_broken("identities", name):
            for path, reference in references(name, identity):
                _check_placeholders(context, path, reference, is_per_tenant(identity))
    owners: dict[str, tuple[str, Path]] = {}
    for index in range(len(context.document.tenants)):
        _check_customer(context, TenantEntry(context.document, index), owners)


def references(name: str, identity: Identity) -> Iterator[tuple[Path, Reference]]:
    """The references to secrets of an identity, with their paths."""
    for key in type(identity).model_fields:
        found = getattr(identity, key)
        if isinstance(found, list):
            for number, reference in enumerate(found):
                yield ("identities", name, key, number), reference
        elif isinstance(found, Reference):
            yield ("identities", name, key), found


def _check_placeholders(
    context: CheckContext, path: Path, reference: Reference, has_keys: bool
) -> None:
    braces = [found for text in reference.texts for found in _BRACES.findall(text)]
    if has_keys:
        unknown = next((found for found in braces if found not in PLACEHOLDERS), None)
        if unknown:
            context.add(path, f"{quoted(unknown)} is not a placeholder; use {{key}} or {{KEY}}")
    elif braces and (reference.env or reference.keyvault):
        context.add(
            path,
            f"{braces[0]} stands for a tenant's key, but this identity is one app for all of them; "
            "write client_id: per_tenant, or remove the placeholder",
        )


def _check_customer(
    context: CheckContext, customer: TenantEntry, owners: dict[str, tuple[str, Path]]
) -> None:
    """Check that a tenant has the keys that its identities need, and no unused ones."""
    tenant, path = customer.tenant, ("tenants", customer.index)
    known = context.document.identities or {}
    own = [e for e in customer.entries() if is_per_tenant(known.get(e.identity))]
    if own and tenant.client_id is None and not context.is_broken(*path, "client_id"):
        context.add(
            own[0].path if own[0].is_own else path,
            f"identity {quoted(own[0].identity)} signs in to {context.tenant(customer.index)} "
            "by the customer's own app; add its client_id: there",
        )
    for key in ("client_id", "expires_on"):
        is_unused = not own and getattr(tenant, key) is not None
        if is_unused and not _is_unknown(context, customer.index):
            context.add(
                (*path, key),
                f"{key} is used only with an identity that has client_id: per_tenant, and "
                f"{context.tenant(customer.index)} has none; list one, or remove {key}",
            )
    if context.is_broken(*path, "name") or context.is_broken(*path, "key"):
        return
    needs_key = any(_has_placeholder(known.get(entry.identity)) for entry in own)
    if tenant.key or needs_key:
        _claim_key(context, tenant, (*path, "key" if tenant.key else "name"), owners)


def _is_unknown(context: CheckContext, index: int) -> bool:
    """Whether the identities of the tenant are unknown because of another error."""
    return (
        context.is_broken("defaults", "identities")
        or context.is_broken("defaults", "by_tag")
        or any(context.is_broken("tenants", index, key) for key in ("identities", "tags"))
        or context.is_any_identity_broken
    )


def _has_placeholder(identity: Identity | None) -> bool:
    if identity is None:
        return False
    texts = [text for _, reference in references("", identity) for text in reference.texts]
    return any(placeholder in text for text in texts for placeholder in PLACEHOLDERS)


def _claim_key(
    context: CheckContext, tenant: Tenant, path: Path, owners: dict[str, tuple[str, Path]]
) -> None:
    key = key_of(tenant)
    if not key:
        context.add(path, f"no key can be made from the name {quoted(tenant.name)}; add key: to it")
        return
    owner, first = owners.setdefault(key, (tenant.name, path))
    if first != path:
        context.add(
            path,
            f"key {quoted(key)} is also the key of {quoted(owner)} ({context.where(first)}), and "
            f"both would use the same secrets; give {quoted(tenant.name)} another key:",
        )
