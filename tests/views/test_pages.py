"""Markup of pages: names add text and never tags."""

import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.history.link_history import count_health
from reconciler.core.history.recording import observations_of_plan
from reconciler.core.links import Action, Observed, Settled
from reconciler.core.plan import Plan, Report
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.html.overview import render_overview
from reconciler.views.registry import render
from tests.views import facts

NAMES = st.one_of(st.text(st.characters()), st.sampled_from(list(facts.HOSTILE.values())))


class Parsed(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.addresses: set[str] = set()
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag, tuple(name for name, _ in attrs)] += 1
        self.addresses |= {str(value) for name, value in attrs if name in ("href", "src")}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _fact(kind: View, plan: Plan) -> Plan | Report:
    return facts.report_of(plan) if kind is View.REPORT else plan


def _parsed(kind: View, plan: Plan) -> Parsed:
    return Parsed(render(kind, Format.HTML, _fact(kind, plan)))


def _named(name: str) -> Plan:
    return facts.plan_of(
        (facts.wanted(f"A{name}", 1, identity=f"B{name}"), facts.linked(1, facts.OLD, f"C{name}")),
        (facts.wanted(f"D{name}", 2), facts.linked(2, facts.FOREIGN, f"E{name}")),
        findings=(facts.Finding("odd", f"F{name}", f"G{name}", f"A{name}"),),
    )


@pytest.mark.parametrize("kind", facts.VIEWS)
@given(name=NAMES)
@settings(max_examples=40)
def test_no_name_adds_a_tag_or_an_attribute(kind: View, name: str) -> None:
    """A page with any name has the tags of a page with an ordinary one, and shows the name."""
    parsed = _parsed(kind, _named(name))
    assert parsed.tags == _parsed(kind, _named("x")).tags
    assert visible(f"A{name}") in parsed.text


@pytest.mark.parametrize("kind", facts.VIEWS)
def test_a_page_has_no_link_to_another_site(kind: View) -> None:
    """Its only addresses are anchors of the page."""
    addresses = _parsed(kind, facts.hostile_plan()).addresses
    assert {address for address in addresses if not address.startswith(("#", "data:"))} == set()


def test_every_tone_has_a_word() -> None:
    """Colour is never the only sign."""
    page = render(View.PLAN, Format.HTML, facts.ordinary_plan())
    for word in ("conflict", "unreadable", "create", "update", "remove", "held", "in sync"):
        assert f'">{word}</span>' in page


def test_refusals_come_first() -> None:
    """A guard's refusal is above all numbers."""
    page = render(View.REPORT, Format.HTML, facts.refused_report())
    assert page.index("Refused by remove-count:") < page.index('class="tiles"')
    assert "not tried</span>" in page


def test_a_summary_names_only_changes_that_there_are() -> None:
    """`0 to create` says nothing on a page that counts the states in tiles."""
    page = render(View.PLAN, Format.HTML, facts.many_plan(2, 3))
    assert '<p class="summary">3 to update; 2 unreadable; 0 in sync.</p>' in page
    page = render(View.PLAN, Format.HTML, facts.people_plan())
    assert '<p class="summary">4 unreadable; 1 in sync.</p>' in page


def test_changes_come_before_problems_and_findings() -> None:
    """Then every link."""
    page = render(View.PLAN, Format.HTML, facts.ordinary_plan())
    ids = [f'<h2 id="{name}"' for name in ("changes", "problems", "findings", "links")]
    places = list(map(page.index, ids))
    assert places == sorted(places)


def test_a_partner_id_without_links_is_no_link() -> None:
    """There is no row to show; an unknown filter would show all rows."""
    unread = facts.plan_of((facts.wanted("Fabrikam", 1), Observed.unknown(facts.APP_MISSING)))
    page = render_overview(facts.overview_of(unread))
    assert f'<th scope="row">{facts.OURS}</th>' in page


def test_a_held_link_with_the_wanted_id_has_nothing_wanted() -> None:
    """Azure's name for the partner makes no difference."""
    held = Settled(Action.HELD, "held until 2026-12-31")
    plan = facts.plan_of(
        (facts.wanted("A", 1, settled=held), facts.linked(1, facts.OURS, "Contoso")),
        (facts.wanted("B", 2, settled=held), facts.linked(2, facts.OLD)),
    )
    page = render(View.INVENTORY, Format.HTML, plan)
    assert re.findall(r'<td class="wanted">(\d*)', page) == ["", facts.OURS]


PLANS = {
    "ordinary": facts.ordinary_plan,
    "hostile": facts.hostile_plan,
    "busy": facts.busy_plan,
    "many": facts.many_plan,
}


@pytest.mark.parametrize("name", PLANS)
def test_the_numbers_of_a_report_are_those_of_show_and_history(name: str) -> None:
    """The tiles add up to the links, and the headline to the customers."""
    plan = PLANS[name]()
    page = render_overview(facts.overview_of(plan, plan))
    counts = json.loads(render(View.INVENTORY, Format.JSON, plan))["summary"]
    tiles = {
        word: int(n) for n, word in re.findall(r"<strong>(\d+)</strong> ([a-z ]+)</a></li>", page)
    }
    words = {"none": "in sync", "unknown": "unreadable"}
    drift = sum(counts.pop(action) for action in ("create", "update", "remove"))
    links = counts.pop("links")
    expected = {"drift": drift} | {words.get(key, key): n for key, n in counts.items()}
    assert tiles == {word: n for word, n in expected.items() if n}
    assert sum(tiles.values()) == links
    counted = re.search(r"correctly linked: \d+ of (\d+)", page)
    not_counted = re.findall(r"(\d+) customers? (?:that|for)", page)
    customers = re.search(r"(\d+) customers</bdi>", page)
    assert counted
    assert customers
    assert int(counted[1]) + sum(map(int, not_counted)) == int(customers[1])
    standings = count_health(observations_of_plan(plan))
    row = re.search(r"2026-11-23</th>(.*)</tr>", page)
    assert row
    assert [int(n) for n in re.findall(r'number">(\d+)', row[1])] == list(standings.values())
