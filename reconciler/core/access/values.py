"""Values of the access check: the verdict about one link, and the assignments behind it.

An `Access` is part of an `Observed` only where the run was asked for it. It is no part of a plan,
its digest or an exit status. All values are frozen and can be pickled.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Workload(StrEnum):
    """What a principal works on at a customer. It decides what else a link needs to count."""

    AZURE = "azure"
    POWER_PLATFORM = "power_platform"


class AccessVerdict(StrEnum):
    """Whether the principal holds a role that counts. The first is the best."""

    ELIGIBLE = "eligible"
    PROBABLY = "probably"
    CANNOT_TELL = "cannot_tell"
    NONE = "none"


COUNTED = frozenset({AccessVerdict.ELIGIBLE, AccessVerdict.PROBABLY})
"""The verdicts of links whose principal holds a role that counts, at least probably."""


class AccessReason(StrEnum):
    """Why a verdict is as it is. Of several reasons for one verdict, the first is shown."""

    ROLE_LISTED = "role_listed"
    FROM_PERMISSIONS = "from_permissions"
    OWNS_ASSETS = "owns_assets"
    INCOMPLETE = "incomplete"
    ROLE_NOT_ON_LIST = "role_not_on_list"
    CUSTOM_ROLE = "custom_role"
    MEMBER_OF_ENVIRONMENT = "member_of_environment"
    NARROW_ROLE_OR_NO_READ = "narrow_role_or_no_read"
    NO_ENVIRONMENT_LISTED = "no_environment_listed"
    NOT_CHECKED = "not_checked"
    ONLY_PIM_ELIGIBLE = "only_pim_eligible"
    READER_ONLY = "reader_only"
    NO_SUBSCRIPTION = "no_subscription"
    OWNS_NOTHING = "owns_nothing"
    NOT_A_MEMBER = "not_a_member"


class Counts(StrEnum):
    """Whether one assignment counts. The first is the best."""

    YES = "yes"
    PROBABLY = "probably"
    UNKNOWN = "unknown"
    NO = "no"


COUNTING = frozenset({Counts.YES, Counts.PROBABLY})


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role of the principal, active now.

    subscription_id  the subscription in which it was found
    scope            where it was assigned; the subscription if it is known from permissions only
    role             the role's name; empty if it is not known
    role_id          the role's GUID in lower case; None if it is not known
    reason           why it counts, or does not; not part of the JSON
    through_group    the principal has it as a member of a group
    conditional      a condition limits it
    until            UTC, when it ends; None if it is permanent or that is not known
    """

    subscription_id: str
    scope: str
    role: str
    role_id: str | None
    counts: Counts
    reason: AccessReason
    through_group: bool = False
    conditional: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """The verdict about the subscriptions of one other directory, by Azure Lighthouse.

    tenant_id      empty for entries of the list of subscriptions that are malformed
    message        what was found on these subscriptions, one sentence
    subscriptions  their IDs
    """

    tenant_id: str
    verdict: AccessVerdict
    reason: AccessReason
    message: str = ""
    subscriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Covered:
    """The verdict about one customer that a link of the partner's own tenant covers.

    tenant         the customer's name in the file
    tenant_id      its GUID; None if the file names a domain that cannot be resolved
    message        what was found on the customer's subscriptions, one sentence; not in the JSON
    subscriptions  the IDs of those that are delegated; not in the JSON
    """

    tenant: str
    tenant_id: str | None
    verdict: AccessVerdict
    reason: AccessReason
    message: str = ""
    subscriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """What was found about the access of one linked principal.

    message        what was found, one sentence
    hint           what to do or to ask the customer for, one line; None if there is nothing to do
    subscriptions  how many subscriptions the principal can see
    complete       whether each of them was examined
    checked_at     UTC
    covers         one entry for each customer that the link covers, in the file's order
    delegations    one entry for each other directory with a visible subscription; not in the JSON
    note           what has to be known about every verdict of this workload; tables show it once
    own            the IDs of the visible subscriptions of the principal's own directory; not in the
                   JSON
    """

    workload: Workload
    verdict: AccessVerdict
    reason: AccessReason
    message: str
    hint: str | None
    checked_at: datetime
    assignments: tuple[Assignment, ...] = ()
    subscriptions: int = 0
    complete: bool = True
    covers: tuple[Covered, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    note: str = ""
    own: tuple[str, ...] = ()

    @property
    def full_message(self) -> str:
        """The message with the note, for JSON and CSV."""
        return f"{self.message.rstrip('.')}. {self.note}" if self.note else self.message

    @property
    def until(self) -> datetime | None:
        """When the last role that counts ends, UTC; None if one is permanent."""
        ends = [each.until for each in self.assignments if each.counts in COUNTING]
        known = [end for end in ends if end]
        return max(known) if known and len(known) == len(ends) else None


def not_checked(
    workload: Workload, checked_at: datetime, reason: AccessReason = AccessReason.NOT_CHECKED
) -> Access:
    """The access of a link for which no request was made."""
    message, hint = _NOT_CHECKED[reason]
    return Access(
        workload, AccessVerdict.CANNOT_TELL, reason, message, hint, checked_at, complete=False
    )


_NOT_CHECKED = {
    AccessReason.NOT_CHECKED: (
        "access was not checked",
        "run again; if this happens again, report it with the log of --log-level debug",
    ),
    AccessReason.NO_ENVIRONMENT_LISTED: (
        "no Power Platform environment is listed for this customer, so nothing was checked",
        "list the customer's environments under environments: in the file",
    ),
}
