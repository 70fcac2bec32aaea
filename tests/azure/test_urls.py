"""URLs are divided as `urllib.parse` divides them, only faster. Malformed ones have no origin."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.http.urls import https_origin, origin, service, target

HOSTS = st.sampled_from(
    ["contoso.example", "Contoso.example:8443", "[::1]:443", "127.0.0.1:1", "a:b@contoso.example"]
)
REST = st.from_regex(r"(/[!-~]*)?(\?[!-~]*)?(#[!-~]*)?", fullmatch=True)


@given(HOSTS, REST)
def test_the_parts_of_a_url_are_those_of_urllib(host: str, rest: str) -> None:
    """The request line has no fragment; the host keeps its port and its user information."""
    url = f"https://{host}{rest}"
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    assert target(url) == (parts.netloc, f"{parts.path or '/'}{query}")
    bare = "[::1]" if host.startswith("[") else parts.hostname
    assert origin(url) == f"https://{bare}:{parts.port or 443}"


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("", ""),
        ("/", ""),
        ("/contoso.example/oauth2/v2.0/token?x=/providers/y", ""),
        ("/providers", "/providers"),
        (
            "/providers/Microsoft.ManagementPartner/partners?a=b",
            "/providers/Microsoft.ManagementPartner",
        ),
        ("/providers?a=b", "/providers"),
        ("/subscriptions/7/providers/x", "/subscriptions"),
        ("/subscriptions#7", "/subscriptions"),
    ],
)
def test_services_on_one_origin_are_counted_apart(path: str, counted: str) -> None:
    """Links, access and Entra may share an origin, and one can be down without the others."""
    assert service(f"https://Contoso.example{path}") == f"https://contoso.example:443{counted}"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://login.microsoftonline.com/x", "https://login.microsoftonline.com:443"),
        ("https://LOGIN.microsoftonline.com:443/", "https://login.microsoftonline.com:443"),
        ("https://[::1]:8443/x", "https://[::1]:8443"),
        ("https://[2001:DB8::7]/x", "https://[2001:db8::7]:443"),
        ("http://login.microsoftonline.com", None),
        ("https://login.microsoftonline.com:99999/", None),
        ("https://login.microsoftonline.com:port/", None),
        ("https://login.microsoftonline.com:0/", None),
        ("https://login.microsoftonline.com@elsewhere.example/", None),
        ("https://a:b@login.microsoftonline.com/", None),
        ("https://login.microsoftonline.com\\@elsewhere.example/", None),
        ("https://[::1/", None),
        ("https:///x", None),
        ("https://login.microsoftonline.com/\n", None),
        ("", None),
        (None, None),
        (["https://login.microsoftonline.com"], None),
        (7, None),
    ],
)
def test_only_a_plain_https_url_has_an_origin(url: object, origin: str | None) -> None:
    """A bad port, user information, other schemes and other types have none."""
    assert https_origin(url) == origin


@given(st.text())
def test_no_url_raises(url: str) -> None:
    """Every URL of a service has an origin or none."""
    https_origin(url)
    https_origin("https://" + url)
