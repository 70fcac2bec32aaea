"""How does somebody sign in? The recipe of a credential: references only, never a secret.

These values travel to workers and may be pickled; `azure.secrets` resolves a reference where the
secret is used, and nowhere else.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from reconciler.core.links import App, Place

PLACEHOLDERS = ("{key}", "{KEY}")
"""Where a reference differs by customer: its key, and the same as environments write it."""


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

    def filled(self, app: App) -> "SecretRef":
        """The reference of one customer's app: its key in place of the placeholders."""
        name, *arguments = (fill(text, app.key) for text in (self.name, *self.arguments))
        return replace(self, name=name, arguments=tuple(arguments))

    @property
    def is_command(self) -> bool:
        """Whether a program has to run to get the secret."""
        return self.source == "command"


def fill(text: str, key: str) -> str:
    """The text with a customer's key in it: `{key}` as it is, `{KEY}` as `CONTOSO_UK`."""
    small, large = PLACEHOLDERS
    return text.replace(small, key).replace(large, key.upper().replace("-", "_"))


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
    client_id         the application's client ID in lower case; None where the kind has none, and
                      where each customer has an app of its own
    tenant            the customer whose own app this is; None for an identity that serves many
    secret            of `client_secret`
    spare_secrets     of `client_secret`: tried in turn where Entra refuses the first
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
    tenant: str | None = None
    spare_secrets: tuple[SecretRef, ...] = ()

    def at(self, place: Place) -> "Identity":
        """This identity as it signs in there: by the customer's own app, where it has one."""
        app = place.app
        if app is None:
            return self
        return replace(
            self,
            client_id=app.client_id,
            secret=self.secret and self.secret.filled(app),
            certificate=self.certificate and self.certificate.filled(app),
            password=self.password and self.password.filled(app),
            spare_secrets=tuple(spare.filled(app) for spare in self.spare_secrets),
            expires_on=app.expires_on or self.expires_on,
            tenant=place.tenant,
        )

    @property
    def label(self) -> str:
        """Its name, and whose app it is, for messages."""
        return f"{self.name} of {self.tenant}" if self.tenant else self.name

    @property
    def secret_refs(self) -> tuple[SecretRef, ...]:
        """All references that this identity may sign in with."""
        listed = (self.secret, *self.spare_secrets, self.certificate, self.password)
        return tuple(ref for ref in listed if ref)

    @property
    def proofs(self) -> tuple[tuple[SecretRef, ...], ...]:
        """What must resolve before this identity can sign in: of each group, one."""
        secrets = (self.secret, *self.spare_secrets) if self.secret else ()
        groups = (secrets, *((ref,) for ref in (self.certificate, self.password) if ref))
        return tuple(group for group in groups if group)
