"""How do threads share the platform's keyring? One at a time, and nobody while Entra is asked.

libsecret serves one thread: asked by two at once, it fails one of them, and a person's link would
read as unknown. A turn lasts for a whole sign-in from the cache, but for the requests in it, or
people would be read one after another.
"""

from threading import Lock
from types import TracebackType
from typing import Any, Protocol

from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import HttpTransport

_TURN = Lock()


class _Credential(Protocol):
    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken: ...


class LockedCredential:
    """A credential that reads and writes the keyring in its turn only."""

    def __init__(self, credential: _Credential) -> None:
        self._credential = credential

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        """Return a token; raises what the credential raises."""
        more = {"claims": claims} if claims else {}
        with _TURN:
            return self._credential.get_token(*scopes, **more)


class UnlockedTransport(HttpTransport[Any, Any]):
    """A transport that lets others have their turn while it waits for an answer."""

    def __init__(self, transport: HttpTransport[Any, Any]) -> None:
        self._transport = transport

    def send(self, request: Any, **options: Any) -> Any:
        _TURN.release()
        try:
            return self._transport.send(request, **options)
        finally:
            _TURN.acquire()

    def open(self) -> None:
        """Nothing to open: the transport is the run's."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> "UnlockedTransport":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Nothing to close."""
