"""The partner IDs that a run may write, and the canary that tries a new one."""

from collections.abc import Sequence

from reconciler.core.guards.partner_names import Names, is_misnamed
from reconciler.core.guards.partner_trust import Trust
from reconciler.core.links import Change, Observed, Problem
from reconciler.core.problems import INVALID_PARTNER_ID, name_mismatch, name_unconfirmed
from reconciler.core.results import CONVERGED, Result
from reconciler.engine.scheduler import Verdict, Wait


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
