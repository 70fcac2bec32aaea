"""Summary of a run that has ended, for metrics, the log, notifications and the heartbeat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.core.exit_status import SUCCESSES, Status
from reconciler.core.history.customer_history import CustomerSnapshot
from reconciler.core.plan import Plan, Report


@dataclass(frozen=True, slots=True)
class RequestStats:
    """The requests of a run to Azure and Entra.

    requests     the number sent, answered or not
    retries      the number of retries among them
    throttled_s  seconds of waiting that a service asked for
    """

    requests: int = 0
    retries: int = 0
    throttled_s: float = 0.0

    def __add__(self, other: "RequestStats") -> "RequestStats":
        """The sum of both."""
        return RequestStats(
            self.requests + other.requests,
            self.retries + other.retries,
            self.throttled_s + other.throttled_s,
        )

    def __sub__(self, earlier: "RequestStats") -> "RequestStats":
        """The requests since an earlier count."""
        return RequestStats(
            self.requests - earlier.requests,
            self.retries - earlier.retries,
            self.throttled_s - earlier.throttled_s,
        )


@dataclass(frozen=True, slots=True)
class SideFailure:
    """A failed side task. It is reported, and the run continues.

    step     `history`, `report`, `metrics`, `notify` or `heartbeat`; `repair` if none was tried
    message  what happened and what to do next, one line; never a secret
    """

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run that has ended.

    command     such as `plan`, `apply` or `nightly`
    run_id      as in the log and the journal; empty if the run never began
    status      the exit status
    ended_at    UTC
    duration_s  seconds of the whole run
    phases_s    seconds of its phases, by name: reading, applying
    fact        the plan or the report; None if the run ended before that
    complaints  why it ended before that, a line each: the errors of the file, or of the run
    setbacks    the side tasks that failed
    customers   the list of our customers; None if it was not read
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
    customers: CustomerSnapshot | None = None

    @property
    def plan(self) -> Plan | None:
        """The plan; None if the run ended before it."""
        return self.fact.plan if isinstance(self.fact, Report) else self.fact

    @property
    def has_news(self) -> bool:
        """Whether anything is worth a line: not if everything was and is in sync."""
        was_made = isinstance(self.fact, Report) and bool(self.fact.plan.writes)
        return self.status != Status.IN_SYNC or was_made or bool(self.setbacks)

    @property
    def refused(self) -> tuple[str, ...]:
        """The guards that refused the plan."""
        refusals = self.fact.refusals if isinstance(self.fact, Report) else ()
        return tuple(refusal.guard for refusal in refusals)

    @property
    def is_success(self) -> bool:
        """Whether every link was read, and every change that was tried is made."""
        return self.status in SUCCESSES
