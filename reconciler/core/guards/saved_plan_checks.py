"""Checks of a saved plan against the file, the endpoint and the day. Nothing overrides them.

The plan's age is a guard that can be overridden: see `attended`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from reconciler.core.diff import diff
from reconciler.core.links import Wanted
from reconciler.core.plan import Plan, Refusal
from reconciler.core.plan_json import digest, plan_data
from reconciler.core.text import visible


def check_saved(plan: Plan, config_digest: str, cloud: str, endpoint: str) -> tuple[Refusal, ...]:
    """Check that a saved plan is for the file and the endpoint of this run, and complete."""
    refusals = []
    if (plan.cloud, plan.endpoint) != (cloud, endpoint):
        refusals.append(
            Refusal(
                "plan-endpoint",
                f"the plan was made for {visible(plan.endpoint[:200])}, but this run uses "
                f"{endpoint}. Apply it with the same cloud and --arm-endpoint, or make a new one "
                "with plan --out",
            )
        )
    if plan.config_digest != config_digest:
        refusals.append(
            Refusal(
                "config-digest",
                "the plan was made from another tenants.yaml, or this one has changed since. "
                "Make a new one with plan --out",
            )
        )
    if plan.interrupted:
        refusals.append(
            Refusal(
                "interrupted",
                "the plan was interrupted: not every link was read. Make a new one with plan --out",
            )
        )
    return tuple(refusals)


def check_day(plan: Plan, wanted: Collection[Wanted], today: date) -> tuple[Refusal, ...]:
    """Check that a saved plan is still what the file wants: a file can depend on the day.

    wanted  the links that the plan's file wants today (UTC)
    """
    if plan.for_day and today < plan.for_day:
        return (
            Refusal(
                "plan-day",
                f"the plan is for {plan.for_day}, and today is {today} (UTC). Apply it on that "
                "day, or make a plan for today with plan --out",
            ),
        )
    wanted_now = {w.place.key: (w.state, w.partner_id) for w in wanted}
    changed = [
        want.place
        for want in (change.wanted for change in plan.changes)
        if (now := wanted_now.get(want.place.key)) and now != (want.state, want.partner_id)
    ]
    if not changed:
        return ()
    first, more = changed[0], f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return (
        Refusal(
            "plan-day",
            f"today ({today}, UTC) the file wants another state for {first.tenant} / "
            f"{first.identity}{more} than on the day of the plan: a from:, until: or becomes: "
            "has taken effect since. Make a new plan with plan --out",
        ),
    )


def check_approval(plan: Plan, approved: str | None) -> tuple[Refusal, ...]:
    """Check that a plan has the approved digest; None means that no approval is needed."""
    if approved is None or (found := digest(plan_data(plan))) == approved:
        return ()
    return (
        Refusal(
            "approval",
            f"the plan's digest is {found}, but {approved} was approved: the file or Azure has "
            "changed since the review. Review this plan and approve its digest",
        ),
    )


def decide_again(
    plan: Plan, wanted: Collection[Wanted], saved_digest: str
) -> tuple[Plan, tuple[Refusal, ...]]:
    """The plan computed again from the saved observations and the file, and why it differs.

    wanted        what the plan's file wants today
    saved_digest  of the saved plan
    """
    known = {want.place.key: want for want in wanted}
    entries = [change.place.key for change in plan.changes]
    if missing := [entry for entry in entries if entry not in known]:
        return plan, (_edited(missing[0], "is not in the file"),)
    if len(set(entries)) < len(entries):
        return plan, (
            Refusal("plan-edited", "the plan lists a link twice; make a new one with plan --out"),
        )
    observed = {
        known[change.place.key].place: change.observed for change in plan.changes if change.observed
    }
    if unread := [
        entry
        for entry in entries
        if not known[entry].settled and known[entry].place not in observed
    ]:
        return plan, (_edited(unread[0], "was not read"),)
    again = replace(plan, changes=diff([known[entry] for entry in entries], observed))
    if digest(plan_data(again)) == saved_digest:
        return again, ()
    for saved, change in zip(plan.changes, again.changes, strict=True):
        if (saved.action, saved.wanted.partner_id) != (change.action, change.wanted.partner_id):
            return plan, (_edited(saved.place.key, f"would be {change.action} now"),)
    return plan, (
        Refusal(
            "plan-edited",
            "the plan does not match its reads and the file: it was edited, or a date in the file "
            "has passed since. Make a new one with plan --out",
        ),
    )


def _edited(entry: tuple[str, str], what: str) -> Refusal:
    tenant, identity = (visible(name[:60]) for name in entry)
    return Refusal(
        "plan-edited",
        f"{tenant} / {identity} {what}, unlike the plan: it was edited, or a date in the file has "
        "passed since. Make a new one with plan --out",
    )
