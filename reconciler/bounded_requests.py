"""Limits for libraries that send with requests: no redirect, one time limit, one size limit.

requests follows redirects, with body and headers; its timeouts start again with each byte; and it
reads and decompresses whatever is sent. Nothing of that suits a run that holds a lock and a secret.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")

LARGEST_ANSWER = 1 << 20
"""Bytes after decompression."""

_PIECE = 1 << 16


def within(seconds: float, attempt: Callable[[], T]) -> T:
    """What the attempt returns or raises; `TimeoutError` when that takes longer.

    Then it goes on in a thread that nobody waits for, and that does not outlive the program.
    """
    done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            done.put((attempt(), None))
        except BaseException as error:  # raised where the result is waited for
            done.put((None, error))

    Thread(target=work, daemon=True).start()
    try:
        result, error = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError("no whole answer in time") from None
    if error is not None:
        try:
            raise error
        finally:
            del error  # its traceback holds this frame, and this frame would hold it
    return result  # type: ignore[return-value]  # None only where the attempt returned it


def send_limited(send: Callable[..., Any], seconds: float, **options: Any) -> Any:
    """Send by `requests.Session.send` and read the answer within the limits.

    Raises `requests.RequestException`, also for an answer that is too large or too slow.
    """
    import requests

    def attempt() -> Any:
        response = send(**options | {"stream": True, "allow_redirects": False})
        response._content = _body(response)
        response._content_consumed = True
        return response

    try:
        return within(seconds, attempt)
    except TimeoutError:
        raise requests.ReadTimeout("no whole answer in time") from None


def _body(response: Any) -> bytes:
    import requests
    from urllib3.exceptions import HTTPError

    body = b""
    try:
        while piece := response.raw.read(_PIECE, decode_content=True):
            body += piece
            if len(body) > LARGEST_ANSWER:
                response.close()
                raise requests.RequestException(f"more than {LARGEST_ANSWER >> 20} MiB")
    except HTTPError:
        raise requests.ConnectionError("the answer was cut off or damaged") from None
    return body


@contextmanager
def limits(seconds: float) -> Iterator[None]:
    """Let every `requests.Session` of this process obey the limits, inside the block.

    For a library that makes its own sessions, and has no setting that holds for all of them.
    """
    import requests

    send, target = requests.Session.send, requests.Session.get_redirect_target

    def limited(self: Any, request: Any, **options: Any) -> Any:
        return send_limited(send, seconds, self=self, request=request, **options)

    setattr(requests.Session, "send", limited)  # noqa: B010 - a method is replaced
    setattr(requests.Session, "get_redirect_target", lambda self, response: None)  # noqa: B010
    try:
        yield
    finally:
        setattr(requests.Session, "send", send)  # noqa: B010
        setattr(requests.Session, "get_redirect_target", target)  # noqa: B010


def limited_session(seconds: float) -> Any:
    """A `requests.Session` that obeys the limits."""
    import requests

    class LimitedSession(requests.Session):
        def send(self, request: Any, **options: Any) -> Any:
            return send_limited(super().send, seconds, request=request, **options)

        def get_redirect_target(self, response: Any) -> None:
            return None

    return LimitedSession()
