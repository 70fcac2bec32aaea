"""Which proxy variables are usable, and the errors for those that are not."""

import pytest

from reconciler.core.network.proxies import proxy_problem, unusable_proxy


@pytest.mark.parametrize(
    "value",
    [
        "http://proxy.contoso.example:3128",
        "https://proxy.contoso.example",
        "HTTP://proxy.contoso.example:3128/",
        "proxy.contoso.example:3128",
        "10.0.0.1",
        "http://[::1]:3128",
        "http://contoso:p%40ss@proxy.contoso.example:3128",
    ],
)
def test_a_usable_proxy_is_accepted(value: str) -> None:
    """Scheme, port and password are optional."""
    assert proxy_problem(value) is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("socks5://hush@127.0.0.1:1080", "SOCKS"),
        ("SOCKS5H://127.0.0.1:1080", "SOCKS"),
        ("socks4a://127.0.0.1", "SOCKS"),
        ("ftp://hush@proxy.contoso.example", "neither http nor https"),
        ("http://proxy.contoso.example:hush", "not the URL"),
        ("http://proxy.contoso.example:99999", "not the URL"),
        ("http://proxy.contoso.example:0", "not the URL"),
        ("http://", "not the URL"),
        ("http://[::1", "not the URL"),
        ("contoso:hush@127.0.0.1:1", "not the URL"),
        ("http://proxy.contoso.example/hush", "not the URL"),
        ("http://proxy contoso:1", "not the URL"),
        ("http://contoso:%E2%82%AC%00@p:1\x00", "not the URL"),
        ("http://contoso:hush€@proxy.contoso.example", "not the URL"),
        ("hush", ""),
    ],
)
def test_an_unusable_proxy_is_explained_without_its_value(value: str, why: str) -> None:
    """The message names the variable and does not show its value."""
    said = unusable_proxy({"HTTPS_PROXY": value})
    if not why:
        assert said is None
        return
    assert said
    assert said.startswith("HTTPS_PROXY ")
    assert why in said
    assert "hush" not in said


def test_the_variable_that_applies_is_named() -> None:
    """The variable of the scheme precedes ALL_PROXY, and lower case precedes upper case."""
    bad, good = "socks5://127.0.0.1", "http://127.0.0.1:3128"
    assert unusable_proxy({}) is None
    assert unusable_proxy({"HTTPS_PROXY": good, "ALL_PROXY": bad}) is None
    assert unusable_proxy({"https_proxy": good, "HTTPS_PROXY": bad}) is None
    assert unusable_proxy({"HTTP_PROXY": bad}) is None
    for name in ("ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        said = unusable_proxy({name: bad})
        assert said
        assert said.startswith(f"{name} names a SOCKS proxy")
    assert "HTTP_PROXY" in str(unusable_proxy({"HTTP_PROXY": bad}, "http"))
