"""The access check of Azure: which roles a principal holds on the subscriptions that it can see.

The order of requests keeps their number small: 1 + 2n for n subscriptions on which a listed role is
found, at most 1 + 5n otherwise (and one for each further resource group).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.azure.access.definitions import RoleDefinitions
from reconciler.azure.access.listings import AnswerKind, Entry, Listings
from reconciler.azure.access.subscription import SubscriptionCheck
from reconciler.azure.http.client import Https
from reconciler.azure.session import Session
from reconciler.azure.signin.openid import GUID
from reconciler.core.access.roles import RoleList
from reconciler.core.access.sentences import Principal
from reconciler.core.access.values import Access
from reconciler.core.access.verdict import SubscriptionAccess, Visibility, decide, unreadable
from reconciler.core.links import Place

API_VERSION = "2022-12-01"

_ENDED = ("disabled", "deleted")
"""The states of subscriptions that are not in use. Whether roles there count is not documented."""


@dataclass(frozen=True, slots=True)
class AzureRoles:
    """Checks principals of the workload azure.

    most_subscriptions  of one link; those beyond it are left out
    definitions         those that were requested in this run
    """

    roles: RoleList
    most_subscriptions: int
    https: Https
    definitions: RoleDefinitions

    def check(self, place: Place, session: Session) -> Access:  # noqa: ARG002 - an `AccessChecker`
        """The access of the principal that has signed in."""
        listings = Listings(session, self.https)
        listing = listings.get("/subscriptions", API_VERSION)
        if listing.kind is not AnswerKind.WHOLE:
            cause = listing.problem.message if listing.problem else "no answer"
            return unreadable(datetime.now(UTC), cause)
        principal = Principal(str(session.tenant_id), str(session.object_id), session.is_app)
        visible = _in_turns([_subscription(entry, principal) for entry in listing.entries])
        check = SubscriptionCheck(session, listings, self.roles, self.definitions)
        examined, rest = visible[: self.most_subscriptions], visible[self.most_subscriptions :]
        found = [check.of(one) for one in examined]
        cause = listings.failure.message if listings.failure else ""
        now = datetime.now(UTC)
        return decide(principal, [*found, *rest], now, left_out=len(rest), cause=cause)


def _subscription(entry: Entry, principal: Principal) -> SubscriptionAccess:
    """A subscription that was not examined yet. A malformed entry is never examined."""
    subscription_id = str(entry.get("subscriptionId"))
    home = str(entry.get("tenantId") or principal.tenant_id)
    if not (GUID.fullmatch(subscription_id) and GUID.fullmatch(home)):
        return SubscriptionAccess("", "", visibility=Visibility.FAILED)
    state = str(entry.get("state")).casefold()
    return SubscriptionAccess(
        subscription_id.lower(),
        home.lower(),
        visibility=Visibility.FAILED,
        ended=state if state in _ENDED else "",
    )


def _in_turns(found: Sequence[SubscriptionAccess]) -> list[SubscriptionAccess]:
    """The first subscription of each directory first, so that a limit leaves out no customer.

    Those that are not in use come last.
    """
    before: dict[str, int] = {}
    turns = []
    for one in found:
        before[one.tenant_id] = turn = before.get(one.tenant_id, -1) + 1
        turns.append(((bool(one.ended), turn), one))
    return [one for _, one in sorted(turns, key=lambda pair: pair[0])]
