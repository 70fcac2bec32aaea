"""May this job begin? Asked before each one, told after each one, and nowhere else.

Reads stop for a signal, a deadline or a broken identity. Writes stop for those, for an ID that
proved wrong, for a journal that cannot be written, and wait while a new ID is tried on one tenant.
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
    """What a gate says, if it does not say why not."""

    GO = "go"


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again when `until` has ended: the very item that was admitted, and not one like it."""

    until: Place | Change


class Tenants:
    """Which tenants are being asked? None is asked twice at once, whoever signs in there.

    A tenant that one entry names by GUID and another by domain counts as two.
    """

    def __init__(self) -> None:
        self._busy: dict[str, Place | Change] = {}

    def admit(self, tenant: str) -> Wait | None:
        """None, or what has to end first."""
        busy = self._busy.get(tenant)
        return Wait(busy) if busy else None

    def begin(self, tenant: str, item: Place | Change) -> Verdict:
        """Note that it is being asked from now on."""
        self._busy[tenant] = item
        return Verdict.GO

    def end(self, tenant: str) -> None:
        """Note that it is not asked any more."""
        self._busy.pop(tenant, None)


class Identities:
    """Which identities are broken for this run?

    Judged for each client ID that an identity signs in with. One is broken when a credential
    refusal came from two different tenants and none accepted it: a single tenant may answer so
    merely because it lacks the app.
    """

    def __init__(self) -> None:
        self._accepted: set[Login] = set()
        self._refused: dict[Login, dict[str, Problem]] = {}

    def note(self, place: Place, seen: Observed) -> None:
        """Take in how a sign-in went."""
        if seen.object_id:
            self._accepted.add(place.login)
        elif seen.problem and seen.problem.code in BROKEN_IDENTITY:
            tenant = seen.tenant_id or place.directory  # a GUID and a domain may be one tenant
            self._refused.setdefault(place.login, {})[tenant] = seen.problem

    def about(self, places: Sequence[Place]) -> "Identities":
        """A copy that holds what is known of these links' identities, and nothing else."""
        logins = {place.login for place in places}
        known = Identities()
        known._accepted = self._accepted & logins
        known._refused = {who: dict(self._refused[who]) for who in logins & self._refused.keys()}
        return known

    def problem(self, place: Place) -> Problem | None:
        """Why this identity is not tried any more; None if it is."""
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
        """GO, what to wait for, or why this link is not read."""
        return (
            self._stopped()
            or self._identities.problem(place)
            or self._tenants.admit(place.directory)
            or self._tenants.begin(place.directory, place)
        )

    def refuse(self, place: Place, problem: Problem) -> Observed:
        """What stands for a link that is not read."""
        return Observed.unknown(problem)

    lose = refuse

    def end(self, place: Place, seen: Observed) -> Observed:
        """Take in what was read."""
        self._tenants.end(place.directory)
        self._identities.note(place, seen)
        return seen


class PartnerIds:
    """Which IDs may be written?

    Those that some link carries already, at once. A new one goes to one tenant first, its canary,
    and to the others when that one verified. One that proved wrong goes nowhere any more.

    names     what Azure must call an ID, where the file says so
    observed  all links read in this run, with their tenants' names
    trust     set for an unattended run: only these IDs count as carried already, and a new ID that
              has a name is confirmed only by an answer with that name
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
        """GO, wait for the canary, or why this ID is not written any more."""
        if problem := self.stopped.get(partner_id):
            return problem
        if canary := self._on_trial.get(partner_id):
            return Wait(canary)
        if partner_id not in self._open:
            self._on_trial[partner_id] = change
        return Verdict.GO

    def end(self, partner_id: str, result: Result) -> Problem | None:
        """Take in how a write of this ID went; returns what is wrong with the ID itself."""
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
        """Open an ID to the other links, once one carries it; the first link stays as it is."""
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

    journal  is told of each change before it goes out, and of each result. If it cannot keep an
             intent, nothing is written any more: `RunFailed` of the journal closes the gates
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
        """GO, what to wait for, or why this change is not tried."""
        held_up = (
            self._stopped()
            or self._identities.problem(change.place)
            or (journal_failed(self.failure) if self.failure else None)
            or self._tenants.admit(_tenant(change))
        )
        if held_up:
            return held_up
        wanted = change.wanted.partner_id
        verdict = self._partner_ids.admit(wanted, change) if wanted else Verdict.GO
        if verdict is Verdict.GO:
            self._keep(lambda: self._journal.intend(change))
            self._tenants.begin(_tenant(change), change)
        return journal_failed(self.failure) if self.failure else verdict

    def refuse(self, change: Change, problem: Problem) -> Result:
        """What stands for a change that is not tried."""
        return Result(change, Outcome.SKIPPED, problem=problem)

    def lose(self, change: Change, problem: Problem) -> Result:
        """What stands for a change whose worker died: it may have been written, or not."""
        return Result(change, Outcome.UNVERIFIED, problem=problem)

    def end(self, change: Change, result: Result) -> Result:
        """Take in what became of it; a wrong name makes a failure of a write that took."""
        self._tenants.end(_tenant(change))
        stopped = self._stopped()
        if stopped and result.problem == INTERRUPTED:
            result = replace(result, problem=stopped)  # a worker knows that, but not why
        if result.after:
            self._identities.note(change.place, result.after)
        wanted = change.wanted.partner_id
        problem = self._partner_ids.end(wanted, result) if wanted else None
        if problem:
            result = replace(result, outcome=Outcome.FAILED, problem=problem)
        self._keep(lambda: self._journal.settle(result))
        return result

    def _keep(self, line: Callable[[], None]) -> None:
        """Keep a line. What was sent already is kept also after the gates were closed."""
        try:
            line()
        except RunFailed as failure:
            self.failure = self.failure or failure


def _tenant(change: Change) -> str:
    seen = change.observed
    return (seen.tenant_id if seen else None) or change.place.directory
