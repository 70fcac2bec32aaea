"""HTTP receivers on loopback, for the requests that a run sends."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass
class Receiver:
    """The requests that arrived, and the answers to give.

    answers  statuses for the next requests; then 200
    location the target of redirects
    body     the body of each answer
    got      (path with query, body) of each request
    headers  the headers of each request
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    location: str = "/elsewhere"
    body: bytes = b"OK"
    got: list[tuple[str, str]] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The requested paths, without their queries."""
        return [path.partition("?")[0] for path, _ in self.got]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver that listens inside the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.got.append((self.path, body.decode()))
            receiver.headers.append(self.headers)
            status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            with suppress(OSError):  # the client may have stopped reading
                self.wfile.write(receiver.body)

        do_GET = do_POST  # noqa: N815 - the server's own name

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def dripping(start: bytes, drop: bytes) -> Iterator[str]:
    """The address of a server that sends `start`, then `drop` again and again until it is left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(client: socket.socket) -> None:
            with suppress(OSError), client:
                client.recv(65536)
                client.sendall(start)
                while True:
                    client.sendall(drop)
                    Event().wait(0.02)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
