"""Access of a link: it is no part of the link, of a plan or of a digest, and survives a worker."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.core.access.link_access import access_data, access_of, cleaned, count_verdicts
from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
    Workload,
    not_checked,
)
from reconciler.core.plan_json import plan_data
from tests.core import worlds

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
SUBSCRIPTION = "0a1b2c3d-1111-4222-8333-444455556666"

ACCESS = Access(
    Workload.AZURE,
    AccessVerdict.ELIGIBLE,
    AccessReason.ROLE_LISTED,
    "Support Request Contributor on 1 of 1 subscriptions",
    None,
    NOW,
    (
        Assignment(
            SUBSCRIPTION,
            f"/subscriptions/{SUBSCRIPTION}",
            "Support Request Contributor",
            "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e",
            Counts.YES,
            AccessReason.ROLE_LISTED,
            until=NOW,
        ),
    ),
    1,
)


def test_two_reads_with_other_access_are_equal() -> None:
    """Access changes neither equality nor what counts as the same link."""
    seen = worlds.linked()
    checked = replace(seen, access=ACCESS)
    assert checked == seen
    assert checked.same_link(seen)


def test_a_plan_with_access_has_the_same_json() -> None:
    """Access is in no plan, so its digest and seal are the same."""
    plain = worlds.plan((worlds.wanted(), worlds.linked()))
    checked = worlds.plan((worlds.wanted(), replace(worlds.linked(), access=ACCESS)))
    assert plan_data(checked) == plan_data(plain)


def test_access_survives_a_worker() -> None:
    """A read is pickled with its access."""
    seen = pickle.loads(pickle.dumps(replace(worlds.linked(), access=ACCESS)))
    assert seen.access == ACCESS


def test_access_has_the_documented_json() -> None:
    """Programs rely on these keys and values."""
    assert access_data(ACCESS) == {
        "workload": "azure",
        "verdict": "eligible",
        "reason": "role_listed",
        "message": "Support Request Contributor on 1 of 1 subscriptions",
        "hint": None,
        "assignments": [
            {
                "subscription_id": SUBSCRIPTION,
                "scope": f"/subscriptions/{SUBSCRIPTION}",
                "role": "Support Request Contributor",
                "role_id": "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e",
                "counts": "yes",
                "through_group": False,
                "conditional": False,
                "until": "2026-11-25T02:00:00Z",
            }
        ],
        "subscriptions": 1,
        "complete": True,
        "checked_at": "2026-11-25T02:00:00Z",
        "covers": [],
    }
    assert access_data(None) is None


def test_links_are_counted_by_verdict() -> None:
    """Every verdict has a number; links without access are not counted."""
    seen = replace(worlds.linked(), access=ACCESS)
    plan = worlds.plan((worlds.wanted(), seen), (worlds.wanted(number=2), worlds.linked(number=2)))
    assert count_verdicts(plan.changes) == {
        "eligible": 1,
        "probably": 0,
        "cannot_tell": 0,
        "none": 0,
    }
    assert [access_of(change) for change in plan.changes] == [ACCESS, None]


def test_texts_from_azure_are_cleaned() -> None:
    """Role names, scopes, the message and the hint pass through the given function."""
    shouting = cleaned(replace(ACCESS, hint="ask"), str.upper)
    assert shouting
    assert shouting.message == ACCESS.message.upper()
    assert shouting.hint == "ASK"
    assert shouting.assignments[0].role == "SUPPORT REQUEST CONTRIBUTOR"
    assert cleaned(None, str.upper) is None


def test_a_link_that_was_not_checked_cannot_be_judged() -> None:
    """The verdict without a request is cannot_tell."""
    access = not_checked(Workload.POWER_PLATFORM, NOW, AccessReason.NO_ENVIRONMENT_LISTED)
    assert (access.verdict, access.complete) == (AccessVerdict.CANNOT_TELL, False)
