"""In which order is a link looked at, and which step needs which?

Pure: how a step is taken is its caller's business.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.links import Problem


class StepName(StrEnum):
    """What is looked at, in this order."""

    DNS = "dns"
    TLS = "tls"
    AUTHORITY = "authority"
    ARM = "arm"
    CLOCK = "clock"
    SECRET = "secret"  # noqa: S105 - a name
    CERTIFICATE = "certificate"
    OPENID = "openid"
    TOKEN = "token"  # noqa: S105 - a name
    CLAIMS = "claims"
    LINK = "link"


RUN_STEPS = (StepName.AUTHORITY, StepName.ARM, StepName.CLOCK)
"""Taken once a run."""

IDENTITY_STEPS = (StepName.SECRET, StepName.CERTIFICATE)
"""Taken once for each identity."""

LINK_STEPS = (StepName.OPENID, StepName.TOKEN, StepName.CLAIMS, StepName.LINK)
"""Taken for each link."""

NEEDS: Mapping[StepName, tuple[StepName, ...]] = {
    StepName.TLS: (StepName.DNS,),
    StepName.CERTIFICATE: (StepName.SECRET,),
    StepName.OPENID: (StepName.AUTHORITY,),
    StepName.TOKEN: (StepName.SECRET, StepName.CERTIFICATE, StepName.OPENID),
    StepName.CLAIMS: (StepName.TOKEN,),
    StepName.LINK: (StepName.ARM, StepName.CLAIMS),
}
"""Where one of these came to nothing, the step is skipped. A wrong clock stops nothing: what it
costs shows in the steps after it."""


class State(StrEnum):
    """How a step went."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and how it went.

    problem     why it failed, or why it was not tried; None where nothing is to be said
    blocked_by  the step that this one needs and that came to nothing; None for a step that ran,
                and for one that does not apply
    """

    name: StepName
    state: State
    problem: Problem | None = None
    blocked_by: StepName | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to act before what needs this step can work."""
        return bool(self.problem or self.blocked_by)


class StepResults:
    """Steps taken one after the other; what needs one that came to nothing is skipped.

    before  the steps that were taken already
    """

    def __init__(self, before: Iterable[Step] = ()) -> None:
        self._steps = list(before)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps until now."""
        return tuple(self._steps)

    @property
    def problem(self) -> Problem | None:
        """What the last step came to nothing for, be it its own problem or an earlier one's."""
        last = self._steps[-1]
        names = (last.name, last.blocked_by)
        return next((step.problem for step in self._steps if step.name in names), None)

    def take(self, name: StepName, attempt: Callable[[], Problem | None]) -> None:
        """Take one step, unless one that it needs came to nothing."""
        blocker = next(
            (s for s in self._steps if s.name in NEEDS.get(name, ()) and s.is_open), None
        )
        if blocker:
            cause = blocker.blocked_by or blocker.name
            self._steps.append(Step(name, State.SKIPPED, blocked_by=cause))
        else:
            problem = attempt()
            self._steps.append(Step(name, State.FAILED if problem else State.OK, problem))

    def leave(self, name: StepName, problem: Problem | None = None) -> None:
        """Skip a step that does not apply, or that is not to be tried any more."""
        self._steps.append(Step(name, State.SKIPPED, problem))
