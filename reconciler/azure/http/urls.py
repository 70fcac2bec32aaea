"""Parts of https URLs: the site, the service behind it, and what a request line names.

`urllib.parse` takes a tenth of a millisecond for the questions that one request asks. Here a URL is
split by one expression, and each site is examined once.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

_PARTS = re.compile(r"([^:/?#]+://[^/?#]*)([^?#]*)(?:\?([^#]*))?")
"""Site, path and query, as `urlsplit` divides them."""

_SERVICES = {"providers": 2, "subscriptions": 1}
"""First parts of paths of services that fail independently of others on the same origin, and how
many parts name the service."""


def origin(url: str) -> str:
    """Scheme, host and port of an https URL: `https://login.microsoftonline.com:443`."""
    return _origin(_split(url)[0])


def target(url: str) -> tuple[str, str]:
    """The host of a URL, with its port if it has one, and what a request line names there."""
    site, path, query = _split(url)
    return site.partition("://")[2], f"{path or '/'}?{query}" if query else path or "/"


def service(url: str) -> str:
    """The service behind a URL. Those on one origin are counted apart: links, access, Entra."""
    site, path, _ = _split(url)
    parts = path.split("/")[1:3]
    return "/".join([_origin(site), *parts[: _SERVICES.get(parts[0] if parts else "", 0)]])


def https_origin(url: object) -> str | None:
    """`https://host:port` of a URL from another service; None for anything else.

    A URL with user information is refused: it can make one host look like another.
    """
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or "\\" in url:
        return None
    parts = _PARTS.match(url)
    return _checked_origin(parts[1]) if parts else None


def _split(url: str) -> tuple[str, str, str]:
    """Site, path and query. A text without a host, as of a failure that has none, is all site."""
    parts = _PARTS.match(url)
    return (parts[1], parts[2], parts[3] or "") if parts else (url, "", "")


@lru_cache(256)
def _origin(site: str) -> str:
    parts = urlsplit(site)
    return f"{parts.scheme}://{_host(parts)}:{parts.port or 443}"


@lru_cache(256)
def _checked_origin(site: str) -> str | None:
    try:
        parts = urlsplit(site)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    return f"https://{_host(parts)}:{port or 443}"


def _host(parts: SplitResult) -> str:
    """The host as a URL writes it: an IPv6 address in brackets."""
    return f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
