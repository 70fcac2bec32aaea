"""Metrics of a run for Prometheus: a file for node_exporter's textfile collector.

It contains counts and times only, and no customer's name. Each link counts by its newest read, so
after an apply the numbers are those that it left behind.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.core.access.link_access import count_verdicts, has_access
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.inventory.inventory import NOT_READ, STATES
from reconciler.core.links import Action
from reconciler.core.plan import Plan, Report, count_outcomes
from reconciler.core.results import CONVERGED, Result, not_written

LAST_SUCCESS = "pal_reconcile_last_success_timestamp_seconds"


def render(run_summary: RunSummary, ends: Mapping[str, date], before: str = "") -> str:
    """Render the metrics of a run.

    ends    the last day of each credential that has one, by identity
    before  the present file; its last success is kept until the next success
    """
    page = _Page()
    _run(page, run_summary, before)
    if plan := run_summary.plan:
        _links(page, plan, run_summary.fact if isinstance(run_summary.fact, Report) else None)
    page.labelled(
        "credential_end_timestamp_seconds",
        "When the last day of an identity's credential begins, UTC.",
        "identity",
        {name: _begins(day) for name, day in ends.items()},
    )
    return generate_latest(page.registry).decode()


def _begins(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def last_success(text: str) -> float:
    """Return the Unix time of the last success in a file of metrics; 0 if it has none."""
    try:
        families = list(text_string_to_metric_families(text))
    except ValueError:
        return 0.0
    samples = (sample for family in families for sample in family.samples)
    return next((s.value for s in samples if s.name == LAST_SUCCESS), 0.0)


class _Page:
    """Collector of gauges. All metrics of a run are gauges: the next run starts at zero."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def plain(self, name: str, about: str, value: float) -> None:
        Gauge(f"pal_reconcile_{name}", about, registry=self.registry).set(value)

    def labelled(
        self, name: str, description: str, label: str, values: Mapping[str, float]
    ) -> None:
        gauge = Gauge(f"pal_reconcile_{name}", description, [label], registry=self.registry)
        for key, value in values.items():
            gauge.labels(key).set(value)


def _run(page: _Page, run_summary: RunSummary, before: str) -> None:
    ended_at = run_summary.ended_at.timestamp()
    page.plain("run_status", "Exit status of the last run.", run_summary.status)
    page.plain("run_timestamp_seconds", "When the last run ended.", ended_at)
    page.plain(
        LAST_SUCCESS.removeprefix("pal_reconcile_"),
        "When a run last read every link and made all its changes; 0: never.",
        ended_at if run_summary.is_success else last_success(before),
    )
    page.plain("run_duration_seconds", "How long the last run took.", run_summary.duration_s)
    request_stats = run_summary.request_stats
    page.plain(
        "run_requests", "Requests to Azure and Entra in the last run.", request_stats.requests
    )
    page.plain("run_retries", "Requests that were repeated.", request_stats.retries)
    page.plain(
        "run_throttled_seconds",
        "Time spent waiting because a service asked for it.",
        request_stats.throttled_s,
    )


def _links(page: _Page, plan: Plan, report: Report | None) -> None:
    results = report.results if report else tuple(map(not_written, plan.changes))
    newest = [result.observed for result in results]
    states = Counter(seen.state.value if seen else NOT_READ for seen in newest)
    page.labelled(
        "links",
        "Links by their observed state; not_read: attested.",
        "state",
        {state: states[state] for state in STATES},
    )
    actions = Counter(_left(result) for result in results)
    page.labelled(
        "links_by_action",
        "Links by the action that is left to be done.",
        "action",
        {action.value: actions[action] for action in Action},
    )
    page.labelled(
        "links_by_partner",
        "Links by their present partner ID.",
        "partner_id",
        _counted(seen.partner_id for seen in newest if seen and seen.partner_id),
    )
    page.labelled(
        "links_by_problem",
        "Unreadable links by cause.",
        "code",
        _counted(seen.problem.code for seen in newest if seen and seen.problem),
    )
    if has_access(plan.changes):
        page.labelled(
            "links_by_access",
            "Links by whether their principal holds a role that counts.",
            "verdict",
            count_verdicts(plan.changes),
        )
    findings = report.findings if report else plan.findings
    page.labelled("findings", "Findings of the run.", "code", _counted(f.code for f in findings))
    if report:
        page.labelled("changes", "Changes by outcome.", "outcome", count_outcomes(results))
        page.plain("refusals", "Guards that refused the plan.", len(report.refusals))


def _left(result: Result) -> Action:
    """Return the action that is left: none, once a change was applied."""
    return Action.NONE if result.outcome in CONVERGED else result.change.action


def _counted(words: Iterable[str]) -> dict[str, float]:
    return dict(sorted(Counter(words).items()))
