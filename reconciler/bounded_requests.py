"""Bounded HTTP requests: no redirect, one time limit and one size limit for each request.

requests follows redirects with body and headers, restarts its timeouts with each byte, and reads
and decompresses answers of any size. A run that holds a lock and secrets must not do that.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")

MAX_ANSWER_BYTES = 1 << 20
"""After decompression."""

_CHUNK_BYTES = 1 << 16

LATE = "no complete answer in time"


def within(seconds: float, attempt: Callable[[], T]) -> T:
    """What the attempt returns or raises; `TimeoutError` if that takes longer.

    A late attempt continues in a daemon thread, which ends with the program.
    """
    done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            done.put((attempt(), None))
        except BaseException as error:  # raised in the thread that waits
            done.put((None, error))

    Thread(target=work, daemon=True).start()
    try:
        result, error = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError(LATE) from None
    if error is not None:
        try:
            raise error
        finally:
            del error  # its traceback refers to this frame, which would refer back to it
    return result  # type: ignore[return-value]  # None only if the attempt returned None


def send_limited(send: Callable[..., Any], seconds: float, **options: Any) -> Any:
    """Send with `requests.Session.send` and read the answer within the limits.

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
        raise requests.ReadTimeout(LATE) from None


def _body(response: Any) -> bytes:
    import requests
    from urllib3.exceptions import HTTPError

    body = b""
    try:
        while chunk := response.raw.read(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                response.close()
                raise requests.RequestException(f"more than {MAX_ANSWER_BYTES >> 20} MiB")
    except HTTPError:
        raise requests.ConnectionError("the answer was cut off or damaged") from None
    return body


@contextmanager
def limits(seconds: float) -> Iterator[None]:
    """Apply the limits to every `requests.Session` of this process inside the block.

    For a library that creates its own sessions and has no setting for all of them.
    """
    import requests

    send, target = requests.Session.send, requests.Session.get_redirect_target

    def limited(self: Any, request: Any, **options: Any) -> Any:
        return send_limited(send, seconds, self=self, request=request, **options)

    setattr(requests.Session, "send", limited)  # noqa: B010 - replaces a method
    setattr(requests.Session, "get_redirect_target", lambda self, response: None)  # noqa: B010
    try:
        yield
    finally:
        setattr(requests.Session, "send", send)  # noqa: B010
        setattr(requests.Session, "get_redirect_target", target)  # noqa: B010


def limited_session(seconds: float, ca_bundle: str | None = None) -> Any:
    """A `requests.Session` with the limits.

    ca_bundle  authorities to trust in addition to the public ones: a PEM file or a folder.
               Raises `OSError` if it cannot be read
    """
    import requests
    from requests.adapters import HTTPAdapter

    class LimitedSession(requests.Session):
        def send(self, request: Any, **options: Any) -> Any:
            return send_limited(super().send, seconds, request=request, **options)

        def get_redirect_target(self, response: Any) -> None:  # noqa: ARG002
            return None

    class TrustingAdapter(HTTPAdapter):
        def init_poolmanager(self, *sizes: Any, **options: Any) -> Any:
            return super().init_poolmanager(*sizes, ssl_context=context, **options)

        def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
            return super().proxy_manager_for(proxy, ssl_context=context, **options)

    session = LimitedSession()
    if ca_bundle:
        context = ssl.create_default_context()
        kind = "capath" if Path(ca_bundle).is_dir() else "cafile"
        context.load_verify_locations(**{kind: ca_bundle})
        session.mount("https://", TrustingAdapter())
    return session


def failure_cause(error: BaseException) -> str:
    """Why a request got no answer, in a few words; never its URL, which may be a secret."""
    import requests

    chain = list(_chain(error))
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in chain):
        return "its certificate is not trusted; name its authority with --ca-bundle"
    if any(isinstance(each, TimeoutError | requests.Timeout) for each in chain):
        return "no answer in time"
    reasons = [each.strerror for each in chain if isinstance(each, OSError) and each.strerror]
    return f"no answer: {reasons[-1] if reasons else type(error).__name__}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those that caused it, as requests and urllib3 nest them; outermost first."""
    seen: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        each = pending.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            yield each
            pending += [each.__context__, each.__cause__, getattr(each, "reason", None)]
            pending += each.args[:1]
