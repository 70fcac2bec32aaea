"""Inventory: the links that were read, with what else is known of each.

The facts come from Azure, from the history and from the file. Whether a link earns credit is not
known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime

from reconciler.core.history.changes_since import ChangesSince
from reconciler.core.history.link_history import Key, Period
from reconciler.core.links import Change, Observed, ObservedState, Place
from reconciler.core.plan import Plan
from reconciler.core.plan_json import iso

NOT_READ = "not_read"
"""The state of an attested link, which is not read."""


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier runs know about a link.

    linked_since     UTC, the first known time with its current partner ID
    verified_at      UTC, when Azure last answered for it; None if it never did
    last_partner_id  the ID in that answer, for a link that cannot be read now; None: not linked
    expires_on       the last day of its credential; None if that is not known
    """

    linked_since: datetime | None = None
    verified_at: datetime | None = None
    last_partner_id: str | None = None
    expires_on: date | None = None


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Inventory(Plan):
    """The links that were read, with what else is known of each.

    known        by place; a link without an entry has nothing known
    roles_as_of  the date of the list of roles, if access was checked; else None
    changes_since  what has changed since a time; None if that was not asked for
    """

    known: Mapping[Place, Known] = field(default_factory=dict)
    roles_as_of: date | None = None
    changes_since: ChangesSince | None = None


def with_known(
    plan: Plan, known: Mapping[Place, Known], roles_as_of: date | None = None
) -> Inventory:
    """The plan's reads as an inventory.

    roles_as_of  the date of the list of roles, if access was checked
    """
    values = {each.name: getattr(plan, each.name) for each in fields(Plan)}
    return Inventory(**values, known=known, roles_as_of=roles_as_of)


def roles_as_of(plan: Plan) -> date | None:
    """The date of the list of roles by which access was checked; None if it was not."""
    return plan.roles_as_of if isinstance(plan, Inventory) else None


def known_about(plan: Plan, change: Change) -> Known:
    """What is known of a link; nothing where the plan is no inventory."""
    known = plan.known if isinstance(plan, Inventory) else {}
    return known.get(change.place, NOTHING_KNOWN)


STATES = (*(seen.value for seen in ObservedState), NOT_READ)


def state_of(change: Change) -> str:
    """The observed state of a link, or `not_read`."""
    return change.observed.state.value if change.observed else NOT_READ


def known_of(
    plan: Plan, latest: Mapping[Key, Period], ends: Mapping[str, date]
) -> dict[Place, Known]:
    """What is known of each link of a plan.

    latest  the newest period of each link, as the history has it
    ends    the last day of each identity's credential
    """
    return {
        change.place: _known(
            change,
            latest.get(change.place.key),
            plan.created_at,
            ends.get(change.place.identity),
        )
        for change in plan.changes
    }


def _known(
    change: Change, before: Period | None, read_at: datetime, expires_on: date | None
) -> Known:
    seen = change.observed
    if seen is None or seen.state is ObservedState.UNKNOWN:
        if before is None:
            return Known(expires_on=expires_on)
        return Known(before.linked_since, before.read_at, before.read_partner_id, expires_on)
    moments = []
    if seen.partner_id:
        is_same = before is not None and before.read_partner_id == seen.partner_id
        moments = [changed_at(seen), before.linked_since if before and is_same else None]
    return Known(min(filter(None, moments), default=None), read_at, None, expires_on)


def changed_at(seen: Observed | None) -> datetime | None:
    """The time of the last change to a link, as Azure says, UTC; None if it says none.

    Year 1 is how .NET, in which Azure is written, says that a time is missing.
    """
    try:
        moment = datetime.fromisoformat((seen and seen.updated_at) or "")
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year > 1 else None


def day(moment: date | None) -> str | None:
    """The day of a date or time as text."""
    if isinstance(moment, datetime):
        return iso(moment)[:10]
    return moment.isoformat() if moment else None
