"""Markdown comments: they fit a pull request, however large the plan."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.findings import Finding
from reconciler.core.history.changes_since import ChangeKind, ChangesSince, LinkChange
from reconciler.core.history.recording import observations_of_plan
from reconciler.core.links import Observed, Problem, WantedState
from reconciler.core.plan import Plan, Refusal
from reconciler.core.plan_json import digest, plan_data
from reconciler.core.plan_review import Forecast, PersonFolder, PlanReview
from reconciler.views.formats import Format, View
from reconciler.views.markdown.plan import LONG
from reconciler.views.registry import render
from reconciler.views.rows import QUIET
from tests.views import facts

COMMENT = 65_536
"""Characters that GitHub takes in one comment."""


def _plan(kinds: str, count: int, name: str = "Customer {}", people: int = 1) -> Plan:
    reads = {
        "u": lambda n: facts.linked(n, facts.OLD, name * 3),
        "x": lambda n: Observed.unknown(Problem(f"code{n}", name * 5, f"hint {n}")),
        "m": lambda n: facts.linked(n, facts.FOREIGN),
        "p": lambda n: Observed.unknown(
            Problem("person_needed", name * 5, "runs in a terminal: pal-reconcile login alice")
        ),
    }
    return facts.plan_of(
        *(
            (
                facts.wanted(
                    name.format(n),
                    n,
                    aim=WantedState.UNMANAGED if kind == "m" else WantedState.LINKED,
                    identity=name.format(n % people) if kind == "p" else "automation",
                ),
                reads[kind](n),
            )
            for n, kind in enumerate(kinds * count)
        ),
        findings=tuple(Finding(f"f{n}", name, "look", name.format(n)) for n in range(count)),
    )


@pytest.mark.parametrize("people", [1, 300])
@pytest.mark.parametrize("name", ["Customer {}", "|<&@#'" * 33 + "{}", "x" * 3000])
def test_the_comment_is_never_too_long_for_github(name: str, people: int) -> None:
    """GitHub rejects a longer comment, so the plan is cut, whatever the names."""
    plan = _plan("uxmp", 300, name, people)
    for kind, fact in ((View.PLAN, plan), (View.REPORT, facts.report_of(plan))):
        text = render(kind, Format.MARKDOWN, fact)
        assert len(text) < COMMENT
        assert "more that do not fit into a comment" in text


def test_a_comment_with_every_list_at_its_limit_fits_github() -> None:
    """Changes, problems, findings, refusals, links left alone, and changes since a time."""
    text = "m" * 60
    plan = facts.plan_of(
        *((facts.wanted(f"{'c' * 168}{n}", n), facts.linked(n, facts.OLD)) for n in range(300)),
        *(
            (facts.wanted(f"x{n}", n), Observed.unknown(Problem(f"code{n}", text, "hint")))
            for n in range(300, 600)
        ),
        findings=tuple(Finding(f"f{n}", text, "look", f"T{n}") for n in range(300)),
    )
    quiet = (replace(c, action=action) for c in plan.changes[:30] for action in QUIET)
    seen = observations_of_plan(plan)[:20]
    changed = [LinkChange(kind, one, plan.created_at, 3) for kind in ChangeKind for one in seen]
    review = replace(
        PlanReview.of(replace(plan, changes=(*plan.changes, *quiet))),
        changes_since=ChangesSince(plan.created_at, True, tuple(changed)),
        forecasts=(Forecast("apply", (Refusal("new-partner-id", text),) * 400),),
    )
    comment = render(View.PLAN, Format.MARKDOWN, review)
    assert comment.count("more that do not fit into a comment") == 6
    assert len(comment) < COMMENT


def test_the_digest_is_never_cut() -> None:
    """A reviewer approves the digest."""
    plan = _plan("uxm", 600)
    assert digest(plan_data(plan)) in render(View.PLAN, Format.MARKDOWN, plan)


def test_the_inventory_is_never_cut() -> None:
    """It is a document, not a comment."""
    text = render(View.INVENTORY, Format.MARKDOWN, _plan("u", 1500))
    assert all(f"| Customer {n} |" in text for n in range(1500))


def test_folders_take_the_place_of_instructions() -> None:
    """They have their own; a sign-in that no folder asks for stays."""
    text = render(View.PLAN, Format.MARKDOWN, facts.folders_plan())
    assert "pal-reconcile login" not in text
    assert "### Folders for people" in text
    assert "**Wingtip / cli** unreadable" in text


@pytest.mark.parametrize("name", ["Customer {}", "|<&@#'" * 33 + "{}"])
def test_hundreds_of_folders_fit_a_comment(name: str) -> None:
    """People that do not fit are counted."""
    plan = _plan("p", 400, name, 400)
    folders = tuple(
        PersonFolder(c.place.identity, "x" * 200, "x" * 200, (c.wanted,), "report.json")
        for c in plan.changes
    )
    text = render(View.PLAN, Format.MARKDOWN, replace(PlanReview.of(plan), folders=folders))
    assert len(text) < COMMENT
    assert "more people, with a folder each." in text


@pytest.mark.parametrize(("count", "is_folded"), [(LONG, False), (LONG + 1, True)])
def test_long_lists_are_collapsed(count: int, is_folded: bool) -> None:
    """The reader expands a list on demand."""
    plan = facts.plan_of(
        *((facts.wanted(f"T{n}", n), facts.linked(n, facts.OLD)) for n in range(count))
    )
    assert ("<details>" in render(View.PLAN, Format.MARKDOWN, plan)) is is_folded


@given(st.lists(st.sampled_from("uxm"), max_size=40).map("".join))
@settings(deadline=None, max_examples=30)
def test_nothing_is_cut_while_there_is_room(kinds: str) -> None:
    """Each change, problem and quiet link of a common plan is named."""
    text = render(View.PLAN, Format.MARKDOWN, _plan(kinds, 1))
    assert "do not fit" not in text
    assert all(f"Customer {n}" in text for n in range(len(kinds)) if kinds[n] in "ux")
