"""A request has one time limit and one size limit, whatever the server sends and however slowly."""

import gzip
import ssl
import threading
import tracemalloc
from pathlib import Path

import pytest

from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import LARGEST_ANSWER, LARGEST_LIST, Https
from reconciler.azure.http.failures import NoAnswer
from reconciler.azure.http.request_limits import GRACE_S, RequestLimits
from tests.azure.raw_server import Answer, RawServer, raw_server, reply
from tests.receivers import dripping as proxy_that_drips

pytestmark = pytest.mark.usefixtures("no_proxy")


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def opened(
    server: RawServer, timeout_s: float = 60.0, stop: threading.Event | None = None
) -> Https:
    return Https(CircuitBreaker(), ca_bundle=server.ca_path, timeout_s=timeout_s, stop=stop)


def refused(server: RawServer, https: Https, method: str = "GET") -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        https.send(method, f"{server.url}/x", headers={})
    https.close()
    return caught.value


def dripping(start: bytes, drop: bytes) -> Answer:
    """Send the start, then drops until the client closes the connection."""

    def answer(client: ssl.SSLSocket) -> None:
        client.sendall(start)
        while True:
            client.sendall(drop)
            threading.Event().wait(0.02)

    return answer


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTTP/1.1 ", b"2"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "chunks", "header", "status line", "continue"],
)
def test_a_dripping_answer_ends_with_the_request(
    tmp_path: Path, method: str, start: bytes, drop: bytes
) -> None:
    """The request ends at its time limit although each byte arrives in time."""
    with raw_server(tmp_path, dripping(start, drop)) as server:
        failure = refused(server, opened(server, timeout_s=0.4), method)
    assert failure.problem.code == "unavailable"
    assert failure.is_transient


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 "])
def test_a_dripping_proxy_ends_the_request(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    """Its answer to CONNECT is part of the request."""
    with proxy_that_drips(start, b"x") as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        monkeypatch.setenv("NO_PROXY", "")
        https = Https(CircuitBreaker(), timeout_s=0.4)
        with pytest.raises(NoAnswer):
            https.send("GET", "https://management.example/x", headers={})
        https.close()


def test_the_end_of_the_run_ends_a_read(tmp_path: Path) -> None:
    """A dripping answer to a GET does not outlast the signal or deadline that ends the run."""
    stop = threading.Event()

    def answer(client: ssl.SSLSocket) -> None:
        stop.set()
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x")(client)

    with raw_server(tmp_path, answer) as server:
        assert refused(server, opened(server, stop=stop)).problem.code == "interrupted"


def test_a_read_that_ends_the_run_has_some_grace() -> None:
    """A stop shortens the time left to the grace period, once, and never extends it."""
    now, stop = [100.0], threading.Event()
    limit = RequestLimits(60, stop, 1, lambda: now[0])
    assert limit.wait_s() > 0
    assert not limit.is_cut_short
    stop.set()
    assert limit.wait_s() > 0
    assert limit.is_cut_short
    now[0] += GRACE_S
    with pytest.raises(TimeoutError):
        limit.wait_s()
    short = RequestLimits(1, stop, 1, lambda: now[0])
    short.wait_s()
    now[0] += 1
    with pytest.raises(TimeoutError):
        short.wait_s()


def test_a_write_may_use_all_of_its_time(tmp_path: Path) -> None:
    """A write and the reads that verify it finish after the run was stopped."""
    stop = threading.Event()
    stop.set()

    def late(client: ssl.SSLSocket) -> None:
        threading.Event().wait(GRACE_S + 0.5)
        client.sendall(reply(b"{}"))

    with raw_server(tmp_path, late) as server:
        https = opened(server, stop=stop)
        assert https.send("PUT", f"{server.url}/x", headers={}).status == 200
        assert https.to_the_end().send("GET", f"{server.url}/x", headers={}).status == 200
        https.close()


def chunked(body: bytes, *headers: str) -> bytes:
    head = "\r\n".join(("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers, "", ""))
    return head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


BIG = b" " * (LARGEST_ANSWER + 1)


@pytest.mark.parametrize(
    "raw",
    [
        reply(BIG),
        chunked(BIG),
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BIG,
        reply(gzip.compress(BIG), "Content-Encoding: gzip"),
        chunked(gzip.compress(gzip.compress(BIG)), "Content-Encoding: gzip, gzip"),
        reply(gzip.compress(BIG), "Content-Encoding: gzip", status=404),
    ],
)
def test_an_answer_that_is_too_large_is_unknown(tmp_path: Path, raw: bytes) -> None:
    """One byte above the limit after decompression, however it is sent."""
    with raw_server(tmp_path, lambda client: client.sendall(raw)) as server:
        failure = refused(server, opened(server))
    assert failure.problem.code == "unexpected_answer"
    assert "larger than 1 MiB" in failure.problem.message
    assert not failure.is_transient


def test_a_list_may_be_larger(tmp_path: Path) -> None:
    """8 MiB exactly are accepted where the caller expects a list."""
    raw = chunked(gzip.compress(b" " * LARGEST_LIST), "Content-Encoding: gzip")
    with raw_server(tmp_path, lambda client: client.sendall(raw)) as server:
        https = opened(server)
        found = https.send("GET", f"{server.url}/x", headers={}, most_bytes=LARGEST_LIST)
        https.close()
    assert len(found.body) == LARGEST_LIST


def test_a_gzip_bomb_is_never_decompressed(tmp_path: Path) -> None:
    """300 MiB in 300 KiB take no more memory than the limit and some buffers."""
    bomb = reply(gzip.compress(bytes(300 << 20), 9), "Content-Encoding: gzip")
    with raw_server(tmp_path, lambda client: client.sendall(bomb)) as server:
        tracemalloc.start()
        try:
            refused(server, opened(server))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 16 << 20


def test_a_damaged_compression_is_unknown(tmp_path: Path) -> None:
    """A body that claims gzip and is not gzip is no answer."""
    raw = reply(b"not gzip", "Content-Encoding: gzip")
    with raw_server(tmp_path, lambda client: client.sendall(raw)) as server:
        assert refused(server, opened(server)).problem.code == "unexpected_answer"


def test_connections_are_kept_after_each_kind_of_body(tmp_path: Path) -> None:
    """Bodies with a length, in chunks, compressed and empty all leave the connection usable."""
    answers = [
        reply(b"{}"),
        chunked(b"{}"),
        reply(gzip.compress(b"{}"), "Content-Encoding: gzip"),
        reply(b""),
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ] * 2
    rest = iter(answers)
    with raw_server(tmp_path, lambda client: client.sendall(next(rest))) as server:
        https = opened(server)
        for _ in answers:
            assert https.send("GET", f"{server.url}/x", headers={}).body in (b"{}", b"")
        https.close()
    assert (server.connections, len(server.requests)) == (1, len(answers))
