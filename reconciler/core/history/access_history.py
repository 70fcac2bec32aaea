"""Access in the history: the last verdict about each link, and when it was lost or gained.

Only `eligible`, `probably` and `none` are compared. `cannot_tell` says nothing, so it neither loses
nor gains anything.
"""

from dataclasses import dataclass
from datetime import datetime

from reconciler.core.access.values import COUNTED, Access, AccessReason, AccessVerdict

DECIDED = COUNTED | {AccessVerdict.NONE}
"""The verdicts that are compared."""


@dataclass(frozen=True, slots=True)
class RecordedAccess:
    """A verdict that earlier runs found.

    at       when it was found first, UTC; last_at: when it was found last without another since
    message  the sentence that says what was found
    until    when the last role that counts ends; None if one is permanent
    own      the IDs of the visible subscriptions of the customer when it was found last
    """

    at: datetime
    last_at: datetime
    verdict: AccessVerdict
    reason: AccessReason
    message: str
    until: datetime | None = None
    own: tuple[str, ...] = ()

    def shows_the_same(self, other: "RecordedAccess") -> bool:
        """Whether both are equal except for their times and subscriptions."""
        return (self.verdict, self.reason, self.message, self.until) == (
            other.verdict,
            other.reason,
            other.message,
            other.until,
        )


def recorded(access: Access, at: datetime) -> RecordedAccess:
    """The verdict of this run, as it is recorded with the time of its observation."""
    return RecordedAccess(
        at, at, access.verdict, access.reason, access.message, access.until, access.own
    )


@dataclass(frozen=True, slots=True)
class RecordedCover:
    """A verdict about a customer that a link of our own tenant covers.

    tenant     of the link, as in the file; identity likewise
    customer   the covered customer's name in the file
    tenant_id  its directory at that time; None if that was not known
    """

    tenant: str
    identity: str
    customer: str
    tenant_id: str | None
    access: RecordedAccess


def recorded_covers(
    tenant: str, identity: str, access: Access, at: datetime
) -> list[RecordedCover]:
    """The verdicts about the customers that a link covers, as they are recorded."""
    return [
        RecordedCover(
            tenant,
            identity,
            each.tenant,
            each.tenant_id,
            RecordedAccess(at, at, each.verdict, each.reason, each.message, own=each.subscriptions),
        )
        for each in access.covers
    ]


def is_lost(before: RecordedAccess | None, now: Access | None) -> bool:
    """Whether a role that counted does not count any more."""
    return _moved(before, now) and now is not None and now.verdict is AccessVerdict.NONE


def is_gained(before: RecordedAccess | None, now: Access | None) -> bool:
    """Whether a role counts where none did before."""
    return _moved(before, now) and now is not None and now.verdict in COUNTED


def _moved(before: RecordedAccess | None, now: Access | None) -> bool:
    if before is None or now is None or not {before.verdict, now.verdict} <= DECIDED:
        return False
    return (before.verdict in COUNTED) is not (now.verdict in COUNTED)
