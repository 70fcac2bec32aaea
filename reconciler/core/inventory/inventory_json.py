"""An inventory as JSON data: the shape of a plan, with what else is known of each link."""

from collections.abc import Sequence

from reconciler.core.access.link_access import access_data, access_of, count_verdicts
from reconciler.core.inventory.filters import grouped
from reconciler.core.inventory.inventory import STATES, day, known_about, roles_as_of
from reconciler.core.plan import FactKind, Plan
from reconciler.core.plan_json import Data, iso, plan_data


def inventory_data(plan: Plan, by: Sequence[str] = ()) -> Data:
    """The inventory as JSON data.

    by  the fields to group by; without one there are no groups
    """
    data = plan_data(plan, FactKind.INVENTORY)
    as_of = roles_as_of(plan)
    for link, change in zip(data["links"], plan.changes, strict=True):
        known = known_about(plan, change)
        link |= {
            "linked_since": iso(known.linked_since) if known.linked_since else None,
            "verified_at": iso(known.verified_at) if known.verified_at else None,
            "last_partner_id": known.last_partner_id,
            "expires_on": day(known.expires_on),
        }
        if as_of:
            link["access"] = access_data(access_of(change))
    if as_of:
        data["summary"] |= {"access": count_verdicts(plan.changes)}
        data["roles_as_of"] = as_of.isoformat()
    if by:
        data["groups"] = [
            {
                "by": dict(zip(by, group.values, strict=True)),
                "partner_names": list(group.names),
                "links": len(group.changes),
                "states": {state: group.count(state) for state in STATES},
                "customers": list(group.customers),
            }
            for group in grouped(plan, by)
        ]
    return data
