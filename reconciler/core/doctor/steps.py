"""Steps of `doctor`: their order, and which step needs which."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.links import Problem


class StepName(StrEnum):
    """The steps, in order."""

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
"""The steps of a run."""

IDENTITY_STEPS = (StepName.SECRET, StepName.CERTIFICATE)
"""The steps of each identity."""

LINK_STEPS = (StepName.OPENID, StepName.TOKEN, StepName.CLAIMS, StepName.LINK)
"""The steps of each link."""

NEEDS: Mapping[StepName, tuple[StepName, ...]] = {
    StepName.TLS: (StepName.DNS,),
    StepName.CERTIFICATE: (StepName.SECRET,),
    StepName.OPENID: (StepName.AUTHORITY,),
    StepName.TOKEN: (StepName.SECRET, StepName.CERTIFICATE, StepName.OPENID),
    StepName.CLAIMS: (StepName.TOKEN,),
    StepName.LINK: (StepName.ARM, StepName.CLAIMS),
}
"""The steps that a step needs: it is skipped if one of them failed. A wrong clock blocks no step:
its effect shows in later steps."""


class State(StrEnum):
    """The result of a step."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its result.

    problem     why it failed or was not tried, or None
    blocked_by  the failed step that this one needs; None for a step that ran or does not apply
    """

    name: StepName
    state: State
    problem: Problem | None = None
    blocked_by: StepName | None = None

    @property
    def is_open(self) -> bool:
        """Whether the steps that need this one are blocked."""
        return bool(self.problem or self.blocked_by)


class StepResults:
    """The results of steps, taken in order. A step that needs a failed one is skipped.

    before  the results so far
    """

    def __init__(self, before: Iterable[Step] = ()) -> None:
        self._steps = list(before)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All results so far."""
        return tuple(self._steps)

    @property
    def problem(self) -> Problem | None:
        """The problem of the last step, or of the earlier step that blocked it."""
        last = self._steps[-1]
        names = (last.name, last.blocked_by)
        return next((step.problem for step in self._steps if step.name in names), None)

    def take(self, name: StepName, attempt: Callable[[], Problem | None]) -> None:
        """Take a step, unless one that it needs failed.

        attempt  returns the problem, or None
        """
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
        """Skip a step that does not apply or is not tried."""
        self._steps.append(Step(name, State.SKIPPED, problem))
