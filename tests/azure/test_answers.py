"""Answers are read as http.client and urllib3 read them, only faster."""

import gzip
import ssl
from http import client
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import Any, cast

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.http import answers
from reconciler.azure.http.answers import Headers, RawResponse, parse_headers
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.failures import NoAnswer
from tests.azure.raw_server import raw_server, reply

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,20}", fullmatch=True)
VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f\x85"),
    max_size=40,
)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def buffered(*pieces: bytes) -> BufferedReader:
    """A stream on which the bytes arrive in these pieces, as from a socket."""

    class Connection(RawIOBase):
        def __init__(self) -> None:
            self.left = [piece for piece in pieces if piece]

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            piece = self.left.pop(0) if self.left else b""
            count = min(len(piece), len(buffer))
            buffer[:count] = piece[:count]
            if rest := piece[count:]:
                self.left.insert(0, rest)
            return count

    return BufferedReader(Connection())


def by_urllib3(head: bytes) -> dict[str, str]:
    """The headers by http.client and urllib3, with names in lower case."""
    parsed = urllib3.HTTPHeaderDict(client.parse_headers(BytesIO(head)).items())
    return {name.lower(): parsed[name] for name in parsed}


@given(st.dictionaries(NAMES.map(str.lower), VALUES, max_size=20))
def test_regular_headers_are_those_of_http_client(headers: dict[str, str]) -> None:
    """Names are case-insensitive; blanks around a value do not belong to it (RFC 9112)."""
    headers.pop("content-length", None)
    lines = (f"{name.title()}: {value}\r\n" for name, value in headers.items())
    head = "".join((*lines, "\r\nbody")).encode("iso-8859-1")
    stream = buffered(head)
    expected = {name: value.strip(" \t") for name, value in by_urllib3(head).items()}
    assert dict(parse_headers(stream)) == expected
    assert stream.read() == b"body"


@pytest.mark.parametrize(
    "head",
    [
        b"A: 1\r\nB: folded\r\n  twice\r\n\tover\r\nC: 3\r\n\r\n",
        b"A: 1\nB: 2\n\n",
        b"A: 1\r\nno colon\r\nB: 2\r\n\r\n",
        b"A: 1\r\nB : 2\r\n\r\n",
        b": 1\r\n\r\n",
        b"".join(b"H%d: %d\r\n" % (n, n) for n in range(99)) + b"\r\n",
    ],
)
def test_irregular_headers_are_left_to_http_client(head: bytes) -> None:
    """Folded and malformed headers, and other line ends."""
    expected = {name: " ".join(value.split()) for name, value in by_urllib3(head).items()}
    found = {name: " ".join(value.split()) for name, value in parse_headers(buffered(head)).items()}
    assert found == expected


@pytest.mark.parametrize("head", [b"", b"A: 1\r\n", b"A: 1\r\nB", b"A: 1\r\n b"])
def test_headers_that_end_with_the_connection_are_refused(head: bytes) -> None:
    """http.client would accept them: an answer that was cut there could pass for an empty one."""
    with pytest.raises(client.HTTPException):
        parse_headers(buffered(head))


@pytest.mark.parametrize("value", [b"\0", b"a\rContent-Length: 2", b"\rB"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_header_with_a_bare_cr_or_a_null_character_is_refused(value: bytes, end: bytes) -> None:
    """http.client would take what follows a bare CR for a header of its own."""
    with pytest.raises(client.HTTPException):
        parse_headers(buffered(b"A: " + value + end + end))


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"H%d: %d\r\n" % (n, n) for n in range(100)) + b"\r\n",
        b"A: " + b"1" * 70_000 + b"\r\n\r\n",
        b"A: 1\r\nB: " + b"1" * 70_000,
    ],
    ids=["too many", "too long", "too long and unfinished"],
)
def test_the_limits_of_http_client_hold(head: bytes) -> None:
    """More than 99 headers and lines above 64 KiB are refused."""
    for parse in (client.parse_headers, parse_headers):
        with pytest.raises(client.HTTPException):
            parse(buffered(head))


@pytest.mark.parametrize("cut", range(30))
def test_headers_may_arrive_in_pieces(cut: int) -> None:
    """Nothing after the blank line is read, wherever a piece ends."""
    raw = b"A: 1\r\nLength: 4\r\n\r\nbody"
    stream = buffered(raw[:cut], raw[cut:])
    assert dict(parse_headers(stream)) == {"a": "1", "length": "4"}
    assert stream.read() == b"body"


def test_repeated_headers_are_joined() -> None:
    """Several challenges are one list, as in urllib3; a repeated value counts once."""
    headers = Headers([("A", "1"), ("a", "2"), ("B", "x"), ("b", "x")])
    assert (headers["A"], headers.get("b"), headers.get("c"), len(headers)) == (
        "1, 2",
        "x",
        None,
        2,
    )


