"""Checks of a client certificate before sign-in, because Entra's errors say little.

If a file contains several certificates, the one that matches the private key is used. PEM and PFX
are accepted plain or encoded, as files, vaults and jobs supply them.
"""

import base64
import binascii
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.core.identities import SecretRef
from reconciler.core.links import Problem

_BEGIN = b"-----BEGIN "
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE_ENDS = re.compile(rb"\\r\\n|\\n|\\r|\r\n|\r")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\s-]+={0,2}\s*")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_BASE64_LINE = 64

_PFX = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL)
"""The start of a PFX: a sequence whose first member is version 3 (RFC 7292)."""

_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The properties of a certificate that a sign-in depends on.

    ref         where it was read from
    is_matched  whether the private key in the file belongs to it
    """

    ref: SecretRef
    not_before: datetime
    not_after: datetime
    is_matched: bool

    def problem(self, now: datetime) -> Problem | None:
        """Why Entra would refuse it at this time; None if it would not."""
        if not self.is_matched:
            return Problem(
                "certificate_key_mismatch",
                f"the private key in {self.ref} does not match any certificate in it",
                "put the key and its own certificate into one file, "
                "or create a new pair and upload it to the app registration",
            )
        if now >= self.not_after:
            return Problem(
                "certificate_expired",
                f"the certificate in {self.ref} expired on {self.not_after.date()}",
                "create a new one, upload it to the app registration, "
                "and store it where the identity's reference points",
            )
        if now < self.not_before:
            return Problem(
                "certificate_not_yet_valid",
                f"the certificate in {self.ref} is not valid before {self.not_before.date()}",
                "check this machine's clock, or use a certificate that is valid today",
            )
        return None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key that signs client assertions.

    thumbprint  SHA-256 of the certificate in DER
    """

    key: RSAPrivateKey
    thumbprint: bytes


def read_certificate(ref: SecretRef, data: bytes, password: str | None) -> Certificate:
    """The certificate in a PEM or PFX file with its key; raises `Unresolved` for anything else."""
    return _read(ref, data, password)[0]


def signing_key(ref: SecretRef, data: bytes, password: str | None) -> SigningKey:
    """The private key of the same certificate, loaded once; raises `Unresolved`."""
    return _read(ref, data, password)[1]


@lru_cache(maxsize=64)
def _read(ref: SecretRef, data: bytes, password: str | None) -> tuple[Certificate, SigningKey]:
    """Cached: decrypting a PFX and checking an RSA key take longer than a sign-in."""
    key, certificates = _opened(ref, unpacked(data), password.encode() if password else None)
    if key is None or not certificates:
        missing = "certificate" if key else "private key"
        raise Unresolved(
            f"{ref} contains no {missing}; export the certificate with its private key"
        )
    if not isinstance(key, RSAPrivateKey):
        raise Unresolved(f"{ref} has no RSA key; Entra accepts only RSA")
    own = next((c for c in certificates if c.public_key() == key.public_key()), None)
    first = own or certificates[0]
    found = Certificate(ref, first.not_valid_before_utc, first.not_valid_after_utc, own is not None)
    return found, SigningKey(key, first.fingerprint(SHA256()))


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
        raise Unresolved(
            f"{ref} is a PFX with an unsupported cipher; export it again with AES-256"
        ) from None
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
        raise Unresolved(f"{ref} has a key of an unknown type; Entra accepts only RSA") from None
    except (ValueError, TypeError):
        if is_locked:
            raise _locked(ref, password) from None
        raise Unresolved(
            f"{ref} contains a private key that cannot be read; export it again"
        ) from None


def _pem_certificates(ref: SecretRef, data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in data:
        return []
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise Unresolved(
            f"{ref} contains a certificate that cannot be read; export it again"
        ) from None


def _locked(ref: SecretRef, password: bytes | None) -> Unresolved:
    """The error for a key that the password does not open. A damaged file looks the same."""
    if password is None:
        return Unresolved(
            f"{ref} is protected by a password, but the identity has no password; "
            "add password: {env: NAME} to the identity"
        )
    return Unresolved(f"{ref} cannot be opened: its password is wrong, or the file is damaged")


def is_pem(data: bytes) -> bool:
    """Whether the bytes are PEM text."""
    return _BEGIN in data


def unpacked(data: bytes) -> bytes:
    """The bytes as PEM with plain line ends, or as PFX in DER; unchanged if they are neither.

    Key Vault returns a PFX as base64 without PEM lines. A variable may hold line ends as `\\n`,
    have lost them, or contain the whole file in base64 or in quotes. Editors add byte order marks.
    """
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    text = data.removeprefix(b"\xef\xbb\xbf").strip().strip(b"\"'")
    if is_pem(text):
        return _pem(text)
    if not _BASE64.fullmatch(text := _LINE_ENDS.sub(b"\n", text)):
        return data
    packed = b"".join(text.split()).translate(_STANDARD).rstrip(b"=")
    try:
        inner = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        return data
    return _pem(inner) if is_pem(inner) else inner


def _pem(text: bytes) -> bytes:
    """PEM blocks with line ends where the format requires them."""
    lines = _LINE_ENDS.sub(b"\n", text)
    return _BLOCK.sub(_block, lines) + b"\n"


def _block(found: re.Match[bytes]) -> bytes:
    label, body = found[1], found[2]
    if b":" not in body:  # headers of an encrypted key are lines of their own
        packed = b"".join(body.split())
        rows = (packed[at : at + _BASE64_LINE] for at in range(0, len(packed), _BASE64_LINE))
        body = b"\n" + b"\n".join(rows) + b"\n"
    return b"-----BEGIN " + label + b"-----" + body + b"-----END " + label + b"-----"
