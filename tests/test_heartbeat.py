"""Heartbeat pings to a real receiver, in the protocol of healthchecks.io."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.server import Emulator
from reconciler.heartbeat import MAX_BODY_CHARS, Heartbeat, PingFailed
from tests.receivers import Receiver, dripping, listening


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def heart(url: str) -> Heartbeat:
    return Heartbeat(url, sleep=lambda seconds: None)


def test_a_run_pings_at_its_start_and_end(receiver: Receiver) -> None:
    """`/start`, then the exit status with the summary as its body; both with the run's own ID."""
    beat = heart(f"{receiver.url}/ping/1234")
    beat.begin()
    beat.end(2, "Plan: 1 to create")
    assert receiver.paths == ["/ping/1234/start", "/ping/1234/2"]
    assert [body for _, body in receiver.got] == ["", "Plan: 1 to create"]
    assert len({path.partition("?rid=")[2] for path, _ in receiver.got}) == 1


def test_the_url_may_have_a_query(receiver: Receiver) -> None:
    """As in the service's URLs by name: ?create=1."""
    heart(f"{receiver.url}/key/pal?create=1").begin()
    ((path, _),) = receiver.got
    assert path.startswith("/key/pal/start?create=1&rid=")


def test_a_long_summary_is_shortened(receiver: Receiver) -> None:
    """The service keeps a limited number of characters; half a surrogate pair is replaced."""
    heart(receiver.url).end(0, "\ud800" + "x" * 20_000)
    assert len(receiver.got[0][1]) == MAX_BODY_CHARS


@pytest.mark.parametrize("answers", [[500, 503], [429]])
def test_a_busy_service_is_tried_three_times(receiver: Receiver, answers: list[int]) -> None:
    """Errors that may be temporary are retried."""
    receiver.answers = list(answers)
    heart(receiver.url).begin()
    assert len(receiver.got) == len(answers) + 1


@pytest.mark.parametrize(
    ("answers", "expected", "attempts"),
    [
        ([404], "the service answered 404", 1),
        ([302], "the service answered 302", 1),
        ([500] * 9, "the service answered 500", 3),
    ],
)
def test_a_refused_ping_is_reported_without_the_url(
    receiver: Receiver, answers: list[int], expected: str, attempts: int
) -> None:
    """For a deleted check, a redirect, which is not followed, and a service that is down."""
    receiver.answers = answers
    with pytest.raises(PingFailed, match=expected) as caught:
        heart(f"{receiver.url}/a-secret").begin()
    assert len(receiver.got) == attempts
    assert "a-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "a-secret", "file:///etc/passwd/a-secret", "https://", "ftp://a-secret.example/x"),
        *("http://127.0.0.1:9/a-secret", "http://127.0.0.1:99999/a-secret"),
        "http://a-secret.invalid/x",
        "http://127.0.0.1:9/a-secret\r\nX: y",
        "http://[::1/a-secret",
        "http://a-secret" + "x" * 70 + ".example/",
        "http://*.a-secret.example/",
    ],
)
def test_an_unusable_url_is_one_line_without_it(url: str) -> None:
    """For every value of the reference."""
    with pytest.raises(PingFailed) as caught:
        heart(url).begin()
    text = str(caught.value)
    assert "a-secret" not in text
    assert text
    assert "\n" not in text


def test_a_private_authority_is_trusted_in_addition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the CA bundle the message names --ca-bundle; with it the service answers."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with Emulator() as server:
        url = f"{server.endpoint}/no-such-check"
        with pytest.raises(PingFailed, match="name its authority with --ca-bundle"):
            heart(url).begin()
        with pytest.raises(PingFailed, match="the service answered 4"):
            Heartbeat(url, str(server.ca_path), sleep=lambda seconds: None).begin()


def test_the_urls_own_credentials_are_sent_and_no_others(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A service behind basic authentication gets the URL's user; ~/.netrc is not read."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login fabrikam password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    heart(receiver.url).begin()
    heart(receiver.url.replace("http://", "http://contoso:p%40ss@")).begin()
    assert [headers.get("Authorization") for headers in receiver.headers] == [
        None,
        "Basic " + b64encode(b"contoso:p@ss").decode(),
    ]


def test_a_service_that_sends_slowly_is_given_up() -> None:
    """A header that arrives byte by byte does not keep the run waiting."""
    with dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x") as address:
        pulse = Heartbeat(f"http://{address}/x", sleep=lambda seconds: None, timeout_s=0.4)
        with pytest.raises(PingFailed, match="in time"):
            pulse.begin()


@pytest.mark.parametrize(
    "value", ["socks5://contoso:hush@127.0.0.1:1", "http://127.0.0.1:hush", "http://", "ftp://x:1"]
)
def test_an_unusable_proxy_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable to correct; its value may hold a password."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(PingFailed) as caught:
        heart("https://ping.contoso.invalid/1234").begin()
    assert "HTTPS_PROXY" in str(caught.value)
    assert "hush" not in str(caught.value)
