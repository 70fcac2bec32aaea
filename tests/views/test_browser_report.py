"""The report in a browser: tiles, links to rows, anchors, details, access, CSV, print, contrast."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest

from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
    Workload,
)
from reconciler.core.findings import Finding
from reconciler.core.history.overview import Overview
from reconciler.core.links import Observed, Wanted
from reconciler.views.html.overview import render_overview
from tests.views import facts
from tests.views.browser import Chromium, Seen, chromium
from tests.views.quarter import customer, quarter

DAYS = [*range(0, 89, 9), 87, 88]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all these tests, because a start takes a second."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of an example quarter of 150 customers."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_overview(quarter(150, DAYS)), encoding="utf-8")
    return path


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Overview], Path]:
    def write(overview: Overview) -> Path:
        path = tmp_path / "report.html"
        path.write_text(render_overview(overview), encoding="utf-8")
        return path

    return write


def rows_of(seen: Seen) -> int:
    """How many rows the filters leave."""
    return int(seen.status.split(" ")[0])


def test_a_tile_shows_the_links_that_it_counts(browser: Chromium, report: Path) -> None:
    """Each tile filters the table and goes there; another click on a tile replaces the filter."""
    with browser.seeing(report) as seen:
        tiles = seen.page.locator(".tiles a")
        assert tiles.count() >= 5
        for tile in tiles.all():
            number = int(tile.locator("strong").inner_text().replace(",", ""))
            tile.click()
            assert rows_of(seen) == number
            assert tile.get_attribute("aria-current") == "true"
            assert seen.page.url.endswith("#links")
        assert seen.page.locator(".tiles [aria-current]").count() == 1
        seen.press("Clear filters")
        assert seen.status == "150 links, the first 100 shown"
        assert (seen.requests, seen.complaints) == ([report.as_uri()], [])


def test_each_card_shows_its_links(browser: Chromium, report: Path) -> None:
    """The link of a card counts its rows; the filter can be removed."""
    with browser.seeing(report) as seen:
        for link in seen.page.locator(".card .go").all():
            number = int(re.sub(r"\D", "", link.inner_text()))
            link.click()
            assert rows_of(seen) == number
        seen.page.locator(".only").click()
        assert rows_of(seen) == 150


def test_tags_partner_ids_and_menus_filter(browser: Chromium, report: Path) -> None:
    """A tag's link selects it in its menu, and menus combine."""
    with browser.seeing(report) as seen:
        seen.filter_by("retail")
        tagged = rows_of(seen)
        assert seen.page.locator(".pick [data-filter=tag]").input_value() == "retail"
        assert 0 < tagged < 150
        seen.page.locator(".pick [data-filter=access]").select_option("none")
        assert 0 < rows_of(seen) < tagged
        seen.filter_by(facts.OURS)
        assert rows_of(seen) > tagged
        now = set(seen.page.locator("td.now:visible").all_inner_texts())
        assert now == {f"{facts.OURS} (Contoso Consulting UK)"}


def test_every_anchor_has_its_place(browser: Chromium, report: Path) -> None:
    """A section that the navigation leads to is below the bar, not under it."""
    with browser.seeing(report) as seen:
        links = seen.page.locator(".bar li a")
        targets = [str(link.get_attribute("href")) for link in links.all()]
        assert targets == ["#changes", "#chart", "#actions", "#partners", "#tags", "#links"]
        bar = seen.page.locator(".bar").bounding_box()
        assert bar is not None
        for link, target in zip(links.all(), targets, strict=True):
            link.click()
            box = seen.page.locator(target).bounding_box()
            assert box is not None
            assert bar["height"] <= box["y"] < 900


def test_details_are_a_row_of_full_width_that_leads_to_findings(
    browser: Chromium, report: Path
) -> None:
    """Each finding about a link is reachable from its row."""
    with browser.seeing(report) as seen:
        seen.search("fourth coffee alice")
        seen.page.locator(".links tbody th button:visible").first.click()
        details = seen.page.locator("tr.more")
        table, row = seen.page.locator(".links table").bounding_box(), details.bounding_box()
        assert table is not None
        assert row is not None
        assert abs(table["width"] - row["width"]) < 4
        details.get_by_role("link", name="Linked through people only").click()
        assert seen.page.locator(".card:target h4").inner_text().startswith("Linked through people")
        seen.search("nothing matches this")
        assert details.count() == 0


