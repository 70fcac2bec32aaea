"""A TLS server on loopback whose answers a test writes byte by byte."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme

Answer = Callable[[ssl.SSLSocket], None]


@dataclass
class RawServer:
    """Its address, its CA, and the first line of each request.

    connections  number of accepted connections
    """

    url: str
    ca_path: str
    requests: list[str] = field(default_factory=list)
    connections: int = 0


@contextmanager
def raw_server(folder: Path, answer: Answer) -> Iterator[RawServer]:
    """Answer each request with `answer`, on kept-alive connections, until the block ends."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca_path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    with socket.create_server(("127.0.0.1", 0)) as subscriber:
        server = RawServer(f"https://127.0.0.1:{subscriber.getsockname()[1]}", str(ca_path))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = subscriber.accept()
                    server.connections += 1
                    threading.Thread(target=serve, args=(plain,), daemon=True).start()

        def serve(plain: socket.socket) -> None:
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as client:
                while head := _head(client):
                    server.requests.append(head.splitlines()[0].decode())
                    answer(client)

        threading.Thread(target=accept, daemon=True).start()
        yield server
        subscriber.shutdown(socket.SHUT_RDWR)


def reply(body: bytes, *headers: str, status: int = 200) -> bytes:
    """An answer with its length."""
    lines = (f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


def _head(client: ssl.SSLSocket) -> bytes:
    """The head of a request without a body; empty when the connection was closed."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(4096)
        if not data:
            return b""
        head += data
    return head
