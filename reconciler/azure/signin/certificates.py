"""Is this certificate fit to sign in with? Looked at before it is used, since Entra says little.

Of several certificates in one file, the key's own is used, wherever it is.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from reconciler.azure.signin.certificate_forms import is_pem, unpacked
from reconciler.azure.signin.secrets import Unresolved
from reconciler.core.identities import SecretRef
from reconciler.core.links import Problem

_PFX = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL)
"""How a PFX begins: a sequence whose first member is the version, 3 (RFC 7292)."""

_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What of a certificate matters here.

    ref         where it came from
    is_matched  whether the key that comes with it is its own
    """

    ref: SecretRef
    not_before: datetime
    not_after: datetime
    is_matched: bool

    def problem(self, now: datetime) -> Problem | None:
        """Why Entra would refuse it at this time; None where nothing speaks against it."""
        if not self.is_matched:
            return Problem(
                "certificate_key_mismatch",
                f"the private key in {self.ref} is not that of any certificate in it",
                "put the key and its own certificate into one file, "
                "or make a new pair and upload it to the app registration",
            )
        if now >= self.not_after:
            return Problem(
                "certificate_expired",
                f"the certificate in {self.ref} ended on {self.not_after.date()}",
                "make a new one, upload it to the app registration, "
                "and put it behind the identity's reference",
            )
        if now < self.not_before:
            return Problem(
                "certificate_not_yet_valid",
                f"the certificate in {self.ref} begins on {self.not_before.date()}",
                "check this machine's clock, or use a certificate that is valid today",
            )
        return None


def read_certificate(ref: SecretRef, data: bytes, password: str | None) -> Certificate:
    """The certificate in a PEM or PFX file with its key; raises `Unresolved` for anything else."""
    return _read(ref, data, password)[0]


def signing_pem(ref: SecretRef, data: bytes, password: str | None) -> bytes:
    """The same certificate and its key as PEM without a password, which is what signs in.

    Raises `Unresolved` for anything else.
    """
    return _read(ref, data, password)[1]


@lru_cache(maxsize=64)
def _read(ref: SecretRef, data: bytes, password: str | None) -> tuple[Certificate, bytes]:
    """Decrypting a PFX takes longer than a sign-in: it is done once and not for each tenant."""
    key, certificates = _opened(ref, unpacked(data), password.encode() if password else None)
    if key is None or not certificates:
        missing = "certificate" if key else "private key"
        raise Unresolved(f"{ref} holds no {missing}; export the certificate with its private key")
    if not isinstance(key, RSAPrivateKey):
        raise Unresolved(f"{ref} has no RSA key, and Entra takes no other")
    own = next((c for c in certificates if c.public_key() == key.public_key()), None)
    first = own or certificates[0]
    found = Certificate(ref, first.not_valid_before_utc, first.not_valid_after_utc, own is not None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return found, pem + first.public_bytes(Encoding.PEM)


def _opened(
    ref: SecretRef, data: bytes, password: bytes | None
) -> tuple[object, list[x509.Certificate]]:
    """The private key and all certificates; raises `Unresolved`."""
    if is_pem(data):
        return _pem_key(ref, data, password), _pem_certificates(ref, data)
    if not _PFX.match(data):
        raise Unresolved(
            f"{ref} is neither PEM nor PFX; give the certificate with its private key in one file"
        )
    try:
        key, own, others = pkcs12.load_key_and_certificates(data, password)
    except UnsupportedAlgorithm:
        raise Unresolved(f"{ref} is a PFX of an old kind; export it again with AES-256") from None
    except (ValueError, TypeError):
        raise _locked(ref, password) from None
    return key, [*([own] if own else []), *others]


def _pem_key(ref: SecretRef, data: bytes, password: bytes | None) -> object:
    if not _PRIVATE_KEY.search(data):
        return None
    is_locked = b"ENCRYPTED" in data
    try:
        return load_pem_private_key(data, password if is_locked else None)
    except UnsupportedAlgorithm:
        raise Unresolved(f"{ref} has a key of an unknown kind, and Entra takes RSA only") from None
    except (ValueError, TypeError):
        if is_locked:
            raise _locked(ref, password) from None
        raise Unresolved(
            f"{ref} holds a private key that cannot be read; export it again"
        ) from None


def _pem_certificates(ref: SecretRef, data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in data:
        return []
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise Unresolved(
            f"{ref} holds a certificate that cannot be read; export it again"
        ) from None


def _locked(ref: SecretRef, password: bytes | None) -> Unresolved:
    """A key that the given password does not open; a damaged file looks the same."""
    if password is None:
        return Unresolved(
            f"{ref} is protected by a password, and the identity names none; "
            "add password: {env: NAME} to the identity"
        )
    return Unresolved(f"{ref} cannot be opened: its password is wrong, or the file is damaged")
