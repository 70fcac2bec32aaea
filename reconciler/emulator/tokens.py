"""Is this access token one of ours, and what does it claim?

Tokens are JWTs signed with HS256 and a key that each start makes anew: Entra's RS256 would spend
the CPU on signing, and no client verifies an access token that is not meant for it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.wire import to_json

Claims = Mapping[str, Any]
REMEMBERED_TOKENS = 20_000


class Tokens:
    """Signs and reads the emulator's access tokens."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._header = _base64(to_json({"typ": "JWT", "alg": "HS256", "kid": "emulator"}))
        self._known: dict[str, Claims] = {}

    def sign(self, claims: Claims) -> str:
        """Return a signed token with these claims."""
        signed = f"{self._header}.{_base64(to_json(dict(claims)))}"
        return f"{signed}.{self._signature(signed)}"

    def read(self, token: str) -> Claims | None:
        """Return the claims of a token we signed, expired or not; None for any other text."""
        claims = self._known.get(token)
        if claims is not None:
            return claims
        signed, _, signature = token.rpartition(".")
        expected = self._signature(signed).encode()
        if not hmac.compare_digest(signature.encode(), expected):
            return None
        signed_claims: Claims = json.loads(_unbase64(signed.partition(".")[2]))
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        self._known[token] = signed_claims
        return signed_claims

    def _signature(self, signed: str) -> str:
        return _base64(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
