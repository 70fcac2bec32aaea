"""Threads access the keyring one at a time, and none waits for another's request to Entra."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any, cast

from azure.core.credentials import AccessToken

from reconciler.azure.signin.keyring_lock import LockedCredential, UnlockedTransport

PEOPLE = 4


class Keyring:
    """Fails, as libsecret does, on two accesses at once."""

    def __init__(self) -> None:
        self._in_use = Lock()

    def ask(self) -> None:
        assert self._in_use.acquire(blocking=False)
        self._in_use.release()


class Entra:
    """Answers only after all people have sent their request."""

    def __init__(self) -> None:
        self._all = Barrier(PEOPLE)

    def send(self, request: Any, **options: Any) -> str:
        self._all.wait(timeout=120)
        return "token"


class Person:
    """A credential: keyring, Entra, keyring."""

    def __init__(self, keyring: Keyring, transport: UnlockedTransport) -> None:
        self._keyring, self._transport = keyring, transport

    def get_token(self, *scopes: str) -> AccessToken:
        self._keyring.ask()
        token = self._transport.send(None)
        self._keyring.ask()
        return AccessToken(token, 0)


def test_the_keyring_lock_is_released_during_a_request() -> None:
    """All requests are under way at once, and the keyring never has two accesses."""
    keyring, transport = Keyring(), UnlockedTransport(Entra())  # type: ignore[arg-type]
    people = [LockedCredential(cast(Any, Person(keyring, transport))) for _ in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as pool:
        tokens = list(pool.map(lambda person: person.get_token("scope"), people))
    assert [token.token for token in tokens] == ["token"] * PEOPLE
