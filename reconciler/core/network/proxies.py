"""Proxy variables of the environment: which one applies, and what is wrong with its value.

A proxy's URL may hold a password, so no message repeats it.
"""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

_EXAMPLE = "write it as http://HOST:PORT, or unset it"


def unusable_proxy(environment: Mapping[str, str], scheme: str = "https") -> str | None:
    """The name of the proxy variable for URLs of this scheme, and what is wrong with its value.

    None if the proxy can be used or none is set. `NO_PROXY` is not considered.
    """
    for key in (f"{scheme}_proxy", "all_proxy"):
        for name in (key, key.upper()):
            if value := environment.get(name, "").strip():
                why = proxy_problem(value)
                return f"{name} {why}; {_EXAMPLE}" if why else None
    return None


def proxy_problem(value: str) -> str | None:
    """Why this URL of a proxy cannot be used; None if it can."""
    url = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        # A user name and password travel in a header of Latin-1.
        unquote(parts.username or "").encode("latin-1")
        unquote(parts.password or "").encode("latin-1")
        host.encode("idna")
    except ValueError:
        return "is not the URL of a proxy"
    if parts.scheme.startswith("socks"):
        return "names a SOCKS proxy, which is not supported"
    if parts.scheme not in ("http", "https"):
        return "names a proxy that speaks neither http nor https"
    has_scheme = "://" in value
    is_valid = (
        host
        and port != 0
        and parts.path in ("", "/")
        and not (parts.query or parts.fragment)
        and value.isprintable()
        and " " not in value
        and (has_scheme or "@" not in value)
    )
    return None if is_valid else "is not the URL of a proxy"