def test_http_client_uses_this_parser() -> None:
    """Python's code of `begin` is kept; only the name of the parser in it leads elsewhere."""

    class Socket:
        def makefile(self, mode: str) -> BufferedReader:
            return buffered(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\n{}")

    response = RawResponse(cast("ssl.SSLSocket", Socket()))
    response.begin()
    assert isinstance(response.headers, Headers)
    assert (response.status, response.length, response.read()) == (200, 2, b"{}")
    assert client.HTTPResponse.begin.__globals__["parse_headers"] is not answers.parse_headers


def ask(folder: Path, raw: bytes, *, close: bool = False) -> HttpReply:
    """The answer of a server that sends these bytes, and closes the connection if told to."""

    def answer(connection: ssl.SSLSocket) -> None:
        connection.sendall(raw)
        if close:
            connection.close()

    with raw_server(folder, answer) as server:
        https = Https(CircuitBreaker(), ca_bundle=server.ca_path)
        try:
            return https.send("GET", f"{server.url}/x", headers={})
        finally:
            https.close()


@pytest.mark.parametrize(
    "raw",
    [
        reply(b"{}"),
        reply(b"{}", "Content-Length: 2"),
        b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + reply(b"{}"),
        b"HTTP/1.1 103 Early Hints\r\nLink: y\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + reply(b"{}"),
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.1 200\r\nTransfer-Encoding: CHUNKED\r\n\r\n1;x\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    ],
)
@pytest.mark.usefixtures("no_proxy")
def test_each_framing_of_a_body_is_read(tmp_path: Path, raw: bytes) -> None:
    """A length, chunks, or the end of the connection."""
    got = ask(tmp_path, raw, close=b"HTTP/1.0" in raw or b"close" in raw)
    assert (got.status, got.body) == (200, b"{}")


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0_2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0_2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 70_000 + b"2\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n{}",
        b"HTTP/1.1 OK\r\n\r\n",
        b"SSH-2.0\r\n\r\n",
        b"",
    ],
)
@pytest.mark.usefixtures("no_proxy")
def test_a_broken_answer_is_no_answer(tmp_path: Path, raw: bytes) -> None:
    """Cut bodies, contradictory lengths, malformed chunks and status lines: nothing is guessed."""
    with pytest.raises(NoAnswer) as caught:
        ask(tmp_path, raw, close=True)
    assert caught.value.problem.code == "unavailable"
    assert caught.value.is_transient


FORGED = reply(b'{"answer": "to another request"}')
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


def two_requests(folder: Path, first: bytes) -> tuple[list[bytes], int]:
    """The bodies of two requests, of which the first gets these bytes, and their connections."""
    left = [first, reply(b"[]")]
    with raw_server(folder, lambda connection: connection.sendall(left.pop(0))) as server:
        https = Https(CircuitBreaker(), ca_bundle=server.ca_path)
        try:
            bodies = [https.send("GET", f"{server.url}/x", headers={}).body for _ in range(2)]
        finally:
            https.close()
        return bodies, server.connections


@pytest.mark.parametrize(
    "first",
    [
        reply(b"{}") + FORGED,
        reply(b"{}") + b"x",
        reply(b"{}").ljust(8192, b"x") + FORGED,  # in the buffer of TLS, behind that of the stream
        reply(b"{}", f"X: {'y' * (8192 - len(reply(b'{}', 'X: ')))}") + FORGED,
        CHUNKED + b"\r\n2\r\n{}\r\n0\r\n\r\n" + FORGED,
        CHUNKED + b"Content-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000,
        b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["answer", "byte", "tls", "next", "chunked", "two framings", "204", "304"],
)
@pytest.mark.usefixtures("no_proxy")
def test_a_connection_with_surplus_bytes_is_not_used_again(tmp_path: Path, first: bytes) -> None:
    """The next request would get them as its answer: that of another tenant."""
    bodies, connections = two_requests(tmp_path, first)
    assert (bodies[0] in (b"{}", b""), bodies[1], connections) == (True, b"[]", 2)


@pytest.mark.parametrize(
    "first",
    [
        reply(b"{}"),
        reply(b"x" * 100_000),
        CHUNKED + b"\r\n2;a=b\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
        reply(gzip.compress(b"{}"), "Content-Encoding: gzip"),
    ],
    ids=["length", "long", "chunked", "204", "304", "gzip"],
)
@pytest.mark.usefixtures("no_proxy")
def test_a_connection_is_used_again_after_a_complete_answer(tmp_path: Path, first: bytes) -> None:
    """Whatever the framing. 204 and 304 have no body, so nothing is awaited."""
    bodies, connections = two_requests(tmp_path, first)
    assert (bodies[1], connections) == (b"[]", 1)
