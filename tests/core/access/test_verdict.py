"""The decision of the access check: a row of the table each, and what always holds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.access.sentences import Principal
from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
)
from reconciler.core.access.verdict import SubscriptionAccess, Visibility, decide, judge, unreadable

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
OWN, OTHER = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11", "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"
PRINCIPAL = Principal(OWN, "7c1d5a0a-0f5b-4f4e-8b7e-2a51f2f3c001", is_app=True)

LISTED = (Counts.YES, AccessReason.ROLE_LISTED)
UNLISTED = (Counts.PROBABLY, AccessReason.ROLE_NOT_ON_LIST)
CUSTOM = (Counts.PROBABLY, AccessReason.CUSTOM_ROLE)
CUSTOM_READER = (Counts.UNKNOWN, AccessReason.CUSTOM_ROLE)
UNKNOWN = (Counts.UNKNOWN, AccessReason.ROLE_NOT_ON_LIST)
READER = (Counts.NO, AccessReason.READER_ONLY)
RANK = list(AccessVerdict)


def held(counts: Counts, reason: AccessReason, name: str = "Role") -> Assignment:
    """An assignment with this judgement."""
    return Assignment("s", "/subscriptions/s", name, None, counts, reason)


def on(
    *judged: tuple[Counts, AccessReason],
    visibility: Visibility = Visibility.WHOLE,
    eligible: str | None = None,
    home: str = OWN,
) -> SubscriptionAccess:
    """A subscription with these assignments."""
    return SubscriptionAccess(
        "s", home, tuple(held(*each) for each in judged), visibility, eligible
    )


@pytest.mark.parametrize(
    ("found", "verdict", "reason"),
    [
        (on(READER, LISTED), "eligible", "role_listed"),
        (on(READER, UNLISTED), "probably", "role_not_on_list"),
        (on(READER, CUSTOM), "probably", "custom_role"),
        (on(eligible="Contributor"), "none", "only_pim_eligible"),
        (on(READER, eligible="Contributor"), "none", "only_pim_eligible"),
        (on(READER, READER), "none", "reader_only"),
        (on(READER, CUSTOM_READER), "cannot_tell", "custom_role"),
        (on(READER, UNKNOWN), "cannot_tell", "role_not_on_list"),
        (on(UNKNOWN, eligible="Contributor"), "cannot_tell", "role_not_on_list"),
        (
            on((Counts.YES, AccessReason.FROM_PERMISSIONS), visibility=Visibility.PARTLY),
            "eligible",
            "from_permissions",
        ),
        (on(), "cannot_tell", "narrow_role_or_no_read"),
        (on(visibility=Visibility.PARTLY), "cannot_tell", "narrow_role_or_no_read"),
        (on(READER, visibility=Visibility.PARTLY), "cannot_tell", "narrow_role_or_no_read"),
        (
            on(visibility=Visibility.PARTLY, eligible="Contributor"),
            "cannot_tell",
            "narrow_role_or_no_read",
        ),
        (on(READER, visibility=Visibility.FAILED), "cannot_tell", "incomplete"),
        (on(LISTED, visibility=Visibility.FAILED), "eligible", "role_listed"),
    ],
)
def test_each_row_of_the_table(found: SubscriptionAccess, verdict: str, reason: str) -> None:
    """The first row that applies decides about an assignment, the best one about a link."""
    access = decide(PRINCIPAL, [found], NOW)
    assert (access.verdict, access.reason) == (verdict, reason)
    assert judge(found) == (verdict, reason)


def test_no_visible_subscription_is_none() -> None:
    """The whole list was read, and it is empty."""
    access = decide(PRINCIPAL, [], NOW)
    assert (access.verdict, access.reason, access.complete) == ("none", "no_subscription", True)


def test_an_unreadable_list_of_subscriptions_is_incomplete() -> None:
    """Without the list nothing is known."""
    access = unreadable(NOW, "503 from the host")
    assert (access.verdict, access.reason, access.complete) == ("cannot_tell", "incomplete", False)
    assert "503 from the host" in access.message


def test_the_best_subscription_decides() -> None:
    """One eligible subscription is enough; an unclear one is better than none."""
    assert decide(PRINCIPAL, [on(READER), on(LISTED)], NOW).verdict == "eligible"
    assert decide(PRINCIPAL, [on(READER), on()], NOW).verdict == "cannot_tell"


def test_each_delegating_directory_is_judged_alone() -> None:
    """A failure in one directory leaves the verdict about the other as it is."""
    access = decide(
        PRINCIPAL,
        [on(LISTED), on(READER, home=OTHER), on(visibility=Visibility.FAILED, home="x")],
        NOW,
    )
    assert [(d.tenant_id, d.verdict, d.reason) for d in access.delegations] == [
        (OTHER, "none", "reader_only"),
        ("x", "cannot_tell", "incomplete"),
    ]


def test_a_delegated_subscription_is_requested_by_lighthouse() -> None:
    """A customer cannot assign a role to a principal of another directory."""
    access = decide(PRINCIPAL, [on(READER, home=OTHER)], NOW)
    assert "Azure Lighthouse" in str(access.hint)
    assert f'"managedByTenantId": "{OWN}"' in str(access.hint)


def test_no_text_promises_credit() -> None:
    """A role is on a list; whether it earns anything is not known."""
    for found in ([on(LISTED)], [on(UNLISTED)], [on(READER)], [on()], []):
        access = decide(PRINCIPAL, found, NOW)
        assert not any(word in f"{access.message} {access.hint}" for word in ("earn", "works"))


judgements = st.tuples(st.sampled_from(Counts), st.sampled_from(AccessReason))
found = st.builds(
    lambda judged, visibility, eligible: on(*judged, visibility=visibility, eligible=eligible),
    st.lists(judgements, max_size=4),
    st.sampled_from(Visibility),
    st.sampled_from([None, "Contributor"]),
)


def of(*ones: SubscriptionAccess) -> Access:
    return decide(PRINCIPAL, ones, NOW)


@given(st.lists(found, min_size=1, max_size=4), judgements)
def test_a_further_assignment_never_lowers_a_verdict(
    ones: list[SubscriptionAccess], more: tuple[Counts, AccessReason]
) -> None:
    """Whatever is added where assignments were seen, the verdict is the same or better."""
    first, *rest = ones
    if first.assignments:
        added = SubscriptionAccess(
            "s", OWN, (*first.assignments, held(*more)), first.visibility, first.eligible_role
        )
        before, after = of(first, *rest), of(added, *rest)
        assert RANK.index(after.verdict) <= RANK.index(before.verdict)


@given(st.lists(found, max_size=4), found)
def test_incomplete_never_says_none(
    ones: list[SubscriptionAccess], failed: SubscriptionAccess
) -> None:
    """Neither does a denial, nor a part of what could be seen."""
    for visibility in (Visibility.FAILED, Visibility.PARTLY):
        unseen = SubscriptionAccess("s", OWN, failed.assignments, visibility, failed.eligible_role)
        access = of(*ones, unseen)
        assert access.verdict is not AccessVerdict.NONE
    assert access.complete or access.verdict is not AccessVerdict.NONE


@given(st.lists(found, max_size=4))
def test_nothing_unknown_counts(ones: list[SubscriptionAccess]) -> None:
    """Without an assignment that counts, the verdict is at most cannot_tell."""
    counts = {each.counts for one in ones for each in one.assignments}
    if not counts & {Counts.YES, Counts.PROBABLY}:
        assert of(*ones).verdict in (AccessVerdict.CANNOT_TELL, AccessVerdict.NONE)
    if Counts.YES not in counts:
        assert of(*ones).verdict is not AccessVerdict.ELIGIBLE
