"""Requests are those of urllib3, in one piece."""

import ssl
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.connection import HTTPSConnection

from reconciler.azure.http.connections import LIMITED_POOLS

NAMES = st.sampled_from(
    ["Authorization", "accept", "X-Ms-Request", "accept-encoding", "User-Agent"]
)
VALUES = st.from_regex(r"[!-~\xa1-\xff]([ -~\xa0-\xff]*[!-~\xa1-\xff])?", fullmatch=True)


class Recorder:
    """A socket that keeps each piece that was sent."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def settimeout(self, seconds: float) -> None:
        """Nothing to limit."""

    def sendall(self, data: bytes) -> None:
        self.pieces.append(bytes(data))


def sent(kind: type[HTTPSConnection], host: str, *request: Any, **more: Any) -> list[bytes]:
    """The pieces that a connection of this kind sends."""
    connection = kind(host)
    recorder = Recorder()
    connection.sock = cast("ssl.SSLSocket", recorder)
    connection.request(*request, **more)
    return recorder.pieces


def parts(pieces: list[bytes]) -> tuple[bytes, list[bytes], bytes]:
    """Request line, sorted headers, body."""
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    return line, sorted(headers), body


@given(
    st.sampled_from(["GET", "POST", "PUT"]),
    st.dictionaries(NAMES, VALUES).map(lambda headers: headers | {"User-Agent": "pal"}),
    st.none() | st.binary(max_size=50) | st.text(max_size=50),
)
def test_a_request_is_that_of_urllib3_in_one_piece(
    method: str, headers: dict[str, str], body: str | bytes | None
) -> None:
    """The same line, headers and body, which leave together."""
    pool = LIMITED_POOLS["https"]
    for host in ("contoso.example", "::1"):
        request = (method, "/a?b=c", body, headers)
        ours = sent(pool.ConnectionCls, host, *request)  # type: ignore[attr-defined]
        assert len(ours) == 1
        assert parts(ours) == parts(sent(HTTPSConnection, host, *request))


@pytest.mark.parametrize("name", ["Content-Length", "content-length"])
def test_the_length_is_that_of_the_body(name: str) -> None:
    """A length among the headers does not count, so that it cannot contradict the body."""
    kind = LIMITED_POOLS["https"].ConnectionCls  # type: ignore[attr-defined]
    (piece,) = sent(kind, "contoso.example", "POST", "/", b"body", {name: "9"})
    assert [line for line in piece.split(b"\r\n") if b"ength" in line] == [b"Content-Length: 4"]
