"""A browser that signs in by itself, for scripts.

    BROWSER="python -m tests.browser %s &" pal-reconcile login …

It opens the page that an app requests, enters the username in PAL_EMULATOR_USER if asked, and
follows the redirect back to the app. It trusts the CA in SSL_CERT_FILE or REQUESTS_CA_BUNDLE, and
connects to this machine only.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAGES = 5
TIMEOUT_S = 30


class Page(NamedTuple):
    """What came back: where the browser is, and the form that is on the page, if any."""

    url: str
    action: str | None
    fields: dict[str, str]


class _Forms(HTMLParser):
    """Finds the form of a page and its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "form":
            self.action = named.get("action") or ""
        elif tag == "input" and named.get("name"):
            self.fields[str(named["name"])] = named.get("value") or ""


def browse(url: str, ca_file: str | None, answers: Mapping[str, str]) -> str:
    """Open `url`, fill in `answers` where a form asks, and return where it ends.

    Raises ValueError when the way leads off this machine or does not end, OSError when a page
    cannot be had.
    """
    context = ssl.create_default_context(cafile=ca_file)
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    body = None
    for _ in range(PAGES):
        if urlsplit(url).hostname not in LOOPBACK:
            raise ValueError(f"{url} is not on this machine")
        with opener.open(Request(url, data=body), timeout=TIMEOUT_S) as answer:
            page = _read(answer.url, answer.read().decode("utf-8", "replace"))
        if page.action is None:
            return page.url
        known = {name: answers[name] for name in page.fields if name in answers}
        url = urljoin(page.url, page.action) if page.action else page.url
        body = urlencode({**page.fields, **known, "action": "approve"}).encode()
    raise ValueError(f"{url} asks again and again; is the user allowed to sign in?")


def main(arguments: list[str]) -> int:
    """Browse to the URL that is the only argument; return the exit status."""
    ca_file = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    answers = {
        "username": os.environ.get("PAL_EMULATOR_USER", ""),
        "password": os.environ.get("PAL_EMULATOR_PASSWORD", ""),
    }
    try:
        browse(arguments[0], ca_file, {name: text for name, text in answers.items() if text})
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _read(url: str, html: str) -> Page:
    forms = _Forms()
    forms.feed(html)
    return Page(url, forms.action, forms.fields)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
