"""Guards of `apply`: limits that a plan must keep, each with its numbers and its override.

They compare the changes that a run is about to make with everything that was observed.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.core.links import Action, Change, Observed, ObservedState
from reconciler.core.plan import Plan, Refusal

SMALLEST_WHOLE = 10
"""The number of links from which shares are judged: one of three is 33 % and means nothing."""

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
"""The guards that `--allow` overrides, one at a time."""


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """The largest number or share of each kind that a run may change. Shares are from 0 to 1.

    change_share    updates and removals, of the links observed as linked
    remove_count    removals
    remove_share    removals, of the links observed
    incomplete      unreadable links, of all links
    new_partner_id  creations and updates to an ID that no read shows and no name confirms
    change_count    changes in one run; None: no limit for `apply`, 200 for unattended runs
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
    """The guards that refuse the changes of this run.

    making   the changes that are left after --max-changes
    named    the partner IDs whose name is checked against Azure's answer
    allowed  the guards that --allow overrides in this run
    now      UTC, for the age of the plan
    """
    if not making:
        return ()
    refusals = (*_check_shares(plan, making, limits), *_check_whole(plan, making, limits, named))
    if refusal := _check_age(plan, limits, now):
        refusals = (*refusals, refusal)
    return tuple(refusal for refusal in refusals if refusal.guard not in allowed)


def _check_shares(plan: Plan, making: Sequence[Change], limits: GuardLimits) -> Iterator[Refusal]:
    observed = [seen for change in plan.changes if (seen := _read(change))]
    linked = sum(seen.state is ObservedState.LINKED for seen in observed)
    removals = sum(change.action is Action.REMOVE for change in making)
    rewrites = removals + sum(change.action is Action.UPDATE for change in making)
    if linked >= SMALLEST_WHOLE and exceeds(rewrites, limits.change_share, linked):
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
    if len(observed) >= SMALLEST_WHOLE and exceeds(removals, limits.remove_share, len(observed)):
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
    if len(read) >= SMALLEST_WHOLE and exceeds(unread, limits.incomplete, len(read)):
        yield Refusal(
            "incomplete",
            f"{unread} of {len(read)} links could not be read "
            f"({_percent(unread, len(read))}; limit {limits.incomplete:.0%}). Fix the problems "
            "above, select the readable links with --only, or override this guard: "
            "--allow incomplete",
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
                "Azure's answer can be checked. Or link a few first, with --only or "
                "--max-changes. Or override this guard: --allow new-partner-id",
                str(count),
                str(limits.new_partner_id),
            )


def _check_age(plan: Plan, limits: GuardLimits, now: datetime) -> Refusal | None:
    age = now - plan.created_at
    if timedelta(0) <= age <= limits.plan_age:
        return None
    what = f"is {_hours(age)} old" if age > limits.plan_age else "has a creation time in the future"
    return Refusal(
        "plan-age",
        f"the plan {what} (limit {_hours(limits.plan_age)}). Make a new one with plan --out, "
        "or override this guard: --allow plan-age",
        _hours(age),
        _hours(limits.plan_age),
    )


def _read(change: Change) -> Observed | None:
    seen = change.observed
    return seen if seen and seen.state is not ObservedState.UNKNOWN else None


def is_unread(change: Change) -> bool:
    """Whether a link could not be read. One whose principal is gone, as wanted, needs no read."""
    seen = change.observed
    return (
        seen is not None
        and seen.state is ObservedState.UNKNOWN
        and change.action is not Action.NONE
    )


def exceeds(part: int, share: float, whole: int) -> bool:
    """Whether `part` is more than that share. Rounded, because 0.29 * 100 is not exactly 29."""
    return part > round(share * whole, 6)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.1f} h"


def _refusal(guard: str, numbers: str, number: str, limit: str) -> Refusal:
    return Refusal(
        guard,
        f"{numbers}. Apply a part of the plan with --only or --max-changes, "
        f"or override this guard: --allow {guard}",
        number,
        limit,
    )
