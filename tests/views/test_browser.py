"""Pages in Chromium, on a desktop and on a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.core.plan import Plan
from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.html.overview import render_overview
from reconciler.views.lists.inventory_groups import GroupedInventory
from reconciler.views.registry import render
from tests.views import facts
from tests.views.browser import SIZES, Chromium, chromium

TONES = ("good", "change", "alarm", "quiet")


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Start one browser for all these tests, because a start takes a second."""
    with chromium() as found:
        yield found


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a fact as a page."""

    def write(plan: Plan, kind: View = View.INVENTORY) -> Path:
        path = tmp_path / "page.html"
        fact = facts.report_of(plan) if kind is View.REPORT else plan
        path.write_text(render(kind, Format.HTML, fact), encoding="utf-8")
        return path

    return write


@pytest.fixture
def reported(tmp_path: Path) -> Callable[..., Path]:
    """Write the report of the last of these plans; the others are earlier runs."""

    def write(*plans: Plan) -> Path:
        path = tmp_path / "report.html"
        overview = facts.overview_of(*plans) if plans else facts.month()
        path.write_text(render_overview(overview), encoding="utf-8")
        return path

    return write


def customers(count: int) -> Plan:
    """Return a plan of this many customers: every 50th has another ID, every 75th is unreadable."""

    def seen(n: int) -> object:
        if n % 75 == 74:
            return facts.Observed.unknown(facts.APP_MISSING)
        return facts.linked(n, facts.OLD if n % 50 == 49 else facts.OURS, "Contoso")

    return facts.plan_of(
        *((facts.wanted(f"Customer {n}", n, tags=("emea",)), seen(n)) for n in range(count))  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 12, 5000])
def test_a_page_opens_and_sends_no_request(
    browser: Chromium, written: Callable[..., Path], count: int, size: str
) -> None:
    """It logs no error, is no wider than the window, and sends no request."""
    path = written(customers(count))
    with browser.seeing(path, size) as seen:
        assert seen.requests == [path.as_uri()]
        assert seen.complaints == []
        assert seen.spill_px == 0
        assert len(seen.shown) == min(count, 100)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", facts.VIEWS)
def test_a_hostile_name_is_only_text(
    browser: Chromium, written: Callable[..., Path], kind: View, size: str
) -> None:
    """A name is shown as text, fits the page, and neither runs nor loads anything."""
    path = written(facts.hostile_plan(), kind)
    with browser.seeing(path, size) as seen:
        assert (seen.requests, seen.complaints, seen.spill_px) == ([path.as_uri()], [], 0)
        names = {change.place.tenant for change in facts.hostile_plan().changes}
        assert set(seen.shown) == {visible(name) for name in names}


@pytest.mark.parametrize("size", SIZES)
def test_inventory_groups_are_a_page(browser: Chromium, tmp_path: Path, size: str) -> None:
    """Hostile names fit, and a group expands to show its customers."""
    path = tmp_path / "groups.html"
    plan = facts.hostile_plan()
    groups = GroupedInventory(plan, ["partner", "tenant"])
    path.write_text(render(View.INVENTORY_GROUPS, Format.HTML, groups), encoding="utf-8")
    with browser.seeing(path, size) as seen:
        assert (seen.requests, seen.complaints, seen.spill_px) == ([path.as_uri()], [], 0)
        seen.page.locator("summary").first.click()
        assert seen.page.locator("details[open] bdi").first.is_visible()


def test_the_policy_blocks_scripts_and_requests_of_injected_markup(
    browser: Chromium, written: Callable[..., Path]
) -> None:
    """The policy of the page allows no other style, script or address."""
    path = written(facts.ordinary_plan())
    forged = (
        "<script>document.title = 'forged'</script><style>h1 { display: none }</style>"
        "<img src=https://evil.example/x.png onerror=\"document.title = 'forged'\">"
        "<iframe src=https://evil.example></iframe>"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", forged + "</main>"))
    with browser.seeing(path) as seen:
        assert seen.page.title() == "Inventory · 10 customers · 2026-11-23 · pal-reconcile"
        assert seen.page.locator("h1").is_visible()
        assert seen.requests == [path.as_uri()]
        assert len(seen.complaints) >= 4


def test_the_search_finds_rows_with_every_word(
    browser: Chromium, written: Callable[..., Path]
) -> None:
    """The order and the case of words do not matter, and collapsed details are searched."""
    with browser.seeing(written(facts.ordinary_plan())) as seen:
        seen.search("AUTOMATION litware")
        assert (seen.shown, seen.status) == (["Wingtip", "Trey Research"], "2 of 10 links")
        seen.search("powerapps")
        assert seen.shown == ["Fabrikam"]
        seen.search(facts.guid(2))
        assert seen.shown == ["Northwind Traders"]
        seen.search("no such thing")
        assert seen.shown == []
        seen.press("Show all")
        assert (len(seen.shown), seen.status) == (10, "10 links")


def test_a_search_needs_only_the_keyboard(browser: Chromium, written: Callable[..., Path]) -> None:
    """A slash starts it, Escape clears it, and Enter expands a customer."""
    with browser.seeing(written(facts.ordinary_plan())) as seen:
        keyboard = seen.page.keyboard
        keyboard.press("/")
        keyboard.type("adatum")
        assert seen.shown == ["Adatum"]
        keyboard.press("Escape")
        assert len(seen.shown) == 10
        seen.page.get_by_role("button", name="Wingtip").focus()
        keyboard.press("Enter")
        details = seen.page.locator("tr.more")
        assert 'list "9999999" under replaces:' in details.inner_text()
        assert seen.page.get_by_role("button", name="Wingtip", expanded=True).count() == 1
        keyboard.press("Enter")
        assert details.count() == 0


def test_a_filter_shows_the_selected_states(
    browser: Chromium, written: Callable[..., Path]
) -> None:
    """Several states are combined, and no selection shows all links."""
    with browser.seeing(written(facts.ordinary_plan())) as seen:
        seen.press("conflict")
        assert seen.shown == ["Wingtip"]
        seen.press("held")
        assert seen.shown == ["Wingtip", "Relecloud"]
        seen.press("conflict")
        seen.press("held")
        assert len(seen.shown) == 10


def test_a_heading_sorts_up_and_then_down(browser: Chromium, written: Callable[..., Path]) -> None:
    """Numbers in names sort as numbers, and empty cells are last in both directions."""
    with browser.seeing(written(customers(12))) as seen:
        seen.press("Customer")
        assert seen.shown[:3] == ["Customer 0", "Customer 1", "Customer 2"]
        seen.press("Customer")
        assert seen.shown[:3] == ["Customer 11", "Customer 10", "Customer 9"]
        assert seen.page.locator("th.customer[aria-sort=descending]").count() == 1
    with browser.seeing(written(facts.ordinary_plan())) as seen:
        for _ in range(2):
            seen.press("Wanted")
            assert seen.shown[-1] == "Margie's Travel"


def test_a_phone_sorts_by_a_menu(browser: Chromium, written: Callable[..., Path]) -> None:
    """Its cards have no headings to click."""
    with browser.seeing(written(customers(12)), "phone") as seen:
        assert not seen.page.locator("thead").is_visible()
        seen.press("Filters")
        seen.page.get_by_label("Sort").select_option("Customer, Z to A")
        assert seen.shown[0] == "Customer 11"


def test_only_the_first_of_thousands_are_drawn(
    browser: Chromium, written: Callable[..., Path]
) -> None:
    """Each keystroke stays fast; the search covers all links, and all can be shown."""
    with browser.seeing(written(customers(450))) as seen:
        assert (len(seen.shown), seen.status) == (100, "450 links, the first 100 shown")
        seen.search("Customer 44")
        assert len(seen.shown) == 14
        seen.search("")
        seen.press("Show all 450")
        assert (len(seen.shown), seen.status) == (450, "450 links")


def test_a_print_has_every_link_and_no_buttons(
    browser: Chromium, written: Callable[..., Path]
) -> None:
    """The print has all links that match the search."""
    with browser.seeing(written(customers(450))) as seen:
        seen.page.emulate_media(media="print")
        assert len(seen.shown) == 450
        assert not seen.page.locator(".controls").is_visible()


def test_a_page_without_its_script_shows_every_link(
    browser: Chromium, written: Callable[..., Path]
) -> None:
    """A mail program or a strict server may remove the script; then nothing is hidden."""
    path = written(customers(450))
    with browser.seeing(path, java_script_enabled=False) as seen:
        assert seen.page.locator("tbody tr:visible").count() == 450
        assert not seen.page.locator(".controls").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_can_be_read(
    browser: Chromium, written: Callable[..., Path], scheme: str
) -> None:
    """In light and dark mode, each word has a contrast of 4.5 to 1 at least."""
    with browser.seeing(written(facts.ordinary_plan()), color_scheme=scheme) as seen:
        contrast = seen.page.evaluate(_CONTRAST)
        assert {tone for tone in contrast if tone in TONES} == set(TONES)
        assert {what: ratio for what, ratio in contrast.items() if ratio < 4.5} == {}
        ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        is_dark = sum(map(int, ground[4:-1].split(","))) < 3 * 128
        assert is_dark is (scheme == "dark")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 12, 5000])
def test_a_report_opens_and_sends_no_request(
    browser: Chromium, reported: Callable[..., Path], count: int, size: str
) -> None:
    """With no link, a dozen and thousands, each with a timeline of three runs."""
    plan = customers(count)
    path = reported(plan, plan, plan)
    with browser.seeing(path, size) as seen:
        assert (seen.requests, seen.complaints, seen.spill_px) == ([path.as_uri()], [], 0)
        assert len(seen.shown) == min(count, 100)
        if count:
            seen.search("Customer 7")
            assert len(seen.shown) == min(100, sum(str(n)[0] == "7" for n in range(count)))


@pytest.mark.parametrize("size", SIZES)
def test_a_hostile_name_is_only_text_in_a_report(
    browser: Chromium, reported: Callable[..., Path], size: str
) -> None:
    """In the changes, the timelines and the table."""
    plan = facts.hostile_plan()
    path = reported(facts.plan_of(), plan, plan)
    with browser.seeing(path, size) as seen:
        assert (seen.requests, seen.complaints, seen.spill_px) == ([path.as_uri()], [], 0)
        assert set(seen.shown) == {visible(change.place.tenant) for change in plan.changes}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_month_can_be_read(browser: Chromium, reported: Callable[..., Path], scheme: str) -> None:
    """The chart has its numbers in words, and a customer expands to its timeline."""
    with browser.seeing(reported(), color_scheme=scheme) as seen:
        headline = "81 % of customers correctly linked: 13 of 16".replace(" %", "\xa0%")
        assert seen.page.locator("h1").inner_text() == headline
        summary = seen.page.locator(".summary").inner_text()
        assert summary == "2 links differ from the file; 1 cannot be read."
        assert "at most 7 on 2026-11-15" in seen.page.locator("figcaption").inner_text()
        seen.page.get_by_role("button", name="Fabrikam").click()
        assert "2026-11-04" in seen.page.locator("tr.more").inner_text()
        contrast = seen.page.evaluate(_CONTRAST)
        assert {what: ratio for what, ratio in contrast.items() if ratio < 4.5} == {}


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
  const look = (name, element) => {
    const pair = [light(getComputedStyle(element).color), light(ground(element))];
    found[name] = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  look('text', document.querySelector('h1'));
  look('soft', document.querySelector('.name'));
  look('soft on a sheet', document.querySelector('tbody .reason'));
  for (const link of document.querySelectorAll('.go, .bar a')) look('link', link);
  for (const badge of document.querySelectorAll('.badge')) look(badge.classList[1], badge);
  return found;
}"""
