"""Access checkers: one for each workload, chosen by what a link's principal works on.

A further workload adds a class with the method `check`, and an entry in `open_checkers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from reconciler.azure.access.azure_roles import AzureRoles
from reconciler.azure.access.definitions import RoleDefinitions
from reconciler.azure.http.client import Https
from reconciler.azure.links import AzureLinkReader
from reconciler.azure.session import Session
from reconciler.core.access.roles import RoleList
from reconciler.core.access.values import Access, Workload, not_checked
from reconciler.core.links import Observed, ObservedState, Place


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """What the access check needs, on this machine or another.

    most_subscriptions  subscriptions that are examined for one link
    workloads           the workload of each link whose workload is not azure
    """

    roles: RoleList
    most_subscriptions: int
    workloads: Mapping[Place, Workload] = field(default_factory=dict)


class AccessChecker(Protocol):
    """Checks the access of principals of one workload."""

    def check(self, place: Place, session: Session) -> Access:
        """The access of the principal that has signed in. Raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class AccessCheckers:
    """The checkers of one run.

    workloads  the workload of each link whose workload is not azure
    """

    by_workload: Mapping[Workload, AccessChecker]
    workloads: Mapping[Place, Workload]

    def check(self, place: Place, session: Session) -> Access:
        """The access of a principal that has signed in. Failed requests are part of the result."""
        workload = self.workloads.get(place, Workload.AZURE)
        return self.by_workload[workload].check(place, session)

    def beside(self, link: AzureLinkReader, place: Place, session: Session) -> "AccessLinkReader":
        """A reader of the link and of its access."""
        return AccessLinkReader(link, place, session, self)


def open_checkers(
    settings: AccessSettings, https: Https, power_platform: AccessChecker
) -> AccessCheckers:
    """The checkers of a run. `https` can send only GET."""
    azure = AzureRoles(settings.roles, settings.most_subscriptions, https, RoleDefinitions())
    return AccessCheckers(
        {Workload.AZURE: azure, Workload.POWER_PLATFORM: power_platform}, settings.workloads
    )


class AccessLinkReader:
    """One link, for reading, with the access of its principal."""

    def __init__(
        self, link: AzureLinkReader, place: Place, session: Session, checkers: AccessCheckers
    ) -> None:
        self._link = link
        self._place = place
        self._session = session
        self._checkers = checkers

    def read(self) -> Observed:
        """Read the link, then the access. An error of the check does not change the read."""
        observed = self._link.read()
        if observed.state is ObservedState.UNKNOWN:
            return observed
        try:
            access = self._checkers.check(self._place, self._session)
        except Exception:  # a bug in the check must not cost the link
            workload = self._checkers.workloads.get(self._place, Workload.AZURE)
            access = not_checked(workload, datetime.now(UTC))
        return replace(observed, access=access)
