"""Access and ID tokens of the emulator: issuing and checking them.

Access tokens are JWTs signed with HS256 and a key that changes at each start. RS256, as Entra uses
it, would cost CPU, and no client verifies an access token that is not meant for it. ID tokens are
for the client, so they are signed with RS256 and a published key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.emulator.messages import to_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Claims = Mapping[str, Any]
REMEMBERED_TOKENS = 20_000
KEY_ID = "emulator-id-tokens"


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

    @cached_property
    def _rsa(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric import rsa  # only people need it

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign_id_token(self, claims: Claims) -> str:
        """Return an ID token with these claims, signed with the published key."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        header = _base64(to_json({"typ": "JWT", "alg": "RS256", "kid": KEY_ID}))
        signed = f"{header}.{_base64(to_json(dict(claims)))}"
        return f"{signed}.{_base64(self._rsa.sign(signed.encode(), PKCS1v15(), SHA256()))}"

    def published_keys(self) -> list[dict[str, str]]:
        """Return the public key of ID tokens, as a JSON Web Key."""
        numbers = self._rsa.public_key().public_numbers()
        key = {"n": numbers.n, "e": numbers.e}
        parts = {
            name: _base64(value.to_bytes((value.bit_length() + 7) // 8))
            for name, value in key.items()
        }
        return [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, **parts}]

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
