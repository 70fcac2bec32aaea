"""Notes beside a link: dates in a few characters."""

from dataclasses import replace

import pytest

from reconciler.views.notes import changed, since
from reconciler.views.rows import plan_rows
from tests.views import facts


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-21T00:36:59.1015478Z", "2026-03-21"),
        ("2026-03-21T00:36:59+01:00", "2026-03-20"),
        ("0001-01-01T00:00:00Z", ""),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_the_last_change_is_a_day_in_utc_or_nothing(text: str | None, day: str) -> None:
    """A time that Azure leaves out, or that is none, is not shown."""
    seen = replace(facts.linked(1, facts.OURS), updated_at=text)
    (row,) = plan_rows(facts.plan_of((facts.wanted("Fabrikam", 1), seen)))
    assert (changed(row), since(row)) == (day, day)
