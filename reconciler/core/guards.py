"""Is the plan safe to apply? Limits over all of it, each with its numbers and its way on.

Pure: it judges the changes a run is about to make against all that was observed, and writes
nothing itself.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reconciler.core.links import Action, Change, Observed, ObservedState, Wanted
from reconciler.core.plan import Plan, Refusal
from reconciler.core.plan_json import digest, plan_data
from reconciler.core.text import visible

FEW = 10
"""Shares are judged from so many links on: one of three links is 33 % and means nothing."""

GUARDS = (
    "change-share",
    "remove-count",
    "remove-share",
    "change-count",
    "create-count",
    "incomplete",
    "new-partner-id",
    "plan-age",
)
"""What `--allow` can let through, one at a time."""


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """What a run may do without being asked twice. Shares are fractions from 0 to 1.

    change_share    updates and removals, of the links observed as linked
    remove_count    removals
    remove_share    removals, of the links observed
    incomplete      unreadable links, of all links
    new_partner_id  creations and updates to an ID that no read carries and no name confirms
    change_count    changes in one run; None means no limit for `apply`, 200 for unattended runs
    plan_age        how old a saved plan may be
    attested_age    how old an attestation may be before it is a finding
    create_count    creations in one unattended run; `apply` has no such limit
    """

    change_share: float = 0.30
    remove_count: int = 10
    remove_share: float = 0.10
    incomplete: float = 0.50
    new_partner_id: int = 10
    change_count: int | None = None
    plan_age: timedelta = timedelta(hours=24)
    attested_age: timedelta = timedelta(days=365)
    create_count: int = 50


def check(
    plan: Plan,
    making: Sequence[Change],
    limits: GuardLimits,
    *,
    named: Collection[str],
    allowed: Collection[str],
    now: datetime,
) -> tuple[Refusal, ...]:
    """Judge the changes that this run is about to make against all that was observed.

    making   the writes that are left after --max-changes
    named    the IDs whose name is checked against Azure's answer
    allowed  the guards that somebody let through for this run
    now      UTC; the plan's age counts to it
    """
    if not making:
        return ()
    refusals = (*_check_shares(plan, making, limits), *_check_whole(plan, making, limits, named))
    if refusal := _check_age(plan, limits, now):
        refusals = (*refusals, refusal)
    return tuple(refusal for refusal in refusals if refusal.guard not in allowed)


def check_saved(plan: Plan, config_digest: str, cloud: str, endpoint: str) -> tuple[Refusal, ...]:
    """Judge a saved plan against the file and the endpoint of this run.

    Nothing lets these through.
    """
    refusals = []
    if (plan.cloud, plan.endpoint) != (cloud, endpoint):
        refusals.append(
            Refusal(
                "plan-endpoint",
                f"the plan was made at {visible(plan.endpoint[:200])}, this run is for {endpoint}. "
                "Apply it with the same cloud and --arm-endpoint, or make a new one with "
                "plan --out",
            )
        )
    if plan.config_digest != config_digest:
        refusals.append(
            Refusal(
                "config-digest",
                "the plan was made from another tenants.yaml, or from another state of this one. "
                "Make a new one with plan --out",
            )
        )
    if plan.interrupted:
        refusals.append(
            Refusal(
                "interrupted",
                "the plan was cut short: not every link was read. Make a new one with plan --out",
            )
        )
    return tuple(refusals)


def check_day(plan: Plan, wanted: Collection[Wanted], today: date) -> tuple[Refusal, ...]:
    """Judge the day of a saved plan: a file can mean one thing today and another tomorrow.

    wanted  what the file, which is the plan's own, wants today (UTC)

    Nothing lets these through.
    """
    if plan.for_day and today < plan.for_day:
        return (
            Refusal(
                "plan-day",
                f"the plan is for {plan.for_day}, and today is {today} (UTC). Apply it from that "
                "day on, or make one for today with plan --out",
            ),
        )
    asked = {(w.place.tenant, w.place.identity): (w.state, w.partner_id) for w in wanted}
    moved = [
        want.place
        for want in (change.wanted for change in plan.changes)
        if (now := asked.get((want.place.tenant, want.place.identity)))
        and now != (want.state, want.partner_id)
    ]
    if not moved:
        return ()
    first, more = moved[0], f" and {len(moved) - 1} more" if len(moved) > 1 else ""
    return (
        Refusal(
            "plan-day",
            f"the file wants something else today ({today}, UTC) than on the plan's day, of "
            f"{first.tenant} / {first.identity}{more}: a from:, an until: or a becomes: lies "
            "between. Make a new plan with plan --out",
        ),
    )


def check_approval(plan: Plan, approved: str | None) -> tuple[Refusal, ...]:
    """Judge a plan against the digest that somebody approved; None means nobody was asked to."""
    if approved is None or (found := digest(plan_data(plan))) == approved:
        return ()
    return (
        Refusal(
            "approval",
            f"the plan's digest is {found}, approved was {approved}: the file or Azure has "
            "changed since the review. Look at this plan, and approve its digest",
        ),
    )


def _check_shares(plan: Plan, making: Sequence[Change], limits: GuardLimits) -> Iterator[Refusal]:
    observed = [seen for change in plan.changes if (seen := _known(change))]
    linked = sum(seen.state is ObservedState.LINKED for seen in observed)
    removals = sum(change.action is Action.REMOVE for change in making)
    rewrites = removals + sum(change.action is Action.UPDATE for change in making)
    if linked >= FEW and exceeds(rewrites, limits.change_share, linked):
        yield _refusal(
            "change-share",
            f"{rewrites} of {linked} linked links would be updated or removed "
            f"({_percent(rewrites, linked)}; limit {limits.change_share:.0%})",
            _percent(rewrites, linked),
            f"{limits.change_share:.0%}",
        )
    if removals > limits.remove_count:
        yield _refusal(
            "remove-count",
            f"{removals} links would be removed (limit {limits.remove_count})",
            str(removals),
            str(limits.remove_count),
        )
    if len(observed) >= FEW and exceeds(removals, limits.remove_share, len(observed)):
        yield _refusal(
            "remove-share",
            f"{removals} of {len(observed)} observed links would be removed "
            f"({_percent(removals, len(observed))}; limit {limits.remove_share:.0%})",
            _percent(removals, len(observed)),
            f"{limits.remove_share:.0%}",
        )


def _check_whole(
    plan: Plan, making: Sequence[Change], limits: GuardLimits, named: Collection[str]
) -> Iterator[Refusal]:
    if limits.change_count is not None and len(making) > limits.change_count:
        yield _refusal(
            "change-count",
            f"{len(making)} changes would be made (limit {limits.change_count})",
            str(len(making)),
            str(limits.change_count),
        )
    read = [change.observed for change in plan.changes if change.observed]
    unread = sum(map(is_unread, plan.changes))
    if len(read) >= FEW and exceeds(unread, limits.incomplete, len(read)):
        yield Refusal(
            "incomplete",
            f"{unread} of {len(read)} links could not be read "
            f"({_percent(unread, len(read))}; limit {limits.incomplete:.0%}). Mend what is named "
            "above, name the readable ones with --only, or let it through: --allow incomplete",
            _percent(unread, len(read)),
            f"{limits.incomplete:.0%}",
        )
    carried = {seen.partner_id for seen in read}
    fresh = Counter(
        wanted
        for change in making
        if (wanted := change.wanted.partner_id) and wanted not in carried and wanted not in named
    )
    for partner_id, count in fresh.items():
        if count > limits.new_partner_id:
            yield Refusal(
                "new-partner-id",
                f"{count} links would get {partner_id}, which no link carries yet "
                f"(limit {limits.new_partner_id}). Give it a name: under partners:, so that "
                "Azure's answer can be checked, begin with --only or --max-changes, "
                "or let it through: --allow new-partner-id",
                str(count),
                str(limits.new_partner_id),
            )


def _check_age(plan: Plan, limits: GuardLimits, now: datetime) -> Refusal | None:
    age = now - plan.created_at
    if timedelta(0) <= age <= limits.plan_age:
        return None
    what = f"is {_hours(age)} old" if age > limits.plan_age else "comes from the future"
    return Refusal(
        "plan-age",
        f"the plan {what} (limit {_hours(limits.plan_age)}). Make a new one with plan --out, "
        "or let it through: --allow plan-age",
        _hours(age),
        _hours(limits.plan_age),
    )


def _known(change: Change) -> Observed | None:
    seen = change.observed
    return seen if seen and seen.state is not ObservedState.UNKNOWN else None


def is_unread(change: Change) -> bool:
    """Whether a link could not be read. One whose principal is gone, as wanted, is settled."""
    seen = change.observed
    return (
        seen is not None
        and seen.state is ObservedState.UNKNOWN
        and change.action is not Action.NONE
    )


def exceeds(part: int, share: float, whole: int) -> bool:
    """Whether `part` is more than that share; rounded, since 0.29 * 100 is not quite 29."""
    return part > round(share * whole, 6)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.1f} h"


def _refusal(guard: str, numbers: str, number: str, limit: str) -> Refusal:
    return Refusal(
        guard,
        f"{numbers}. Make a part of it with --only or --max-changes, "
        f"or let it through: --allow {guard}",
        number,
        limit,
    )
