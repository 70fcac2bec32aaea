"""A real browser: Debian's Chromium, driven by playwright. Without it these tests are skipped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright

from tests.tools import tool

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PICTURE: ViewportSize = {"width": 1280, "height": 960}
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@contextmanager
def chromium() -> Iterator["Chromium"]:
    """Start a browser without a window; it ends with the block."""
    path = tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield Chromium(browser)
        browser.close()


@dataclass(frozen=True)
class Seen:
    """An open page, with its requests and its error messages."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def shown(self) -> list[str]:
        """The visible customers, from top to bottom."""
        names: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('.links tbody tr:not(.more)')]"
            ".filter(row => row.checkVisibility())"
            ".map(row => row.querySelector('th bdi').textContent)"
        )
        return names

    @property
    def status(self) -> str:
        """The text that says how many links are shown."""
        return self.page.locator(".links .shown").inner_text()

    @property
    def spill_px(self) -> int:
        """By how much the page is wider than the window."""
        spill: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return spill

    def search(self, text: str) -> None:
        """Type into the search box."""
        self.page.locator(".links .search input").fill(text)

    def filter_by(self, link: str) -> None:
        """Follow a link that shows rows of the table."""
        self.page.get_by_role("link", name=link, exact=True).first.click()

    def press(self, name: str) -> None:
        """Press a button of the table."""
        self.page.locator(".links").get_by_role("button", name=name).first.click()


@dataclass(frozen=True)
class Chromium:
    """A browser that opens files."""

    browser: Browser

    @contextmanager
    def seeing(self, path: Path, size: str = "desktop", **context: Any) -> Iterator[Seen]:
        """Open a file and wait until it is loaded."""
        opened = self.browser.new_context(viewport=(SIZES | {"picture": PICTURE})[size], **context)
        seen = Seen(opened.new_page())

        def let(route: Route) -> None:
            seen.requests.append(route.request.url)
            route.continue_()

        opened.route("**/*", let)  # only what the page's own policy lets out comes here
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        seen.page.goto(path.as_uri())
        yield seen
        opened.close()
