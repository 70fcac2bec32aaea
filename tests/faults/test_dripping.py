"""An Azure that answers byte by byte does not delay a run past its deadline or a signal."""

import json
import signal
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.azure.raw_server import RawServer, raw_server, reply
from tests.e2e.command import Desk, wait_until

GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"


@contextmanager
def dripping_from(folder: Path, stage: int) -> Iterator[RawServer]:
    """An Azure that answers normally before this stage and byte by byte from it on.

    stage  0: metadata, 1: the OpenID document, 2: the token
    """
    server: RawServer
    count = iter(range(1_000))

    def metadata() -> bytes:
        named = {"loginEndpoint": server.url, "audiences": [server.url]}
        return json.dumps({"authentication": named}).encode()

    def openid() -> bytes:
        base = f"{server.url}/{GUID}"
        kinds = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
        urls = {key: f"{base}/oauth2/v2.0/{kind}" for key, kind in kinds.items()}
        return json.dumps({"issuer": f"{base}/v2.0", **urls}).encode()

    def answer(client: ssl.SSLSocket) -> None:
        number = next(count)
        if number < stage:
            client.sendall(reply((metadata, openid)[number]()))
            return
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            client.sendall(b" ")
            threading.Event().wait(0.05)

    with raw_server(folder, answer) as server:
        yield server


@pytest.fixture
def lonely(desk: Desk) -> Desk:
    desk.write("  - {name: C1, tenant: c1.example}\n")
    desk.env["NO_PROXY"] = "*"
    return desk


def point(desk: Desk, server: RawServer) -> None:
    desk.env |= {"PAL_RECONCILE_ARM_ENDPOINT": server.url, "REQUESTS_CA_BUNDLE": server.ca_path}


@pytest.mark.parametrize(("stage", "status"), [(0, 1), (1, 4), (2, 4)])
def test_a_dripping_answer_ends_at_the_deadline(
    lonely: Desk, tmp_path: Path, stage: int, status: int
) -> None:
    """Metadata, OpenID document and token: the run ends and releases its lock."""
    with dripping_from(tmp_path, stage) as server:
        point(lonely, server)
        ran = lonely.run("apply", "--yes", "--deadline", "1")
    assert ran.status == status, ran.err
    assert "Traceback" not in ran.err


def test_a_dripping_answer_ends_at_the_first_signal(lonely: Desk, tmp_path: Path) -> None:
    """One SIGTERM is enough, and the link is unknown, not missing."""
    with dripping_from(tmp_path, 1) as server:
        point(lonely, server)
        lonely.do_not_measure()
        process = lonely.start("plan", "--format", "json")
        wait_until(lambda: len(server.requests) >= 2, "a request that drips")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 143, err
    (link,) = json.loads(out)["links"]
    assert (link["action"], link["problem"]["code"]) == ("unknown", "interrupted")
