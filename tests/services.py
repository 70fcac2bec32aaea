"""A TLS server that plays Graph, Partner Center, Dataverse and the discovery service.

A test gives a function from a request to an answer. Every request is kept with its token's claims.
"""

import base64
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme


@dataclass(frozen=True)
class Asked:
    """One request: its path without the query, its query, its headers, and its token's claims."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """One answer."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Told]


@dataclass
class ServiceDouble:
    """Its URL, its certificate authority, and what it was asked."""

    url: str
    ca_pem: bytes
    answer: Answer
    asked: list[Asked] = field(default_factory=list)

    def trusted_with(self, other: Path, folder: Path) -> str:
        """A CA bundle for this server and another one."""
        bundle = folder / "both.pem"
        bundle.write_bytes(self.ca_pem + other.read_bytes())
        return str(bundle)


@contextmanager
def service_double(answer: Answer) -> Iterator[ServiceDouble]:
    """A server that answers inside the block."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            asked = Asked(parts.path, query, dict(self.headers), _claims(self.headers))
            double.asked.append(asked)
            told = double.answer(asked)
            body = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            self.send_response(told.status)
            for name, value in {**told.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        double = ServiceDouble(
            f"https://127.0.0.1:{server.server_address[1]}", authority.cert_pem.bytes(), answer
        )
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield double
        server.shutdown()


def _claims(headers: Any) -> dict[str, Any]:
    token = (headers.get("Authorization") or "").removeprefix("Bearer ")
    try:
        part = token.split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found
