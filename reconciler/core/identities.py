"""Identities: one frozen class for each kind, with references to secrets and never a secret.

These values are sent to workers and survive pickle. `azure.signin.secrets.references` resolves a
reference where the secret is used, and nowhere else. The fields of a kind are named like its keys
in the file: `config.credentials` fills them by name.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from datetime import date
from typing import Any, ClassVar, TypeVar

from reconciler.core.links import App, Place

IdentityT = TypeVar("IdentityT", bound="Identity")

PLACEHOLDERS = ("{key}", "{KEY}")
"""Stand for a customer's key in a reference: as it is, and as environment variables write it."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A reference to a secret.

    source     `env`, `file`, `keyvault` or `command`
    name       the variable's name, the file's absolute path, the secret's URL, or the program
    arguments  of the program; empty for other sources
    where      the place in the file, `tenants.yaml:9:13`, for messages
    """

    source: str
    name: str
    where: str = field(default="", compare=False)
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The reference as the file has it, without a program's arguments: they may be secret."""
        name = f"[{self.name}{', …' * bool(self.arguments)}]" if self.is_command else self.name
        return f"{{{self.source}: {name}}}"

    def filled(self, app: App) -> "SecretRef":
        """The reference for a customer's own app: its key replaces the placeholders."""
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
    """A reference to the platform's token that a workload signs in with instead of a secret.

    source  `file`, `github` or `azure_pipelines`
    name    the file's absolute path, the audience, or the service connection's ID
    """

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What the identities of all kinds have in common.

    kind        as the file names it
    is_person   whether a person signs in, who can use MFA
    client_id   the application's client ID in lower case; None for a kind without one, and until
                `at` if each customer has an app of its own
    username    the name that a person signs in with; None for other kinds
    expires_on  the day on which the credential ends, as the file notes it
    tenant      the customer whose own app this is; None for an identity that serves many
    """

    kind: ClassVar[str]
    is_person: ClassVar[bool] = False

    name: str
    client_id: str | None = None
    _: KW_ONLY
    username: str | None = None
    expires_on: date | None = None
    tenant: str | None = None

    def at(self: IdentityT, place: Place) -> IdentityT:
        """This identity as it signs in there: by the customer's own app if it has one."""
        app = place.app
        if app is None:
            return self
        filled = {each.name: _filled(getattr(self, each.name), app) for each in fields(self)}
        filled |= {"client_id": app.client_id, "tenant": place.tenant}
        return replace(self, **filled | {"expires_on": app.expires_on or self.expires_on})

    @property
    def label(self) -> str:
        """Its name, and whose app it is, for messages."""
        return f"{self.name} of {self.tenant}" if self.tenant else self.name

    @property
    def references(self) -> Mapping[str, tuple[SecretRef, ...]]:
        """Its references by their keys in the file. One of each key must resolve."""
        found: dict[str, tuple[SecretRef, ...]] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            refs = value if isinstance(value, tuple) else (value,)
            if refs and isinstance(refs[0], SecretRef):
                found[each.name] = refs
        return found

    @property
    def secret_refs(self) -> tuple[SecretRef, ...]:
        """All references that this identity may sign in with."""
        return tuple(ref for refs in self.references.values() for ref in refs)

    @property
    def needs_person(self) -> bool:
        """Whether it can sign in only while a person is at a terminal."""
        return False


def _filled(value: Any, app: App) -> Any:
    if isinstance(value, tuple):
        return tuple(_filled(each, app) for each in value)
    return value.filled(app) if isinstance(value, SecretRef) else value


@dataclass(frozen=True, slots=True)
class ClientSecret(Identity):
    """An app registration with a client secret.

    secret  one or several; if Entra refuses one, the next is tried
    """

    kind: ClassVar[str] = "client_secret"

    _: KW_ONLY
    secret: tuple[SecretRef, ...]


@dataclass(frozen=True, slots=True)
class ClientCertificate(Identity):
    """An app registration with a certificate.

    certificate  a PEM or PFX file with its key
    password     of the key, if it is encrypted
    """

    kind: ClassVar[str] = "client_certificate"

    _: KW_ONLY
    certificate: SecretRef
    password: SecretRef | None = None


@dataclass(frozen=True, slots=True)
class WorkloadIdentity(Identity):
    """An app registration that trusts the tokens of a platform."""

    kind: ClassVar[str] = "workload_identity"

    _: KW_ONLY
    token: TokenRef


@dataclass(frozen=True, slots=True)
class ManagedIdentity(Identity):
    """The managed identity of this machine, in its own tenant.

    client_id  of a user-assigned identity; None for the system-assigned one
    """

    kind: ClassVar[str] = "managed_identity"


@dataclass(frozen=True, slots=True)
class FederatedManagedIdentity(Identity):
    """A multi-tenant app that trusts a managed identity.

    managed_identity  the client ID of that identity; None for the system-assigned one
    """

    kind: ClassVar[str] = "federated_managed_identity"

    _: KW_ONLY
    managed_identity: str | None = None


@dataclass(frozen=True, slots=True)
class User(Identity):
    """A person who signs in once for each tenant.

    unattended  whether a run without a person may use the saved sign-in
    """

    kind: ClassVar[str] = "user"
    is_person: ClassVar[bool] = True

    _: KW_ONLY
    username: str
    unattended: bool = False

    @property
    def needs_person(self) -> bool:
        """Whether it can sign in only while a person is at a terminal."""
        return not self.unattended


@dataclass(frozen=True, slots=True)
class AzureCli(Identity):
    """The account that is signed in to the Azure CLI; for interactive use."""

    kind: ClassVar[str] = "azure_cli"
    is_person: ClassVar[bool] = True


KINDS: Mapping[str, type[Identity]] = {
    each.kind: each
    for each in (
        ClientSecret,
        ClientCertificate,
        WorkloadIdentity,
        ManagedIdentity,
        FederatedManagedIdentity,
        User,
        AzureCli,
    )
}
"""Each class by its word in the file."""
