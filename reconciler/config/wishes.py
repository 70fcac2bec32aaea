"""Is each link wanted by somebody, for somebody, and not in two ways at once?"""

from reconciler.config.complaints import quoted
from reconciler.config.damage import Damage
from reconciler.config.draft import Draft
from reconciler.config.links import BY_TAG, Customer, entries
from reconciler.config.nodes import Path
from reconciler.core.links import Aim


def check_wishes(draft: Draft) -> None:
    """Every link is wanted by somebody, for somebody, and not in two ways at once."""
    document, damage = draft.document, draft.damage
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
            draft.add(path, f"tenant {quoted(tenant.name)} has no identities; {_why(draft, index)}")
        for entry in listed:
            spot = entry.path if entry.is_own else path
            if entry.state is Aim.LINKED:
                if not entry.partner and not _is_lost(damage, index, "partner", "state"):
                    draft.add(
                        spot,
                        f"tenant {quoted(tenant.name)} has no partner; name one here "
                        "or under defaults:",
                    )
            elif entry.attested and not _is_lost(damage, index, "state"):
                draft.add(
                    spot,
                    f"state {entry.state} and attested: contradict each other; keep one of them",
                )


def _why(draft: Draft, index: int) -> str:
    taken = Customer(draft.document, index).find("identities").path
    if taken is None:
        return "list them here or under defaults:"
    return f"{draft.where(taken)} takes them away; list some here, or name it under covers:"


def _is_lost(damage: Damage, index: int, *keys: str) -> bool:
    """Whether one of these was given for the tenant, in any place, and is broken."""
    keys += ("identities",)
    is_default_lost = damage.at(*BY_TAG) or any(damage.at("defaults", key) for key in keys)
    return is_default_lost or any(damage.at("tenants", index, key) for key in (*keys, "tags"))
