"""The HTTP client: few connections, the proxy, and only allowed requests."""

from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import Https
from reconciler.azure.http.failures import NoAnswer
from reconciler.azure.http.retry import RequestFailed
from reconciler.emulator.server import Emulator
from tests.azure.proxy import Proxy, proxy
from tests.e2e.command import tenant_id


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy with a password, set by environment variables."""
    with proxy() as running:
        named = running.url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://contoso:p%40ss@{named}")
        monkeypatch.setenv("NO_PROXY", "")
        yield running


def openid(emulator: Emulator, number: int = 1) -> str:
    return f"{emulator.endpoint}/{tenant_id(number)}/v2.0/.well-known/openid-configuration"


def opened(emulator: Emulator, connections: int = 4) -> Https:
    return Https(CircuitBreaker(), ca_bundle=str(emulator.ca_path), connections=connections)


def test_connections_are_kept_and_shared(emulator: Emulator, through: Proxy) -> None:
    """Forty requests of four threads, some over a limited view, need four connections at most."""
    https = opened(emulator)
    looking = https.limited_to("GET")

    def ask(number: int) -> int:
        door = looking if number % 2 else https
        return door.send("GET", openid(emulator, number), headers={}).status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(1, 41))) == {200}
    assert 1 <= len(through.heads) <= 4
    https.close()


def test_a_proxy_gets_its_password(emulator: Emulator, through: Proxy) -> None:
    """User and password of the proxy's URL are sent to the proxy only."""
    https = opened(emulator)
    assert https.send("GET", openid(emulator), headers={}).status == 200
    assert https.is_proxied(openid(emulator))
    expected = b64encode(b"contoso:p@ss").decode()
    assert f"proxy-authorization: basic {expected}".lower() in through.heads[0].lower()
    https.close()


def test_a_proxy_is_used_for_an_ipv6_address(
    emulator: Emulator, through: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is asked for the address in brackets. NO_PROXY names it without them."""
    url = openid(emulator).replace("127.0.0.1", "[::1]")
    https = opened(emulator)
    assert https.send("GET", url, headers={}).status == 200
    assert through.heads[0].startswith(f"CONNECT {urlsplit(url).netloc} ")
    monkeypatch.setenv("NO_PROXY", "::1")
    assert not opened(emulator).is_proxied(url)
    https.close()


def test_a_limited_view_sends_nothing_else(emulator: Emulator) -> None:
    """The client of a plan can send GET; a write is refused before anything is sent."""
    https = opened(emulator).limited_to("GET")
    with pytest.raises(PermissionError):
        https.send("PUT", f"{emulator.endpoint}/x", headers={})
    with pytest.raises(ValueError, match="https"):
        https.send("GET", "http://127.0.0.1/x", headers={})
    assert emulator.state.requests.total == 0


def test_an_unreachable_host_is_named(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has host and cause, and is the same each time."""
    monkeypatch.setenv("NO_PROXY", "*")
    https = opened(emulator)
    for url, cause in (
        ("https://127.0.0.1:1/x", "no answer from 127.0.0.1:1: connection refused"),
        ("https://nobody.invalid/x", "no answer from nobody.invalid: the name does not resolve"),
    ):
        with pytest.raises(NoAnswer) as caught:
            https.send("GET", url, headers={})
        assert caught.value.problem.message == cause


def test_an_invalid_proxy_is_named(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable, without the password in it."""
    monkeypatch.setenv("HTTPS_PROXY", "contoso:hush@127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(RequestFailed) as caught:
        opened(emulator).send("GET", openid(emulator), headers={})
    assert caught.value.problem.code == "proxy_unusable"
    assert not caught.value.is_transient
    assert "HTTPS_PROXY" in caught.value.problem.message
    assert "hush" not in str(caught.value.problem)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert opened(emulator).send("GET", openid(emulator), headers={}).status == 200


def test_an_unknown_authority_is_named(emulator: Emulator) -> None:
    """A certificate that no public authority signed is not trusted."""
    with pytest.raises(RequestFailed) as caught:
        Https(CircuitBreaker()).send("GET", openid(emulator), headers={})
    assert caught.value.problem.code == "untrusted_certificate"


def test_a_folder_of_authorities_is_accepted(emulator: Emulator) -> None:
    """REQUESTS_CA_BUNDLE may be a folder; one without the server's authority does not help."""
    https = Https(CircuitBreaker(), ca_bundle=str(emulator.ca_path.parent))
    with pytest.raises(RequestFailed) as caught:
        https.send("GET", openid(emulator), headers={})
    assert caught.value.problem.code == "untrusted_certificate"


def test_a_scheme_in_capitals_is_https(emulator: Emulator) -> None:
    """A metadata document or a link to a next page may write it so (RFC 3986, section 3.1)."""
    https = opened(emulator)
    url = openid(emulator)
    assert https.send("GET", url.replace("https", "HTTPS", 1), headers={}).status == 200
    with pytest.raises(ValueError, match="only https"):
        https.send("GET", url.replace("https", "http", 1), headers={})
    https.close()
