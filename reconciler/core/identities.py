"""How does somebody sign in? The recipe of a credential: references only, never a secret.

These values travel to workers and may be pickled; `azure.secrets` resolves a reference where the
secret is used, and nowhere else.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is to be found.

    source     `env`, `file`, `keyvault` or `command`
    name       the variable's name, the file's absolute path, the secret's URL, or the program
    arguments  of the program; nothing else has any
    where      the place in the file that says so, `tenants.yaml:9:13`, for complaints
    """

    source: str
    name: str
    where: str = field(default="", compare=False)
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The reference as the file has it, but for a program's arguments, which may tell much."""
        name = f"[{self.name}{', …' * bool(self.arguments)}]" if self.is_command else self.name
        return f"{{{self.source}: {name}}}"

    @property
    def is_command(self) -> bool:
        """Whether a program has to run to get the secret."""
        return self.source == "command"


@dataclass(frozen=True, slots=True)
class TokenRef:
    """Where a workload gets the token that stands for a secret.

    source  `file`, `github` or `azure_pipelines`
    name    the file's absolute path, the audience, or the service connection's ID
    """

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity of the file.

    kind              one of the kinds that `azure.kinds` can open
    client_id         the application's client ID in lower case; None where the kind has none
    secret            of `client_secret`
    certificate       of `client_certificate`: a PEM or PFX file with its key
    password          of `client_certificate`, if its key is encrypted
    token             of `workload_identity`
    managed_identity  of `federated_managed_identity`: its client ID; None is the system's own
    username          of `user`: the name that the person signs in with
    unattended        of `user`: whether a run without a person may use what is kept of a sign-in
    expires_on        the day the credential ends, as the operator noted it
    """

    name: str
    kind: str
    client_id: str | None = None
    secret: SecretRef | None = None
    certificate: SecretRef | None = None
    password: SecretRef | None = None
    token: TokenRef | None = None
    managed_identity: str | None = None
    expires_on: date | None = None
    username: str | None = None
    unattended: bool = False

    @property
    def secret_refs(self) -> tuple[SecretRef, ...]:
        """All references that must resolve before this identity can sign in."""
        return tuple(ref for ref in (self.secret, self.certificate, self.password) if ref)
