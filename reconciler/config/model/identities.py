"""Models of the identities in tenants.yaml, one class for each kind.

A new kind needs a model here, a class with the same field names in `core.identities`, and a
function in `azure.signin.credential_kinds`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from reconciler.config.model import fields, identity_fields

PartT = TypeVar("PartT", bound="Part")


class Part(BaseModel):
    """The base of all parts of the file: immutable, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """The keys of this part, as the file writes them."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class Reference(Part):
    """A reference to a secret. The secret itself is never in the file."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: identity_fields.Variable | None = None
    """The environment variable with the secret. With client_id: per_tenant, {KEY} in it is replaced
    by the tenant's key in upper case, with _ for -."""
    file: identity_fields.FilePath | None = None
    """The file with the secret, relative to this file. With client_id: per_tenant, {key} in it is
    replaced by the tenant's key."""
    keyvault: identity_fields.SecretUrl | None = None
    """The URL of a secret in a key vault of the cloud: https://VAULT.…/secrets/NAME. With
    client_id: per_tenant, {key} in it is replaced by the tenant's key."""
    command: Annotated[list[identity_fields.Word], Field(min_length=1)] | None = None
    """A program that prints the secret, and its arguments. It runs without a shell, and only if
    PAL_RECONCILE_ALLOW_COMMANDS=1 is set."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "Reference":
        return _exactly_one(self)

    @property
    def texts(self) -> list[str]:
        """The texts that may contain a placeholder: the value, or a program's arguments."""
        if self.command is not None:
            return self.command[1:]
        return [text for text in (self.env, self.file, self.keyvault) if text is not None]


class WorkloadToken(Part):
    """The source of the token that a workload uses in place of a secret."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    file: identity_fields.FilePath | None = None
    """The file with the token, as in Kubernetes."""
    github: identity_fields.Word | None = None
    """The audience of the GitHub Actions token: api://AzureADTokenExchange."""
    azure_pipelines: identity_fields.Word | None = None
    """The ID of the service connection in Azure Pipelines."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "WorkloadToken":
        return _exactly_one(self)


def _exactly_one(part: PartT) -> PartT:
    if len(part.model_fields_set) != 1:
        *others, last = type(part).model_fields
        raise fields.refuse(
            f"must have exactly one of {', '.join(others)} and {last}", fields.MASKED
        )
    return part


def _form(value: object) -> str:
    return "many" if isinstance(value, list) else "one"


References = Annotated[
    Annotated[Reference, Tag("one")] | Annotated[list[Reference], Field(min_length=1), Tag("many")],
    Discriminator(_form),
]
"""One reference, or several that are tried in order. Error paths leave out the tag."""


class ClientSecretSettings(Part):
    """An app registration that signs in with a client secret."""

    kind: Literal["client_secret"]
    """How this identity signs in."""
    client_id: identity_fields.AppId
    """The application (client) ID of the app registration; per_tenant if each customer has its own,
    given at the tenant."""
    secret: References
    """A reference to the client secret. In a list, the first that Entra accepts is used, so that
    secrets can be rotated without downtime."""
    expires_on: fields.Date | None = None
    """The day the secret expires. A finding from 30 days before."""


class ClientCertificateSettings(Part):
    """An app registration that signs in with a certificate."""

    kind: Literal["client_certificate"]
    """How this identity signs in."""
    client_id: identity_fields.AppId
    """The application (client) ID of the app registration; per_tenant if each customer has its own,
    given at the tenant."""
    certificate: Reference
    """A reference to the certificate: PEM or PFX, with its private key."""
    password: Reference | None = None
    """A reference to the password of the private key, if it has one."""
    expires_on: fields.Date | None = None
    """The day the certificate expires. A finding from 30 days before."""


class WorkloadIdentitySettings(Part):
    """An app registration that trusts tokens of a platform, without a secret."""

    kind: Literal["workload_identity"]
    """How this identity signs in."""
    client_id: identity_fields.AppId
    """The application (client) ID of the app registration; per_tenant if each customer has its own,
    given at the tenant."""
    token: WorkloadToken
    """The source of the platform's token."""
    expires_on: fields.Date | None = None
    """The day the trust ends. A finding from 30 days before."""


class ManagedIdentitySettings(Part):
    """The managed identity of the machine of the run. It works in its own tenant only."""

    kind: Literal["managed_identity"]
    """How this identity signs in."""
    client_id: identity_fields.ClientId | None = None
    """The client ID of a user-assigned identity. The default is the system-assigned identity."""
    expires_on: fields.Date | None = None
    """The day the identity ends. A finding from 30 days before."""


class FederatedManagedIdentitySettings(Part):
    """A multi-tenant app that trusts a managed identity: all customers, without a secret."""

    kind: Literal["federated_managed_identity"]
    """How this identity signs in."""
    client_id: identity_fields.ClientId
    """The client ID of the app, which is registered in the managed identity's own tenant."""
    managed_identity: identity_fields.ClientId | None = None
    """The client ID of the managed identity. The default is the system-assigned identity."""
    expires_on: fields.Date | None = None
    """The day the trust ends. A finding from 30 days before."""


class UserSettings(Part):
    """A person: a guest user, or an account of the customer. They sign in once per tenant."""

    kind: Literal["user"]
    """How this identity signs in."""
    username: identity_fields.Username
    """The user name that this person signs in with."""
    unattended: identity_fields.YesNo = False
    """Whether a run without a terminal may use the stored sign-in."""
    expires_on: fields.Date | None = None
    """The day the account ends. A finding from 30 days before."""


class AzureCliSettings(Part):
    """The user who is signed in to the Azure CLI; for interactive use."""

    kind: Literal["azure_cli"]
    """How this identity signs in."""


Identity = Annotated[
    ClientSecretSettings
    | ClientCertificateSettings
    | WorkloadIdentitySettings
    | ManagedIdentitySettings
    | FederatedManagedIdentitySettings
    | UserSettings
    | AzureCliSettings,
    Field(discriminator="kind"),
]

KINDS: Mapping[str, type[Part]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(Identity)[0])
}
"""The model of each kind."""
