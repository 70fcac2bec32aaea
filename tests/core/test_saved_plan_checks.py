"""The checks of a saved plan: its file, its endpoint, its day and its approval."""

from dataclasses import replace
from datetime import date

from reconciler.core.guards.saved_plan_checks import check_approval, check_day, check_saved
from reconciler.core.links import WantedState
from reconciler.core.plan import Refusal
from reconciler.core.plan_json import digest, plan_data
from tests.core.worlds import OLD, linked, plan, wanted


def test_a_saved_plan_belongs_to_its_file() -> None:
    """A plan of another file is refused, and so is an interrupted one."""
    made = plan((wanted(), linked(OLD)))
    assert check_saved(made, made.config_digest, "", "") == ()
    assert [r.guard for r in check_saved(made, "sha256:ff", "", "")] == ["config-digest"]
    cut = replace(made, interrupted=True)
    assert [r.guard for r in check_saved(cut, made.config_digest, "", "")] == ["interrupted"]


def test_an_approval_is_of_one_digest() -> None:
    """A plan with another digest is refused, with its own digest in the message."""
    made = plan((wanted(), linked(OLD)))
    approved = digest(plan_data(made))
    assert check_approval(made, None) == check_approval(made, approved) == ()
    (refusal,) = check_approval(made, "sha256:ff")
    assert isinstance(refusal, Refusal)
    assert approved in refusal.message


def test_a_plan_for_a_future_day_is_refused_before_that_day() -> None:
    """On that day it may be applied, if the file still wants the same."""
    day, want = date(2027, 1, 1), wanted()
    for_day = plan((want, linked(OLD)), for_day=day)
    (refusal,) = check_day(for_day, [want], date(2026, 12, 31))
    assert (refusal.guard, "2027-01-01" in refusal.message) == ("plan-day", True)
    assert check_day(for_day, [want], day) == ()


def test_a_plan_is_refused_once_the_file_wants_something_else() -> None:
    """One link is named, the others are counted; links outside the plan do not matter."""
    before = plan(*((wanted(number=n), linked(OLD, n)) for n in (1, 2)))
    now = [wanted(number=1), wanted(WantedState.ABSENT, 2), wanted(WantedState.ABSENT, 3)]
    (refusal,) = check_day(before, now, date(2027, 1, 1))
    assert "for T2 / automation than" in refusal.message
    assert check_day(before, [wanted(number=n) for n in (1, 2)], date(2027, 1, 1)) == ()


def test_a_saved_plan_belongs_to_its_endpoint() -> None:
    """It is refused if another cloud or another Resource Manager would be written to."""
    made = plan((wanted(), linked(OLD)), cloud="public", endpoint="https://management.azure.com")
    here = (made.config_digest, "public", "https://management.azure.com")
    assert check_saved(made, *here) == ()
    for cloud, endpoint in (
        ("public", "https://127.0.0.1:8443"),
        ("usgov", "https://management.azure.com"),
    ):
        (refusal,) = check_saved(made, made.config_digest, cloud, endpoint)
        assert refusal.guard == "plan-endpoint"
