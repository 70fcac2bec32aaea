"""Is each link wanted by somebody, for somebody, and not in two ways at once?"""

from reconciler.config.checks.context import CheckContext
from reconciler.config.checks.damage import Damage
from reconciler.config.precedence import BY_TAG, TenantEntry, entries
from reconciler.config.reading.diagnostics import quoted
from reconciler.config.reading.tree import Path
from reconciler.core.links import WantedState


def check_wanted_links(context: CheckContext) -> None:
    """Every link is wanted by somebody, for somebody, and not in two ways at once."""
    document, damage = context.document, context.damage
    is_coverage_lost = any(
        damage.at("tenants", index, "covers") for index in range(len(document.tenants))
    )
    for index, tenant in enumerate(document.tenants):
        path: Path = ("tenants", index)
        if damage.at(*path):
            continue
        listed = list(entries(document, index))
        is_served = index in document.covered or is_coverage_lost
        if not listed and not is_served and not _is_lost(damage, index, "identities"):
            context.add(
                path, f"tenant {quoted(tenant.name)} has no identities; {_why(context, index)}"
            )
        for entry in listed:
            location = entry.path if entry.is_own else path
            if entry.state is WantedState.LINKED:
                if not entry.partner and not _is_lost(damage, index, "partner", "state"):
                    context.add(
                        location,
                        f"tenant {quoted(tenant.name)} has no partner; name one here "
                        "or under defaults:",
                    )
            elif entry.attested and not _is_lost(damage, index, "state"):
                context.add(
                    location,
                    f"state {entry.state} and attested: contradict each other; keep one of them",
                )


def _why(context: CheckContext, index: int) -> str:
    taken = TenantEntry(context.document, index).find("identities").path
    if taken is None:
        return "list them here or under defaults:"
    return f"{context.where(taken)} takes them away; list some here, or name it under covers:"


def _is_lost(damage: Damage, index: int, *keys: str) -> bool:
    """Whether one of these was given for the tenant, in any place, and is broken."""
    keys += ("identities",)
    is_default_lost = damage.at(*BY_TAG) or any(damage.at("defaults", key) for key in keys)
    return is_default_lost or any(damage.at("tenants", index, key) for key in (*keys, "tags"))
