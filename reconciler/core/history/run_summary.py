"""How did a run end? What its metrics, its last log line and a heartbeat tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.core.exit_status import SUCCESSES, Status
from reconciler.core.plan import Plan, Report


@dataclass(frozen=True, slots=True)
class RequestStats:
    """What a run asked of Azure and of Entra.

    requests     that were sent, answered or not
    retries      how often something was tried again
    throttled_s  seconds that were waited because a service asked to
    """

    requests: int = 0
    retries: int = 0
    throttled_s: float = 0.0

    def __add__(self, other: "RequestStats") -> "RequestStats":
        """Both together."""
        return RequestStats(
            self.requests + other.requests,
            self.retries + other.retries,
            self.throttled_s + other.throttled_s,
        )

    def __sub__(self, earlier: "RequestStats") -> "RequestStats":
        """What was asked since then."""
        return RequestStats(
            self.requests - earlier.requests,
            self.retries - earlier.retries,
            self.throttled_s - earlier.throttled_s,
        )


@dataclass(frozen=True, slots=True)
class SideFailure:
    """A step beside the run itself that came to nothing: the run went on, and somebody should know.

    step     `history`, `report`, `metrics`, `notify` or `heartbeat`; `repair` where none was tried
    message  what happened and what to do next, one line; never a secret
    """

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run that is over.

    command     `plan`, `apply` or `nightly`
    run_id      as in the log and the journal; empty where the run never began
    status      the exit status
    ended_at    UTC
    duration_s  of the whole run; phases_s of its parts, by name: reading, applying
    fact        what came of it; None where it ended before that
    complaints  why it ended before that, a line each; the file's, or the run's one
    setbacks    what went wrong beside it
    """

    command: str
    status: int
    ended_at: datetime
    duration_s: float
    run_id: str = ""
    phases_s: Mapping[str, float] = field(default_factory=dict)
    request_stats: RequestStats = RequestStats()
    fact: Plan | Report | None = None
    complaints: tuple[str, ...] = ()
    setbacks: tuple[SideFailure, ...] = ()

    @property
    def plan(self) -> Plan | None:
        """What was read and compared; None where the run ended before that."""
        return self.fact.plan if isinstance(self.fact, Report) else self.fact

    @property
    def has_news(self) -> bool:
        """Whether there is anything to tell: not where all was in sync, and everybody knows."""
        was_made = isinstance(self.fact, Report) and bool(self.fact.plan.writes)
        return self.status != Status.IN_SYNC or was_made or bool(self.setbacks)

    @property
    def is_success(self) -> bool:
        """Whether the run did all its work: everything was read, and what was tried took."""
        return self.status in SUCCESSES
