"""Issuers of tokens that Entra did not sign.

Kubernetes, GitHub and Azure Pipelines issue tokens that an app signs in with. The emulator signs
for every issuer whose public key no seed lists, with one key that it creates when first needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

ALGORITHM = "RS256"
KEY_BITS = 2048


class Issuers:
    """Signs for issuers, and checks what they signed."""

    def __init__(self) -> None:
        self.public_keys: Mapping[str, str] = {}

    def knows(self, issuer: str) -> bool:
        """Say whether a seed lists the issuer's public key, so that only the issuer can sign."""
        return issuer in self.public_keys

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a token with these claims, signed with the emulator's own key."""
        import jwt  # its cryptography takes a while to load

        headers = {"kid": "emulator-issuer"}
        return jwt.encode(dict(claims), self._own_key, algorithm=ALGORITHM, headers=headers)

    def has_signed(self, issuer: str, token: str) -> bool:
        """Say whether the token carries the issuer's signature."""
        import jwt

        key: Any = self.public_keys.get(issuer) or self._own_key.public_key()
        try:
            jwt.PyJWS().decode(token, key, algorithms=[ALGORITHM])
        except jwt.PyJWTError:
            return False
        return True

    @cached_property
    def _own_key(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
