"""Does a client assertion prove who the client is?

An assertion is a JWT that the client signs with its certificate's key. The signature is checked
when the seed names the client's certificate; the rest is checked always.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.emulator.directory import Client

ALGORITHMS = ["RS256", "PS256"]
MALFORMED, WRONG_CLIENT, WRONG_AUDIENCE, EXPIRED, WRONG_KEY = 50027, 700021, 700023, 700024, 700027


def refusal(assertion: str, client: Client, endpoints: Sequence[str], now_s: int) -> int | None:
    """Return the AADSTS number of the first thing wrong with the assertion, or None.

    endpoints: the URLs that its audience may name
    now_s: seconds since 1970
    """
    import jwt  # its cryptography takes a while to load, and most clients show a secret

    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        return MALFORMED
    if {str(claims.get(name)).lower() for name in ("iss", "sub")} != {client.client_id}:
        return WRONG_CLIENT
    if claims.get("aud") not in endpoints:
        return WRONG_AUDIENCE
    if not _is_number(claims.get("exp")) or claims["exp"] <= now_s:
        return EXPIRED
    if client.certificate is not None and not _is_signed(assertion, client.certificate):
        return WRONG_KEY
    return None


def _is_signed(assertion: str, certificate: str) -> bool:
    import jwt
    from cryptography import x509

    key: Any = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    try:
        jwt.PyJWS().decode(assertion, key, algorithms=ALGORITHMS)
    except jwt.PyJWTError:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
