"""The protocol of healthchecks.io, to a real receiver; and never its URL in an error."""

from collections.abc import Iterator

import pytest

from reconciler.heartbeat import LARGEST_BODY, Heartbeat, NoPulse
from tests.receivers import Receiver, dripping, listening


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def heart(url: str) -> Heartbeat:
    return Heartbeat(url, sleep=lambda seconds: None)


def test_a_run_begins_and_ends(receiver: Receiver) -> None:
    """`/start`, then the exit status with the recap as its body; both with the run's own ID."""
    beat = heart(f"{receiver.url}/ping/1234")
    beat.begin()
    beat.end(2, "Plan: 1 to create")
    assert receiver.paths == ["/ping/1234/start", "/ping/1234/2"]
    assert [body for _, body in receiver.got] == ["", "Plan: 1 to create"]
    assert len({path.partition("?rid=")[2] for path, _ in receiver.got}) == 1


def test_the_url_may_have_a_query(receiver: Receiver) -> None:
    """As the service's own URLs by name do: ?create=1."""
    heart(f"{receiver.url}/key/pal?create=1").begin()
    ((path, _),) = receiver.got
    assert path.startswith("/key/pal/start?create=1&rid=")


def test_a_long_recap_is_cut(receiver: Receiver) -> None:
    """The service keeps so much, and half a surrogate pair stops nothing."""
    heart(receiver.url).end(0, "\ud800" + "x" * 20_000)
    assert len(receiver.got[0][1]) == LARGEST_BODY


@pytest.mark.parametrize("answers", [[500, 503], [429]])
def test_a_busy_service_is_tried_three_times(receiver: Receiver, answers: list[int]) -> None:
    """What may pass is tried again."""
    receiver.answers = list(answers)
    heart(receiver.url).begin()
    assert len(receiver.got) == len(answers) + 1


@pytest.mark.parametrize(
    ("answers", "said", "tries"),
    [([404], "it answered 404", 1), ([302], "it answered 302", 1), ([500] * 9, "answered 500", 3)],
)
def test_a_refusal_is_told_without_the_url(
    receiver: Receiver, answers: list[int], said: str, tries: int
) -> None:
    """A check that was deleted, a redirect that is not followed, a service that is down."""
    receiver.answers = answers
    with pytest.raises(NoPulse, match=said) as caught:
        heart(f"{receiver.url}/a-secret").begin()
    assert len(receiver.got) == tries
    assert "a-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "a-secret", "file:///etc/passwd/a-secret", "https://", "ftp://a-secret.example/x"),
        *("http://127.0.0.1:9/a-secret", "http://127.0.0.1:99999/a-secret"),
        "http://a-secret.invalid/x",
        "http://127.0.0.1/a-secret\r\nX: y",
        "http://[::1/a-secret",
    ],
)
def test_a_url_that_leads_nowhere_is_one_line_without_it(url: str) -> None:
    """Whatever stands behind the reference."""
    with pytest.raises(NoPulse) as caught:
        heart(url).begin()
    text = str(caught.value)
    assert "a-secret" not in text
    assert text
    assert "\n" not in text


def test_a_service_that_drips_is_left() -> None:
    """A header that comes byte by byte does not keep a run."""
    with dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x") as address:
        pulse = Heartbeat(f"http://{address}/x", sleep=lambda seconds: None, timeout_s=0.4)
        with pytest.raises(NoPulse, match="in time"):
            pulse.begin()


@pytest.mark.parametrize(
    "value", ["socks5://contoso:hush@127.0.0.1:1", "http://127.0.0.1:hush", "http://", "ftp://x:1"]
)
def test_a_proxy_that_cannot_be_used_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is what has to be corrected; its value may hold a password."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(NoPulse) as caught:
        heart("https://ping.contoso.invalid/1234").begin()
    assert "HTTPS_PROXY" in str(caught.value)
    assert "hush" not in str(caught.value)
