"""Guards of unattended runs: limits on the whole plan and on a week of unattended changes.

No one reviews a `nightly --repair` run, so its guards are stricter than those of `apply`. They
judge the plan before `--max-changes`, whatever `--only` selects, together with the distinct links
that unattended runs changed today and on the six UTC days before. A share is a share of all links
that the file manages.

The caller reads the journal and the shared history.
"""

from collections.abc import Collection, Iterable, Iterator

from reconciler.core.guards.attended import GuardLimits, exceeds, is_unread
from reconciler.core.guards.partner_trust import is_managed, trust
from reconciler.core.guards.past_changes import Past, key_of
from reconciler.core.links import Action, Wanted
from reconciler.core.plan import Plan, Refusal

CHANGE_COUNT = 200
"""The limit of updates and removals in those days, unless the file sets `change_count`."""

INCOMPLETE = 0.20
"""The limit of unreadable links, of those selected. A larger `incomplete` does not raise it."""

SMALL = 3
"""The number of links that every share allows, in a file with at least twice as many."""

REWRITES = frozenset({Action.UPDATE, Action.REMOVE})


def count_managed(wanted: Iterable[Wanted]) -> int:
    """The number of links that the whole file manages: every share is a share of it."""
    return sum(map(is_managed, wanted))


def allowance(share: float, whole: int) -> int:
    """The number of links that a share allows.

    It is rounded down, but at least 3, or half of the links if that is less. 0 allows none.
    """
    if not share:
        return 0
    return max(int(round(share * whole, 6)), min(SMALL, max(1, whole // 2)))


def check_unattended(
    plan: Plan,
    limits: GuardLimits,
    past: Past,
    *,
    managed: int,
    named: Collection[str],
    allowed: Collection[str] = (),
) -> tuple[Refusal, ...]:
    """Every guard that refuses a whole plan.

    past     the changes of earlier unattended runs
    managed  the number of links that the whole file manages
    named    the partner IDs whose name is checked against Azure's answer
    allowed  the guards that --allow overrides in this run
    """
    if not plan.writes:
        return ()
    refusals = [
        *_check_rewrites(plan, limits, past, managed),
        *_check_creations(plan, limits),
        *_check_reads(plan, limits),
        *_check_ids(plan, limits, past, named),
    ]
    if not any(refusal.guard == "change-count" for refusal in refusals):
        refusals += _check_changes(plan, limits)
    return tuple(refusal for refusal in refusals if refusal.guard not in allowed)


def _check_rewrites(plan: Plan, limits: GuardLimits, past: Past, managed: int) -> Iterator[Refusal]:
    """The limits of removals and updates, of this plan and of these days together."""
    removed = frozenset({Action.REMOVE})
    verbs = {removed: "removed", REWRITES: "updated or removed"}
    change_count = CHANGE_COUNT if limits.change_count is None else limits.change_count
    rules: tuple[tuple[str, frozenset[Action], int, float | None], ...] = (
        ("remove-share", removed, allowance(limits.remove_share, managed), limits.remove_share),
        ("remove-count", removed, limits.remove_count, None),
        ("change-share", REWRITES, allowance(limits.change_share, managed), limits.change_share),
        ("change-count", REWRITES, change_count, None),
    )
    for guard, actions, limit, share in rules:
        here = {key_of(change) for change in plan.writes if change.action in actions}
        before = {change.key for change in past.recent(guard) if change.action in actions} - here
        count = len(here) + len(before)
        if not here or count <= limit:
            continue
        weekly = (
            f": {len(here)} in this plan, {len(before)} by unattended runs since {past.first_day}"
            if before
            else ""
        )
        of, rule = ("", str(limit)) if share is None else _rule(share, limit, managed)
        text = f"{count}{of} managed links would be {verbs[actions]}{weekly} (limit {rule})"
        yield _refusal(guard, text, count, limit)


def _rule(share: float, limit: int, managed: int) -> tuple[str, str]:
    """The whole of a share, and the limit with its derivation, for a message."""
    is_minimum = exceeds(limit, share, managed)
    how = f"the minimum for {managed} links" if is_minimum else f"{share:.0%} of {managed}"
    return f" of {managed}", f"{limit}, {how}"


def _check_creations(plan: Plan, limits: GuardLimits) -> Iterator[Refusal]:
    count = sum(change.action is Action.CREATE for change in plan.writes)
    if count > limits.create_count:
        text = f"{count} links would be created in this run (limit {limits.create_count})"
        yield _refusal("create-count", text, count, limits.create_count)


def _check_changes(plan: Plan, limits: GuardLimits) -> Iterator[Refusal]:
    """A `change_count` that the file sets also limits all changes of one run, as for `apply`."""
    most, count = limits.change_count, len(plan.writes)
    if most is not None and count > most:
        text = f"{count} changes would be made in this run (limit {most})"
        yield _refusal("change-count", text, count, most)


def _check_reads(plan: Plan, limits: GuardLimits) -> Iterator[Refusal]:
    read = sum(change.observed is not None for change in plan.changes)
    unread = sum(map(is_unread, plan.changes))
    share = min(limits.incomplete, INCOMPLETE)
    limit = allowance(share, read)
    if unread > limit:
        of, rule = _rule(share, limit, read)
        text = f"{unread}{of} selected links could not be read (limit {rule})"
        yield _refusal("incomplete", text, unread, limit)


def _check_ids(
    plan: Plan, limits: GuardLimits, past: Past, named: Collection[str]
) -> Iterator[Refusal]:
    seen = trust(plan, past, {}).seen
    wanted = {c.wanted.partner_id: None for c in plan.writes if c.wanted.partner_id}
    for partner_id in wanted:
        if partner_id in seen or partner_id in named:
            continue
        here = {key_of(c) for c in plan.writes if c.wanted.partner_id == partner_id}
        written = {c.key for c in past.recent("new-partner-id") if c.partner_id == partner_id}
        count = len(here | written)
        if count > limits.new_partner_id:
            text = (
                f"{count} links would get {partner_id}, which no link carries yet, except links "
                f"that unattended runs wrote (limit {limits.new_partner_id}). Give it a name: "
                "under partners:, so that Azure's answer can be checked"
            )
            yield _refusal("new-partner-id", text, count, limits.new_partner_id)


def _refusal(guard: str, numbers: str, number: object, limit: object) -> Refusal:
    return Refusal(
        guard,
        f"{numbers}. Review the plan, then run apply; or override this guard once with "
        f"--allow {guard}",
        str(number),
        str(limit),
    )
