"""Gates: they decide before each job whether it may start, and learn from each result.

Reads stop after a signal, a deadline or a broken identity. Writes also stop for a wrong partner ID
or a journal that cannot be written, and wait while a new ID is tried on one tenant (the canary).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from reconciler.core.errors import RunFailed
from reconciler.core.guards.partner_names import Names, is_misnamed
from reconciler.core.guards.partner_trust import Trust
from reconciler.core.links import Change, Observed, Place, Problem
from reconciler.core.ports import Journal
from reconciler.core.problems import (
    BROKEN_IDENTITY,
    INTERRUPTED,
    INVALID_PARTNER_ID,
    identity_broken,
    journal_failed,
    name_mismatch,
    name_unconfirmed,
)
from reconciler.core.results import CONVERGED, Outcome, Result

Login = tuple[str, str | None]


class Verdict(Enum):
    """The answer of a gate that lets a job start."""

    GO = "go"


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again after `until` has ended. `until` is compared by identity, not by value."""

    until: Place | Change


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

    def refuse(self, place: Place, problem: Problem) -> Observed:
        """The result for a link that is not read."""
        return Observed.unknown(problem)

    lose = refuse

    def end(self, place: Place, seen: Observed) -> Observed:
        """Record what was read."""
        self._tenants.end(place.directory)
        self._identities.note(place, seen)
        return seen


class PartnerIds:
    """The partner IDs that may be written.

    An ID that some link already carries may be written at once. A new ID is written to one tenant
    first, its canary, and to the others after that write is verified. A wrong ID is not written
    again.

    names     the names that Azure must answer for an ID, if the file lists them
    observed  all links read in this run, with their tenants' names
    trust     only for unattended runs: the IDs that count as already carried. A new ID with a
              name is confirmed only by an answer with that name
    """

    def __init__(
        self, names: Names, observed: Sequence[tuple[str, Observed]], trust: Trust | None = None
    ) -> None:
        self._names = names
        self._trust = trust
        self._carriers: dict[str, list[str]] = {}
        self._on_trial: dict[str, Change] = {}
        self.stopped: dict[str, Problem] = {}
        for tenant, seen in observed:
            self._note_carrier(tenant, seen)
        self._open = set(self._carriers if trust is None else trust.seen)
        for partner_id, tenants in trust.unconfirmed.items() if trust else ():
            problem = name_unconfirmed(partner_id, names[partner_id], tenants)
            self.stopped.setdefault(partner_id, problem)

    def admit(self, partner_id: str, change: Change) -> Verdict | Wait | Problem:
        """GO, wait for the canary, or why this ID is not written."""
        if problem := self.stopped.get(partner_id):
            return problem
        if canary := self._on_trial.get(partner_id):
            return Wait(canary)
        if partner_id not in self._open:
            self._on_trial[partner_id] = change
        return Verdict.GO

    def end(self, partner_id: str, result: Result) -> Problem | None:
        """Record the result of a write; returns the problem with the ID itself, if any."""
        self._on_trial.pop(partner_id, None)
        if result.problem and result.problem.code == INVALID_PARTNER_ID:
            self.stopped[partner_id] = result.problem
        elif result.outcome in CONVERGED and result.after:
            self._note_carrier(result.change.place.tenant, result.after)
            if problem := self.stopped.get(partner_id):
                return problem
            self._confirm(partner_id, result.change.place.tenant, result.after)
        return None

    def _confirm(self, partner_id: str, tenant: str, seen: Observed) -> None:
        """Allow an ID for the other links after the first link carries it."""
        names = self._names.get(partner_id)
        if self._trust and names and partner_id not in self._open and not seen.partner_name:
            self.stopped[partner_id] = name_unconfirmed(partner_id, names, [tenant])
        else:
            self._open.add(partner_id)

    def _note_carrier(self, tenant: str, seen: Observed) -> None:
        partner_id = seen.partner_id
        if partner_id is None:
            return
        carriers = self._carriers.setdefault(partner_id, [])
        carriers.append(tenant)
        if is_misnamed(self._names, seen):
            self.stopped[partner_id] = name_mismatch(
                partner_id, self._names[partner_id], str(seen.partner_name), carriers
            )


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
