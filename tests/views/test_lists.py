"""Lists of runs and of link events, in every format."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.history.link_history import Health
from reconciler.core.history.recording import RecordedRun
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.registry import RENDERERS, render
from reconciler.views.terminal.shortening import columns_of
from tests.views import facts

AT = datetime(2026, 11, 1, 2, tzinfo=UTC)


def runs(user: str = "svc-partner-links", host: str = "runner-7.contoso.example") -> list[object]:
    """Return five runs of one machine."""
    counts = {Health.IN_SYNC: 412, Health.DRIFT: 3, Health.UNREADABLE: 20, Health.LEFT_ALONE: 4}
    return [
        RecordedRun(
            f"c0ffee{number:010d}",
            "nightly",
            AT + timedelta(days=number),
            "1.2.3",
            "sha256:c0",
            143,
            True,
            counts,
            200,
            user,
            host,
        )
        for number in range(5)
    ]


def test_the_list_of_runs_fits_80_columns() -> None:
    """One line is one run: less important columns are left out, and the user is shortened."""
    lines = render(View.RUNS, Format.TABLE, runs(), width=80).splitlines()
    assert len(lines) == 6
    assert max(map(columns_of, lines)) <= 80
    assert lines[1].split()[:3] == ["2026-11-01", "02:00", "nightly"]
    assert lines[1].endswith("svc-p…ample")


def test_a_wide_page_and_a_pipe_have_every_column() -> None:
    """The scope, the links left alone and the ID of the run are the last columns."""
    for width in (160, 1 << 20):
        line = render(View.RUNS, Format.TABLE, runs(), width=width).splitlines()[1]
        assert line.split()[-3:] == ["all", "4", "c0ffee0000000000"]


@pytest.mark.parametrize("form", RENDERERS[View.RUNS])
@pytest.mark.parametrize("name", facts.HOSTILE.values(), ids=list(facts.HOSTILE))
def test_a_hostile_user_is_only_text(form: Format, name: str) -> None:
    """The name of a user or a machine adds no markup and no line."""
    text = render(View.RUNS, form, runs(name, name), width=80)
    flat = text.replace("\n", "")
    assert visible(flat) == flat
    if form in (Format.HTML, Format.MARKDOWN):
        assert "<b>Fabrikam" not in text


@pytest.mark.parametrize("view", [View.RUNS, View.EVENTS])
def test_an_empty_list_is_a_sentence(view: View) -> None:
    """A heading without rows would leave the reader guessing."""
    assert "recorded" in render(view, Format.TABLE, [])
    assert "recorded" in render(view, Format.HTML, [])
