"""Notifications to real receivers, and errors that never name the address."""

import json
import logging
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from reconciler.notify import NotSent, send
from tests.receivers import Receiver, dripping, listening

SECRET = "not-to-be-seen"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def sent(url: str, body: str = "one\ntwo", form: str = "text") -> list[float]:
    """Send a message without waiting; the pauses between its attempts, in seconds."""
    waits: list[float] = []
    send(url, "pal-reconcile: 1 new drift", body, form, is_bad=True, sleep=waits.append)
    return waits


def webhook(receiver: Receiver) -> str:
    """The receiver as apprise's own JSON webhook, with a token in its path."""
    return receiver.url.replace("http://", "json://") + f"/{SECRET}"


def test_a_webhook_gets_title_and_body(receiver: Receiver) -> None:
    """Both are sent unchanged, with the type of a warning."""
    assert sent(webhook(receiver)) == []
    ((path, body),) = receiver.got
    said = json.loads(body)
    assert path.rstrip("/") == f"/{SECRET}"
    assert (said["title"], said["message"]) == ("pal-reconcile: 1 new drift", "one\ntwo")
    assert said["type"] == "warning"


def test_a_busy_service_is_tried_three_times(receiver: Receiver) -> None:
    """With growing pauses."""
    receiver.answers = [500, 503]
    assert sent(webhook(receiver)) == [2.0, 4.0]
    assert len(receiver.got) == 3


def test_a_refused_message_is_reported_without_its_url(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The URL is neither in the error nor in any log."""
    receiver.answers = [500] * 9
    with caplog.at_level(logging.DEBUG), pytest.raises(NotSent, match="in 3 attempts") as caught:
        sent(webhook(receiver))
    out, err = capfd.readouterr()
    assert len(receiver.got) == 3
    assert SECRET not in str(caught.value) + caplog.text + out + err


@pytest.mark.parametrize("url", [f"nothing://{SECRET}", SECRET, "", f"slack://{SECRET}"])
def test_an_invalid_address_is_not_repeated(url: str) -> None:
    """It may be a password that was entered by mistake."""
    with pytest.raises(NotSent, match="not a URL that apprise supports") as caught:
        sent(url)
    assert SECRET not in str(caught.value)


def test_an_unreachable_service_is_reported() -> None:
    """A port on which no program listens."""
    with pytest.raises(NotSent, match="did not accept it"):
        sent(f"json://127.0.0.1:1/{SECRET}")


class _Box:
    """The messages that a mail server accepted."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


@pytest.mark.parametrize(("form", "kind"), [("text", "plain"), ("html", "html")])
def test_a_mail_server_gets_a_mail(form: str, kind: str) -> None:
    """A real server: the subject is the title, and names are only text."""
    box = _Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        url = f"mailto://127.0.0.1:{port}/?to=ops@contoso.example&from=pal@contoso.example"
        sent(f"{url}&mode=insecure&format={form}", "A &amp; B" if form == "html" else "A & B", form)
    finally:
        server.stop()
    (envelope,) = box.mails
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["ops@contoso.example"]
    assert "1 new drift" in str(mail["Subject"])
    part = mail.get_body((kind,))
    assert part is not None
    assert ("A &amp; B" if form == "html" else "A & B") in part.get_content()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("query", ["", "?redirect=yes"])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int, query: str) -> None:
    """Title, body and token are sent only to the address in the file."""
    with listening() as elsewhere:
        receiver.location = f"{elsewhere.url}/x"
        receiver.answers = [status] * 3
        with pytest.raises(NotSent, match="did not accept it"):
            sent(webhook(receiver) + query)
    assert elsewhere.got == []
    assert len(receiver.got) == 3


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    ],
)
def test_a_service_that_answers_slowly_is_given_up(start: bytes, drop: bytes) -> None:
    """One byte at a time does not delay the run, neither in the body nor in a header."""
    with dripping(start, drop) as address, pytest.raises(NotSent):
        send(
            f"json://{address}/{SECRET}",
            "title",
            "body",
            "text",
            is_bad=False,
            sleep=lambda seconds: None,
            timeout_s=0.5,
        )


def test_a_service_that_answers_too_much_is_a_failure(receiver: Receiver) -> None:
    """An answer above the size limit is not read to its end."""
    receiver.body = b" " * ((1 << 20) + 1)
    with pytest.raises(NotSent, match="did not accept it"):
        sent(webhook(receiver))
