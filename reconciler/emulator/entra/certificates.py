"""Checks of an assertion's signature against the registered certificates.

The header of the assertion names the certificate by thumbprint: `x5t` (SHA-1) or `x5t#S256`. Like
Entra, this finds the certificate, then checks its dates, then the signature.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple

ALGORITHMS = ["RS256", "PS256"]
WRONG_KEY, WRONG_SUBJECT_NAME = 700027, 700030
NOT_REGISTERED = (
    "The certificate with identifier used to sign the client assertion is not registered on "
    "application."
)
BAD_SIGNATURE = "Client assertion failed signature validation."


class Flaw(NamedTuple):
    """What is wrong with an assertion: an AADSTS number, and a text where it has one of its own."""

    number: int
    text: str | None = None


def signature_flaw(assertion: str, registered: str, now_s: int) -> Flaw | None:
    """Return what is wrong with the signature, or None.

    registered: PEM of one or more certificates
    now_s: seconds since 1970
    """
    import jwt
    from cryptography import x509

    header = jwt.get_unverified_header(assertion)
    thumbprint = _thumbprint(header)
    for certificate in x509.load_pem_x509_certificates(registered.encode()):
        if thumbprint in _thumbprints(certificate):
            return _flaw_by(assertion, certificate, thumbprint, now_s)
    if "x5c" in header:
        return Flaw(WRONG_SUBJECT_NAME)
    return _unfit(NOT_REGISTERED, "The key was not found.", thumbprint)


def _flaw_by(assertion: str, certificate: Any, thumbprint: bytes, now_s: int) -> Flaw | None:
    import jwt

    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start.timestamp() <= now_s <= end.timestamp():
        return _unfit(BAD_SIGNATURE, "The key used is expired.", thumbprint)
    try:
        jwt.PyJWS().decode(assertion, certificate.public_key(), algorithms=ALGORITHMS)
    except jwt.PyJWTError:
        reason = "The provided signature value did not match the expected signature value."
        return _unfit(BAD_SIGNATURE, reason, thumbprint)
    return None


def _unfit(text: str, reason: str, thumbprint: bytes) -> Flaw:
    shown = f", Thumbprint of key used by client: '{thumbprint.hex().upper()}'"
    return Flaw(WRONG_KEY, f"{text} [Reason - {reason}{shown if thumbprint else ''}]")


def _thumbprint(header: Mapping[str, Any]) -> bytes:
    """Return what the header names the certificate by, empty when it does not or is damaged."""
    text = str(header.get("x5t#S256") or header.get("x5t") or "")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _thumbprints(certificate: Any) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives import hashes

    # An identifier, not a signature: SHA-1 is what `x5t` is defined with.
    sha1 = certificate.fingerprint(hashes.SHA1())  # noqa: S303 - no signature
    return sha1, certificate.fingerprint(hashes.SHA256())
