"""Is this certificate fit to sign in with? Looked at before it is used, since Entra says little.

The same certificate and key are looked at that azure-identity uses: the first of each.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from reconciler.azure.secrets import Unresolved
from reconciler.core.identities import SecretRef
from reconciler.core.links import Problem


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
                f"the private key in {self.ref} is not that of its first certificate",
                "put the key and its own certificate first into one file, "
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
    try:
        key, certificate = _opened(data, password.encode() if password else None)
    except (ValueError, TypeError) as error:
        # cryptography says TypeError for a missing password, ValueError for all else.
        raise Unresolved(f"{ref}: {error}") from None
    if key is None or certificate is None:
        raise Unresolved(f"{ref} holds no private key with its certificate")
    if not isinstance(key, RSAPrivateKey):
        raise Unresolved(f"{ref} has no RSA key, and Entra takes no other")
    return Certificate(
        ref,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate.public_key() == key.public_key(),
    )


def _opened(data: bytes, password: bytes | None) -> tuple[object, x509.Certificate | None]:
    if b"-----BEGIN" in data:
        return load_pem_private_key(data, password), x509.load_pem_x509_certificate(data)
    key, certificate, _ = pkcs12.load_key_and_certificates(data, password)
    return key, certificate
