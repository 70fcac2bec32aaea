"""The plan as people review it: with the changes since an earlier time, and the guards that refuse.

None of this is part of plan.json, its digest or its seal, and `apply` obeys none of it.
"""

from dataclasses import dataclass, fields
from typing import Self

from reconciler.core.history.changes_since import ChangesSince
from reconciler.core.links import Wanted
from reconciler.core.plan import Plan, Refusal


@dataclass(frozen=True, slots=True)
class Forecast:
    """The guards that would refuse a plan if this command applied it now."""

    command: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class PersonFolder:
    """A folder that was written for one person.

    links   what the person has to do
    report  the name of the file that they send back
    """

    identity: str
    username: str
    path: str
    links: tuple[Wanted, ...]
    report: str


@dataclass(frozen=True, slots=True)
class PlanReview(Plan):
    """A plan with what only its views show.

    changes_since  what has changed since a time; None where that was not asked for
    forecasts      the guards that would refuse the plan, for each command that they would refuse
    folders        the folders that were written for people
    """

    changes_since: ChangesSince | None = None
    forecasts: tuple[Forecast, ...] = ()
    folders: tuple[PersonFolder, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """The plan with nothing else known of it; a review is returned as it is."""
        if isinstance(plan, cls):
            return plan
        return cls(**{each.name: getattr(plan, each.name) for each in fields(Plan)})
