"""A self-signed certificate in each of the forms that Azure's guides produce."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

PASSWORD = "correct horse"


def write_certificates(folder: Path) -> dict[str, str | None]:
    """Write them; returns each file's name with its password."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pal-reconcile test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(Encoding.PEM)
    locked = BestAvailableEncryption(PASSWORD.encode())

    def pem(lock: KeySerializationEncryption) -> bytes:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock) + public

    def pfx(lock: KeySerializationEncryption) -> bytes:
        return pkcs12.serialize_key_and_certificates(b"pal", key, certificate, None, lock)

    forms = {
        "open.pem": (pem(NoEncryption()), None),
        "locked.pem": (pem(locked), PASSWORD),
        "open.pfx": (pfx(NoEncryption()), None),
        "locked.pfx": (pfx(locked), PASSWORD),
    }
    for file, (data, _) in forms.items():
        path = folder / file
        path.write_bytes(data)
        path.chmod(0o600)
    return {file: password for file, (_, password) in forms.items()}


def write_pair(
    path: Path, key: Any = None, *, begins: float = -1, ends: float = 90, other_key: Any = None
) -> Path:
    """A PEM of a key and a certificate, which is another key's if one is given; days from now."""
    now = datetime.now(UTC)
    own = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key((other_key or own).public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .sign(own, hashes.SHA256())
    )
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    path.chmod(0o600)
    return path
