"""Requests and answers as plain values, and their conversion from and to ASGI.

All hosts and the control routes of the emulator use these values, on uvicorn. No web framework is
involved: the emulator chooses the host by the path, repeats Azure's headers byte for byte, and
closes connections before or within an answer.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON_TYPE = (b"content-type", b"application/json; charset=utf-8")


class Request(NamedTuple):
    """One HTTP request, its body read to the end."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> str:
        """Return the value of a header, whose name is given in lower case, or an empty text."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    def parameter(self, name: str) -> str:
        """Return a query parameter, by its case-insensitive name, or an empty text."""
        for key, value in parse_qsl(self.query):
            if key.lower() == name:
                return value
        return ""

    def bearer(self) -> str:
        """Return the bearer token, or an empty text."""
        scheme, _, token = self.header(b"authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def form(self) -> dict[str, str]:
        """Return the fields of an urlencoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


class Answer(NamedTuple):
    """One HTTP answer.

    connection: `keep`; or `drop`, closed without a byte; or `cut`, closed in the middle of the body
    """

    status: int
    headers: Headers
    body: bytes = b""
    connection: Literal["keep", "drop", "cut"] = "keep"


def to_json(value: Any) -> bytes:
    """Write compact JSON, as Azure does, keys in the order given."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def json_answer(status: int, body: Any) -> Answer:
    """Answer with JSON and no other header."""
    return Answer(status, [JSON_TYPE], to_json(body))


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read one request with all of its body."""
    chunks = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"].decode("latin-1"),
        scope["headers"],
        b"".join(chunks),
    )


async def send_answer(answer: Answer, send: Send) -> None:
    """Send the answer; a cut one announces its whole length and sends half of it."""
    length = (b"content-length", str(len(answer.body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [*answer.headers, length],
        }
    )
    if answer.connection == "cut":
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        return
    await send({"type": "http.response.body", "body": answer.body})
