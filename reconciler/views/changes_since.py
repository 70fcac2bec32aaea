"""Changes since a moment in words, one sentence for each kind of change, and as JSON data."""

from collections.abc import Iterator

from reconciler.core.history.changes_since import ChangeKind, ChangesSince, LinkChange
from reconciler.core.history.customer_history import CustomerEventKind
from reconciler.core.inventory.inventory import Inventory
from reconciler.core.plan import Plan
from reconciler.core.plan_json import Data, iso
from reconciler.core.plan_review import PlanReview
from reconciler.views.grouping import NAMED, member_label

LABELS = {
    ChangeKind.NEW_DRIFT: "new drift",
    ChangeKind.NEWLY_UNREADABLE: "newly unreadable",
    ChangeKind.STILL_UNREADABLE: "still unreadable",
    ChangeKind.STILL_DRIFT: "still drifted",
    ChangeKind.RECOVERED: "recovered",
    ChangeKind.ACCESS_LOST: "access lost",
    ChangeKind.ACCESS_GAINED: "access gained",
}

CUSTOMER_LABELS = {
    CustomerEventKind.NEW: "new in the list of customers",
    CustomerEventKind.LEFT: "no longer in the list of customers",
}


def changes_of(plan: Plan) -> ChangesSince | None:
    """Return the changes since a moment, if the plan or inventory has them."""
    return plan.changes_since if isinstance(plan, PlanReview | Inventory) else None


def heading(changes_since: ChangesSince) -> str:
    """Return the heading, which names the moment of comparison."""
    return f"Changes since {iso(changes_since.since)}"


def change_lines(changes_since: ChangesSince) -> Iterator[str]:
    """Yield a sentence for each kind of change that occurred; raw text."""
    if not changes_since.is_known:
        yield "no earlier run is recorded, so every difference counts as new"
    if not changes_since.items and not changes_since.customers:
        yield "no changes"
    for kind, label in LABELS.items():
        items = changes_since.of(kind)
        if items:
            names = ", ".join(map(_named, items[:NAMED]))
            more = len(items) - NAMED
            rest = f" and {more} more (--format csv and json list all)" if more > 0 else ""
            yield f"{label} ({len(items)}): {names}{rest}"
    for customer_kind, label in CUSTOMER_LABELS.items():
        customers = changes_since.customers_of(customer_kind)
        if customers:
            names = ", ".join(each.label for each in customers[:NAMED])
            more = len(customers) - NAMED
            rest = f" and {more} more (--format json lists all)" if more > 0 else ""
            yield f"{label} ({len(customers)}): {names}{rest}"


def changes_data(changes_since: ChangesSince) -> Data:
    """Return the changes as JSON data."""
    return {
        "since": iso(changes_since.since),
        "known": changes_since.is_known,
        "links": [
            {
                "tenant": item.observation.tenant,
                "identity": item.observation.identity,
                "news": item.kind.value,
                "since": iso(item.since),
                "nights": item.days,
            }
            for item in changes_since.items
        ],
        "customers": [
            {"tenant_id": each.tenant_id, "name": each.name, "news": each.kind.value}
            for each in changes_since.customers
        ],
    }


def _named(item: LinkChange) -> str:
    is_counted = item.days > 1 and item.kind is not ChangeKind.RECOVERED
    days = f" (for {item.days} days)" if is_counted else ""
    return member_label(item.observation.key) + days