def test_details_have_the_roles_with_their_scopes(browser: Chromium, report: Path) -> None:
    """GUIDs are stored once on the page, and each text has its own again."""
    with browser.seeing(report) as seen:
        seen.search(f"/subscriptions/{facts.guid(6)}")
        assert rows_of(seen) == 1
        seen.page.locator(".links tbody th button:visible").first.click()
        details = seen.page.locator("tr.more").inner_text()
        assert f"Support Request Contributor on /subscriptions/{facts.guid(6)}" in details


def test_the_table_has_only_columns_with_content(
    browser: Chromium, written: Callable[[Overview], Path]
) -> None:
    """Identity is left out where all links have the same; access where it was not checked."""
    with browser.seeing(written(facts.overview_of(facts.in_sync_plan()))) as seen:
        headings = seen.page.locator(".links thead th").all_inner_texts()
        assert headings == ["State", "Customer", "Now", "Wanted", "Since", "Reason"]
        assert "identity automation" in seen.page.locator(".links").inner_text()
        assert not seen.page.locator(".pick [data-filter=access]").is_visible()
        assert not seen.page.locator(".pick [data-filter=identity]").is_visible()
        assert "no role" not in seen.page.locator(".tiles").inner_text()


def test_the_shown_rows_can_be_saved_as_csv(
    browser: Chromium, written: Callable[[Overview], Path], tmp_path: Path
) -> None:
    """No cell is a formula for a spreadsheet; the filter is obeyed; no request is sent."""
    path = written(facts.overview_of(facts.hostile_plan()))
    with browser.seeing(path) as seen:
        with seen.page.expect_download() as waiting:
            seen.page.get_by_role("button", name="Download CSV").click()
        saved = tmp_path / "saved.csv"
        waiting.value.save_as(saved)
        assert waiting.value.suggested_filename == "pal-links-2026-11-23.csv"
        rows = list(csv.DictReader(StringIO(saved.read_text(encoding="utf-8-sig"))))
        assert len(rows) == 8
        names = {row["Customer"] for row in rows}
        assert "'=cmd()|'/C calc'!A0" in names
        cells = [cell for row in rows for cell in row.values()]
        assert [cell for cell in cells if re.match(r"\s*[-=+@]", cell)] == []
        seen.search("calc")
        with seen.page.expect_download() as waiting:
            seen.page.get_by_role("button", name="Download CSV").click()
        waiting.value.save_as(saved)
        assert len(saved.read_text(encoding="utf-8-sig").splitlines()) == 2
        assert (seen.requests, seen.complaints) == ([path.as_uri()], [])


