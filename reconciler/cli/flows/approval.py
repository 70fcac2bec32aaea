"""Approval of a plan: the guards judge it, a person confirms it, and then it is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.cli.flows.earlier_runs import unattended_past
from reconciler.cli.selection import now
from reconciler.core.errors import WrongUsage

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.guards.attended import GuardLimits
    from reconciler.core.guards.past_changes import Past
    from reconciler.core.links import Change, Place, Problem
    from reconciler.core.plan import Plan, Refusal, Report
    from reconciler.core.plan_review import Forecast
    from reconciler.store.journal import FileJournal


@dataclass(frozen=True, slots=True)
class ApplyPolicy:
    """What a run may change.

    allowed                the guards that are overridden
    max_changes            how many changes are made, in file order; None for all
    approved               the digest that the plan must have; None for any
    needs_lasting_journal  whether nothing is written if the state directory does not last
    is_unattended          whether no person reviews the plan: the guards are stricter
    """

    limits: GuardLimits
    allowed: tuple[str, ...] = ()
    max_changes: int | None = None
    approved: str | None = None
    needs_lasting_journal: bool = False
    is_unattended: bool = False


def check_allowed(allowed: Sequence[str] | None) -> tuple[str, ...]:
    """The guards to override; raises `WrongUsage` for an unknown one."""
    from reconciler.core.guards.attended import GUARDS

    if unknown := sorted(set(allowed or ()) - set(GUARDS)):
        raise WrongUsage(
            f"--allow {unknown[0]} is not a guard; the guards are: {', '.join(GUARDS)}"
        )
    return tuple(allowed or ())


def carry_out(
    run: Run,
    journal: FileJournal,
    plan: Plan,
    policy: ApplyPolicy,
    *,
    refusals: tuple[Refusal, ...] = (),
    blocked: Mapping[Place, Problem] = MappingProxyType({}),
    ask: Callable[[Sequence[Change]], tuple[Refusal, ...]],
) -> Report:
    """Apply the plan, unless a guard or a person refuses it.

    refusals  why the plan is refused already
    blocked   why single changes are not made
    ask       asks for confirmation of the changes, after the guards
    """
    from reconciler.core.guards.partner_trust import trust
    from reconciler.core.plan import not_applied

    writes = plan.writes[: policy.max_changes]
    past = _past(run, plan) if policy.is_unattended else None
    if not run.workers.stop.is_set:
        refusals = (*refusals, *_judge(run, plan, writes, policy, past)) or ask(writes)
    if refusals:
        return not_applied(plan, refusals)
    trusted = None
    if past and "new-partner-id" not in policy.allowed:
        trusted = trust(plan, past, run.config.partner_names)
    return run.apply(plan, journal, policy.max_changes, blocked, trusted)


def forecasts(run: Run, plan: Plan) -> tuple[Forecast, ...]:
    """The guards that would refuse this plan, with `apply` and with `nightly --repair`."""
    from reconciler.core.guards.attended import check
    from reconciler.core.plan_review import Forecast

    if not plan.writes:
        return ()
    config = run.config
    attended = check(
        plan,
        plan.writes,
        config.limits,
        named=config.partner_names,
        allowed=(),
        now=plan.created_at,
    )
    unattended = _unattended(run, plan, unattended_past(run, config.day), ())
    found = (Forecast("apply", attended), Forecast("nightly --repair", unattended))
    return tuple(forecast for forecast in found if forecast.refusals)


def _past(run: Run, plan: Plan) -> Past:
    past = unattended_past(run, run.config.day)
    if plan.writes and not past.is_known:
        run.log.warning(
            "last_week_unknown",
            message="the last week is unknown: no earlier run is recorded, "
            "so the guards judge this plan alone",
        )
    return past


def _unattended(run: Run, plan: Plan, past: Past, allowed: Sequence[str]) -> tuple[Refusal, ...]:
    from reconciler.core.guards.unattended import check_unattended, count_managed

    config = run.config
    return check_unattended(
        plan,
        config.limits,
        past,
        managed=count_managed(config.wanted),
        named=config.partner_names,
        allowed=allowed,
    )


def _judge(
    run: Run, plan: Plan, writes: Sequence[Change], policy: ApplyPolicy, past: Past | None
) -> tuple[Refusal, ...]:
    from reconciler.core.guards.attended import check
    from reconciler.core.guards.saved_plan_checks import check_approval

    if past:
        return _unattended(run, plan, past, policy.allowed)
    needs_check = policy.needs_lasting_journal and writes
    return (
        *check_approval(plan, policy.approved),
        *(state.check_state_lasts(run.options) if needs_check else ()),
        *check(
            plan,
            writes,
            policy.limits,
            named=run.selection.config.partner_names,
            allowed=policy.allowed,
            now=now(),
        ),
    )
