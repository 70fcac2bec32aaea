"""Gates: they decide before each job whether it may start, and learn from each result.

Reads stop after a signal, a deadline or a broken identity. Writes also stop for a wrong partner ID
or a journal that cannot be written, and wait while a new ID is tried on one tenant (the canary).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reconciler.core.errors import RunFailed
from reconciler.core.links import Change, Observed, Place, Problem
from reconciler.core.ports import Journal
from reconciler.core.problems import (
    BROKEN_IDENTITY,
    INTERRUPTED,
    identity_broken,
    journal_failed,
)
from reconciler.core.results import Outcome, Result
from reconciler.engine.canary import PartnerIds
from reconciler.engine.scheduler import Verdict, Wait

Login = tuple[str, str | None]


class Tenants:
    """The tenants with a job in progress: one job at a time for each tenant.

    A tenant that one entry names by GUID and another by domain counts as two.
    """

    def __init__(self) -> None:
        self._busy: dict[str, Place | Change] = {}

    def admit(self, tenant: str) -> Wait | None:
        """The job to wait for; None if there is none."""
        busy = self._busy.get(tenant)
        return Wait(busy) if busy else None

    def begin(self, tenant: str, item: Place | Change) -> Verdict:
        """Note that a job in this tenant starts."""
        self._busy[tenant] = item
        return Verdict.GO

    def end(self, tenant: str) -> None:
        """Note that the job in this tenant ended."""
        self._busy.pop(tenant, None)


class Identities:
    """The identities that are broken for this run.

    An identity (with its client ID) is broken if two different tenants refused its credential and
    no tenant accepted it. One tenant may refuse it only because the app is missing there.
    """

    def __init__(self) -> None:
        self._accepted: set[Login] = set()
        self._refused: dict[Login, dict[str, Problem]] = {}

    def note(self, place: Place, seen: Observed) -> None:
        """Record the result of a sign-in."""
        if seen.object_id:
            self._accepted.add(place.login)
        elif seen.problem and seen.problem.code in BROKEN_IDENTITY:
            tenant = seen.tenant_id or place.directory  # a GUID and a domain may be one tenant
            self._refused.setdefault(place.login, {})[tenant] = seen.problem

    def about(self, places: Sequence[Place]) -> "Identities":
        """A copy for the identities of these links only."""
        logins = {place.login for place in places}
        known = Identities()
        known._accepted = self._accepted & logins
        known._refused = {who: dict(self._refused[who]) for who in logins & self._refused.keys()}
        return known

    def problem(self, place: Place) -> Problem | None:
        """Why this identity is not tried again; None if it is."""
        refusals = self._refused.get(place.login, {})
        if place.login in self._accepted or len(refusals) < 2:
            return None
        return identity_broken(place.identity, next(iter(refusals.values())))


class ReadGates:
    """The gates before a read."""

    def __init__(self, stopped: Callable[[], Problem | None], identities: Identities) -> None:
        self._stopped = stopped
        self._identities = identities
        self._tenants = Tenants()

    def admit(self, place: Place) -> Verdict | Wait | Problem:
        """GO, the job to wait for, or why this link is not read."""
        return (
            self._stopped()
            or self._identities.problem(place)
            or self._tenants.admit(place.directory)
            or self._tenants.begin(place.directory, place)
        )

    def refuse(self, place: Place, problem: Problem) -> Observed:  # noqa: ARG002 - as all gates
        """The result for a link that is not read."""
        return Observed.unknown(problem)

    lose = refuse

    def end(self, place: Place, seen: Observed) -> Observed:
        """Record what was read."""
        self._tenants.end(place.directory)
        self._identities.note(place, seen)
        return seen


class WriteGates:
    """The gates before a write.

    journal  records each change before it is sent, and each result. If it cannot record an intent
             (`RunFailed`), nothing more is written
    """

    def __init__(
        self,
        stopped: Callable[[], Problem | None],
        identities: Identities,
        partner_ids: PartnerIds,
        journal: Journal,
    ) -> None:
        self._stopped = stopped
        self._identities = identities
        self._partner_ids = partner_ids
        self._journal = journal
        self._tenants = Tenants()
        self.failure: RunFailed | None = None

    def admit(self, change: Change) -> Verdict | Wait | Problem:
        """GO, the job to wait for, or why this change is skipped."""
        blocked = (
            self._stopped()
            or self._identities.problem(change.place)
            or (journal_failed(self.failure) if self.failure else None)
            or self._tenants.admit(_tenant(change))
        )
        if blocked:
            return blocked
        wanted = change.wanted.partner_id
        verdict = self._partner_ids.admit(wanted, change) if wanted else Verdict.GO
        if verdict is Verdict.GO:
            self._record(lambda: self._journal.intend(change))
            self._tenants.begin(_tenant(change), change)
        return journal_failed(self.failure) if self.failure else verdict

    def refuse(self, change: Change, problem: Problem) -> Result:
        """The result for a change that is skipped."""
        return Result(change, Outcome.SKIPPED, problem=problem)

    def lose(self, change: Change, problem: Problem) -> Result:
        """The result for a change whose job was lost: it may or may not have been written."""
        return Result(change, Outcome.UNVERIFIED, problem=problem)

    def end(self, change: Change, result: Result) -> Result:
        """Record the result. A wrong partner name turns a successful write into a failure."""
        self._tenants.end(_tenant(change))
        stopped = self._stopped()
        if stopped and result.problem == INTERRUPTED:
            result = replace(
                result, problem=stopped
            )  # the job knows that the run was cancelled, but not why
        if result.after:
            self._identities.note(change.place, result.after)
        wanted = change.wanted.partner_id
        problem = self._partner_ids.end(wanted, result) if wanted else None
        if problem:
            result = replace(result, outcome=Outcome.FAILED, problem=problem)
        self._record(lambda: self._journal.settle(result))
        return result

    def _record(self, line: Callable[[], None]) -> None:
        """Write a journal line. Results of sent writes are recorded even after a failure."""
        try:
            line()
        except RunFailed as failure:
            self.failure = self.failure or failure


def _tenant(change: Change) -> str:
    seen = change.observed
    return (seen.tenant_id if seen else None) or change.place.directory