def test_a_print_is_a_table_on_a4(browser: Chromium, report: Path) -> None:
    """It has all rows, a heading on each page of the table, and fewer pages than cards would."""
    with browser.seeing(report) as seen:
        pdf = seen.page.pdf(prefer_css_page_size=True, print_background=True)
        pages = re.findall(rb"/Type\s*/Page\b", pdf)
        assert 4 <= len(pages) <= 12
        sizes = {
            tuple(map(float, box)) for box in re.findall(rb"MediaBox \[0 0 (\S+) (\S+)\]", pdf)
        }
        assert {(round(w / 72 * 25.4), round(h / 72 * 25.4)) for w, h in sizes} == {(210, 297)}
        seen.page.set_viewport_size({"width": 703, "height": 1000})  # A4 without its margins
        seen.page.emulate_media(media="print")
        assert len(seen.shown) == 150
        assert seen.page.locator(".links thead").is_visible()
        foot = seen.page.locator(".links tfoot")
        assert foot.inner_text() == "Report · 150 customers · 2026-11-23"
        group = "getComputedStyle(document.querySelector('.links tfoot')).display"
        assert seen.page.evaluate(group) == "table-footer-group"  # Repeated on each page.
        display = "getComputedStyle(document.querySelector('.links tbody tr')).display"
        assert seen.page.evaluate(display) == "table-row"
        assert not seen.page.locator(".controls").is_visible()
        assert not seen.page.locator(".bar").is_visible()
        assert seen.spill_px == 0


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_filters_stay_in_view(browser: Chromium, report: Path, width: int) -> None:
    """Also on phones, where they unfold; a filter brings the first rows into view again."""
    with browser.seeing(report) as seen:
        page = seen.page
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(".links tbody th button").nth(60).scroll_into_view_if_needed()
        bar = 0 if width == 390 else page.locator(".bar").evaluate("each => each.offsetHeight")
        tops = page.evaluate(
            "[...document.querySelectorAll('.controls, .links thead th.state')]"
            ".map(each => each.getBoundingClientRect()).map(({ top, height }) => [top, height])"
        )
        assert tops[0][0] == pytest.approx(bar, abs=1)
        if width > 390:
            assert tops[1][0] == pytest.approx(bar + tops[0][1], abs=1)
        else:
            assert tops[0][1] < 160
            seen.press("Filters")
        seen.press("in sync")
        first = page.locator(".links tbody th button").first
        assert first.evaluate("each => each.getBoundingClientRect().top") > 0
        assert seen.spill_px == 0


def test_escape_closes_details(browser: Chromium, report: Path) -> None:
    """The focus returns to the row, also from a link inside the details."""
    with browser.seeing(report) as seen:
        seen.search("fourth coffee alice")
        button = seen.page.locator(".links tbody th button:visible").first
        button.press("Enter")
        seen.page.locator("tr.more a").first.press("Escape")
        assert seen.page.locator("tr.more").count() == 0
        assert button.evaluate("each => each === document.activeElement")


def test_a_filter_draws_only_the_first_rows_again(browser: Chromium, report: Path) -> None:
    """After all rows were shown, the next keystroke is as fast as before."""
    with browser.seeing(report) as seen:
        seen.press("Show all 150")
        assert len(seen.shown) == 150
        assert seen.page.evaluate("document.activeElement.closest('tbody tr') !== null")
        seen.search("e")
        assert len(seen.shown) == 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_and_the_chart_can_be_told_apart(
    browser: Chromium, report: Path, scheme: str
) -> None:
    """3:1 for borders of controls and between series and ground; 4.5:1 for text."""
    with browser.seeing(report, color_scheme=scheme) as seen:
        contrast = seen.page.evaluate(_CONTRAST)
        assert {"input", "select", "button", "drift", "unreadable", "line"} <= set(contrast)
        assert {what: ratio for what, ratio in contrast.items() if ratio < 3} == {}
        text = {what: ratio for what, ratio in contrast.items() if what.startswith("text")}
        assert len(text) > 10
        assert {what: ratio for what, ratio in text.items() if ratio < 4.5} == {}


def test_a_phone_has_inputs_that_do_not_zoom(browser: Chromium, report: Path) -> None:
    """Text of 16 px or more; the page is as wide as the window."""
    with browser.seeing(report, "phone") as seen:
        for control in seen.page.locator("input:visible, select:visible").all():
            size = control.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
            assert size >= 16
        seen.page.locator(".links tbody th button").first.click()
        assert seen.page.locator("tr.more").is_visible()
        assert seen.spill_px == 0


def test_the_keyboard_reaches_the_content_and_the_rows(browser: Chromium, report: Path) -> None:
    """The first stop skips the navigation; a tile and a row work with Enter."""
    with browser.seeing(report) as seen:
        keyboard = seen.page.keyboard
        keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.className") == "skip"
        keyboard.press("Enter")
        keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('.tiles') !== null")
        keyboard.press("Enter")
        assert seen.page.locator(".tiles [aria-current]").count() == 1
        seen.page.locator(".links tbody th button").first.press("Enter")
        assert seen.page.locator("tr.more").count() == 1


