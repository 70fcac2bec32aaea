"""How does somebody sign in? The recipe of a credential: references only, never a secret.

These values travel to workers and may be pickled; `azure.secrets` resolves a reference where the
secret is used, and nowhere else.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is to be found.

    source  `env` or `file`
    name    the variable's name, or the file's absolute path
    where   the place in the file that says so, `tenants.yaml:9:13`, for complaints
    """

    source: str
    name: str
    where: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{{{self.source}: {self.name}}}"


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity of the file.

    kind         one of the kinds that `azure.credentials` can open
    client_id    the application's client ID in lower case; None where the kind has none
    secret       of `client_secret`
    certificate  of `client_certificate`: a PEM or PFX file with its key
    password     of `client_certificate`, if its key is encrypted
    expires_on   the day the credential ends, as the operator noted it
    """

    name: str
    kind: str
    client_id: str | None = None
    secret: SecretRef | None = None
    certificate: SecretRef | None = None
    password: SecretRef | None = None
    expires_on: date | None = None

    @property
    def secret_refs(self) -> tuple[SecretRef, ...]:
        """All references that must resolve before this identity can sign in."""
        return tuple(ref for ref in (self.secret, self.certificate, self.password) if ref)
