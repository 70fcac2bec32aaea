"""A small proxy that passes TLS on to this machine, whatever the host, and records its requests."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """The requests, each with its headers as received."""

    url: str
    heads: list[str] = field(default_factory=list)


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Listen, and answer CONNECT, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as subscriber:
        running = Proxy(f"http://127.0.0.1:{subscriber.getsockname()[1]}")
        threading.Thread(target=_serve, args=(subscriber, running), daemon=True).start()
        yield running
        subscriber.shutdown(socket.SHUT_RDWR)


def _serve(subscriber: socket.socket, running: Proxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = subscriber.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            running.heads.append(head.decode())
            port = head.split()[1].decode().rpartition(":")[2]
            server = socket.create_connection(("127.0.0.1", int(port)))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for here, there in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=(here, there), daemon=True).start()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError), here, there:
        while data := here.recv(65536):
            there.sendall(data)