def test_a_screen_reader_has_names_for_everything(browser: Chromium, report: Path) -> None:
    """Landmarks, controls, charts and tables are named; ids are unique; no bar is read alone."""
    with browser.seeing(report) as seen:
        unnamed = seen.page.evaluate(
            "[...document.querySelectorAll('nav, section, svg[role], [role=region], [role=group]')]"
            ".filter(each => !each.ariaLabel && !document.getElementById("
            "each.getAttribute('aria-labelledby'))).length"
        )
        assert unnamed == 0
        bars = seen.page.locator("svg .hit")
        assert bars.count() == bars.and_(seen.page.locator("[aria-hidden] *")).count() > 0
        for control in seen.page.locator("input, select").all():
            assert control.evaluate("each => each.labels.length") == 1
        ids = seen.page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
        assert len(ids) == len(set(ids))
        levels = seen.page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4')].map(each => Number(each.tagName[1]))"
        )
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_5000_links_with_timelines_and_roles_stay_small() -> None:
    """Below 4 MB, with an access check and five runs."""
    page = render_overview(quarter(5000, [10, 60, 80, 88]))
    assert len(page.encode()) < 4_000_000


def test_5000_links_with_a_remedy_each_stay_small() -> None:
    """Below 4 MB, also if each link has its own subscription, role, message and command."""
    plan = facts.plan_of(*map(_lacking_access, range(5000)))
    findings = tuple(
        Finding(
            "access_none",
            f"{change.place.tenant} is linked, but the principal has only Reader",
            _command(n),
            change.place.tenant,
            change.place.identity,
            facts.guid(n),
        )
        for n, change in enumerate(plan.changes)
    )
    page = render_overview(facts.overview_of(plan, plan, replace(plan, findings=findings)))
    assert len(page.encode()) < 4_000_000


def _lacking_access(n: int) -> tuple[Wanted, Observed]:
    scope = facts.guid(100_000 + n)
    role = Assignment(
        *(scope, f"/subscriptions/{scope}", "Reader", facts.guid(0)),
        *(Counts.NO, AccessReason.READER_ONLY),
    )
    access = Access(
        *(Workload.AZURE, AccessVerdict.NONE, AccessReason.READER_ONLY),
        *("Reader on 1 of 1 subscription", _command(n), datetime(2026, 11, 23, tzinfo=UTC)),
        *((role,), 1),
    )
    seen = facts.linked(n, facts.OURS, "Contoso Consulting UK")
    return facts.wanted(customer(n), n, tags=("emea", "retail")), replace(seen, access=access)


def _command(n: int) -> str:
    return (
        "ask the customer to run: az role assignment create "
        f"--assignee-object-id {facts.guid(n + 500)} --assignee-principal-type ServicePrincipal "
        f"--role {facts.guid(1)} --scope /subscriptions/{facts.guid(100_000 + n)}"
    )


_CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === 'rgba(0, 0, 0, 0)' ? ground(element.parentElement) : colour;
  };
  const found = {};
  const compare = (name, one, two) => {
    const pair = [light(one), light(two)];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    found[name] = Math.min(ratio, found[name] ?? 99);
  };
  const style = (what) => getComputedStyle(document.querySelector(what));
  const sheet = ground(document.querySelector('.chart'));
  const controls = '.controls :is(input, select, button:not(.clear))';
  for (const control of document.querySelectorAll(controls)) {
    const border = getComputedStyle(control).borderTopColor;
    compare(control.localName, border, ground(control.parentElement));
  }
  const [drift, unreadable] = [style('rect.drift').fill, style('pattern .ink').fill];
  compare('drift', drift, sheet);
  compare('unreadable', unreadable, sheet);
  compare('drift beside unreadable', drift, unreadable);
  compare('line', style('.share').stroke, sheet);
  compare('axis', style('.axis').stroke, sheet);
  for (const element of document.querySelectorAll('body *')) {
    const texts = [...element.childNodes].filter((each) => each.nodeType === 3);
    if (!texts.some((each) => each.data.trim()) || !element.checkVisibility()) continue;
    if (element.closest('svg, script, style')) continue;
    const name = `text ${element.localName}.${element.className}`;
    compare(name, getComputedStyle(element).color, ground(element));
  }
  return found;
}"""
