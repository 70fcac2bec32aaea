"""Work of the renderers: it grows with the number of links, and not with its square."""

import sys
from types import FrameType

import pytest

from reconciler.core.plan import Plan
from reconciler.views.formats import Format, View
from reconciler.views.registry import RENDERERS, render
from tests.views import facts

CASES = [(kind, form) for kind in facts.VIEWS for form in RENDERERS[kind]]


def _calls(kind: View, form: Format, links: int) -> int:
    """The Python calls that rendering this many links takes; each step of a loop may be one."""
    plan: Plan = facts.many_plan(links // 2, links // 2)
    fact = facts.report_of(plan) if kind is View.REPORT else plan
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        render(kind, form, fact)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(("kind", "form"), CASES)
def test_four_times_the_links_take_about_four_times_the_work(kind: View, form: Format) -> None:
    """20,000 links on one page took 30 s, because each row looked at all rows."""
    render(kind, form, facts.many_plan() if kind is not View.REPORT else facts.refused_report())
    few, many = _calls(kind, form, 100), _calls(kind, form, 400)
    assert many < 5 * few
