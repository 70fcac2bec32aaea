"""Access lost and gained since an earlier time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Workload,
)
from reconciler.core.history.access_history import RecordedAccess, is_gained, is_lost, recorded
from reconciler.core.history.changes_since import changes_since
from reconciler.core.history.notification_targets import Subscriber, When
from reconciler.core.history.notifications import EarlierRuns, events, message_for
from reconciler.core.history.recording import RecordedRun, observations_of_plan
from reconciler.core.history.run_summary import RunSummary
from reconciler.core.identities import SecretRef
from reconciler.core.plan import Plan
from tests.core.worlds import linked, plan, wanted

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
KEY = ("T1", "automation")


def access(verdict: str) -> Access:
    """Access with this verdict."""
    reason = AccessReason.ROLE_LISTED if verdict == "eligible" else AccessReason.READER_ONLY
    return Access(Workload.AZURE, AccessVerdict(verdict), reason, "found", None, AT)


def before(verdict: str) -> RecordedAccess:
    """The same, as an earlier run recorded it."""
    return recorded(access(verdict), AT - timedelta(days=1))


@pytest.mark.parametrize(
    ("was", "now", "lost", "gained"),
    [
        ("eligible", "none", True, False),
        ("probably", "none", True, False),
        ("none", "eligible", False, True),
        ("none", "probably", False, True),
        ("eligible", "probably", False, False),
        ("none", "none", False, False),
        ("eligible", "cannot_tell", False, False),
        ("none", "cannot_tell", False, False),
        ("cannot_tell", "eligible", False, False),
    ],
)
def test_only_known_verdicts_are_compared(was: str, now: str, lost: bool, gained: bool) -> None:
    """What cannot be told neither loses nor gains anything."""
    assert is_lost(before(was), access(now)) is lost
    assert is_gained(before(was), access(now)) is gained


def test_without_a_check_nothing_is_lost() -> None:
    """Neither in an earlier run nor in this one."""
    assert not is_lost(before("eligible"), None)
    assert not is_gained(None, access("eligible"))


def today(verdict: str) -> Plan:
    """The plan of a link with this verdict."""
    return plan((wanted(), replace(linked(), access=access(verdict))), created_at=AT)


def test_lost_access_is_a_change_since() -> None:
    """Beside the changes of the link itself."""
    found = changes_since(
        AT, {}, {}, observations_of_plan(today("none")), {KEY: before("eligible")}
    )
    assert [item.kind for item in found.items] == ["access_lost"]
    assert found.only([]).items == ()


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When.ACCESS, ["access lost"]),
        (When.CHANGE, ["access lost"]),
        (When.DRIFT, []),
        (When.FAILURE, []),
    ],
)
def test_lost_access_is_notified_to_those_who_want_it(when: When, expected: list[str]) -> None:
    """It is part of change."""
    run = RecordedRun("r", "nightly", AT - timedelta(days=1), "1", "c", 0, True, {})
    earlier = EarlierRuns(run, run, access={KEY: before("eligible")})
    summary = RunSummary("nightly", 0, AT, 1.0, "now", fact=today("none"))
    subscriber = Subscriber(SecretRef("env", "PAL_NOTIFY"), frozenset({when}))
    message = message_for(subscriber, summary, earlier, events(summary, earlier))
    assert [each.kind.value for each in message.events] == expected if message else not expected
