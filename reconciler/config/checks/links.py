"""Checks of each wanted link: it has an identity and a partner, and no two of its keys conflict."""

from reconciler.config.checks.context import CheckContext
from reconciler.config.precedence import BY_TAG, LinkEntry, TenantEntry
from reconciler.config.reading.tree import Path
from reconciler.core.links import WantedState


def check_links(context: CheckContext) -> None:
    """Every tenant has links, and every link a partner, one state, and days that fit it."""
    document = context.document
    is_coverage_lost = any(
        context.is_broken("tenants", index, "covers") for index in range(len(document.tenants))
    )
    reported: set[Path] = set()
    for index in range(len(document.tenants)):
        if context.is_broken("tenants", index):
            continue
        customer = TenantEntry(document, index)
        entries = list(customer.entries())
        is_served = is_coverage_lost or customer.is_covered
        if not entries and not is_served and not _is_lost(context, index, "identities"):
            _add_without_identities(context, customer)
        for entry in entries:
            _check_state(context, entry)
            if entry.is_dated:
                _check_days(context, entry, reported)


def _add_without_identities(context: CheckContext, customer: TenantEntry) -> None:
    empty = customer.find("identities").path
    remedy = "list them here or under defaults:"
    if empty is not None:
        where = context.where(empty)
        remedy = f"{where} removes them; list some here, or name the tenant under covers:"
    name = context.tenant(customer.index)
    context.add(("tenants", customer.index), f"tenant {name} has no identities; {remedy}")


def _check_state(context: CheckContext, entry: LinkEntry) -> None:
    index = entry.customer.index
    path = entry.path if entry.is_own else ("tenants", index)
    if entry.state is WantedState.LINKED:
        if not entry.partner and not _is_lost(context, index, "partner", "state"):
            name = context.tenant(index)
            context.add(path, f"tenant {name} has no partner; set one here or under defaults:")
    elif entry.attested and not _is_lost(context, index, "state"):
        context.add(
            path, f"state {entry.state} and attested: contradict each other; keep one of them"
        )


def _is_lost(context: CheckContext, index: int, *keys: str) -> bool:
    """Whether one of these keys is broken, at the tenant or in the defaults."""
    keys += ("identities",)
    return (
        context.is_broken(*BY_TAG)
        or any(context.is_broken("defaults", key) for key in keys)
        or any(context.is_broken("tenants", index, key) for key in (*keys, "tags"))
    )


def _check_days(context: CheckContext, entry: LinkEntry, reported: set[Path]) -> None:
    begins, until = entry.find("from"), entry.find("until")
    for key, found in (("from", begins), ("until", until)):
        if found.path is None or found.path in reported:
            continue
        if conflict := _conflict(entry, key):
            reported.add(found.path)
            context.add(found.path, f"{key} and {conflict} contradict each other; keep one of them")
    is_reversed = begins.path and until.path and until.value < begins.value
    if is_reversed and until.path and begins.path and until.path not in reported:
        reported.add(until.path)
        context.add(
            until.path,
            f"until {until.value} is before from {begins.value} ({context.where(begins.path)}); "
            "the last day cannot come before the first",
        )


def _conflict(entry: LinkEntry, key: str) -> str:
    """What makes a first or last day pointless: no link is wanted, or none is ever written."""
    if entry.attested:
        return "attested:"
    is_idle = entry.state is WantedState.UNMANAGED or (
        entry.state is WantedState.ABSENT and key == "until"
    )
    return f"state {entry.state}" if is_idle else ""
