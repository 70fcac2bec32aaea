"""Certificates for clients that sign in with one."""

from __future__ import annotations

import datetime
from base64 import urlsafe_b64encode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def certificate(key: rsa.RSAPrivateKey, days: int = 20 * 365) -> str:
    """Return a self-signed certificate of the key, in PEM, valid for this many days from 2026."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "contoso")])
    start = datetime.datetime(2026, 1, 1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def thumbprint(pem: str) -> str:
    """Return the thumbprint for the header of an assertion: `x5t#S256`."""
    digest = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256())
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def private(key: rsa.RSAPrivateKey) -> str:
    """Return the private key in PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
