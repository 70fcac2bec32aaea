"""A lock for the platform's keyring, which serves one thread at a time.

libsecret fails one of two concurrent callers, so a user's link would read as unknown. The lock is
held during a sign-in from the cache, except while a request to Entra is in flight.
"""

from threading import Lock
from typing import Any, Protocol

from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import HttpTransport

from reconciler.azure.signin.transport import LentTransport

_LOCK = Lock()


class _Credential(Protocol):
    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken: ...


class LockedCredential:
    """A credential that holds the lock while it uses the keyring."""

    def __init__(self, credential: _Credential) -> None:
        self._credential = credential

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        """Return a token; raises what the credential raises."""
        more = {"claims": claims} if claims else {}
        with _LOCK:
            return self._credential.get_token(*scopes, **more)


class UnlockedTransport(LentTransport[Any]):
    """A transport that releases the lock while it waits for an answer."""

    def __init__(self, transport: HttpTransport[Any, Any]) -> None:
        self._transport = transport

    def send(self, request: Any, **options: Any) -> Any:
        _LOCK.release()
        try:
            return self._transport.send(request, **options)
        finally:
            _LOCK.acquire()
