"""Models of the identities in the file: one for each kind.

A new kind needs a model here, a class with the same field names in `core.identities`, and a
function in `azure.signin.credential_kinds`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from reconciler.config.model import fields

PartT = TypeVar("PartT", bound="Part")


class Part(BaseModel):
    """Every part of the file: no key that is not listed here, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """The keys that the file may write here. A few are no names that Python allows."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class Reference(Part):
    """Where a secret is to be found; the secret itself never stands in the file."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: fields.Variable | None = None
    """The environment variable that holds the secret. With client_id: per_tenant, {KEY} in it
    stands for the tenant's key in upper case, with _ for -."""
    file: fields.FilePath | None = None
    """The file that holds the secret; relative to the file that names it. With client_id:
    per_tenant, {key} in it stands for the tenant's key."""
    keyvault: fields.SecretUrl | None = None
    """The URL of a secret in one of the cloud's key vaults: https://VAULT.…/secrets/NAME. With
    client_id: per_tenant, {key} in it stands for the tenant's key."""
    command: Annotated[list[fields.Word], Field(min_length=1)] | None = None
    """A program and its arguments, which prints the secret. PAL_RECONCILE_ALLOW_COMMANDS=1 lets
    it run, without a shell."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "Reference":
        return _exactly_one(self)

    @property
    def texts(self) -> list[str]:
        """What may hold a placeholder: the one field that is set, but for a program's name."""
        if self.command is not None:
            return self.command[1:]
        return [text for text in (self.env, self.file, self.keyvault) if text is not None]


class WorkloadToken(Part):
    """Where a workload gets the token that stands for a secret."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    file: fields.FilePath | None = None
    """The file in which the platform keeps the token, as Kubernetes does."""
    github: fields.Word | None = None
    """The audience to ask GitHub Actions for: api://AzureADTokenExchange."""
    azure_pipelines: fields.Word | None = None
    """The ID of the service connection in Azure Pipelines."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "WorkloadToken":
        return _exactly_one(self)


def _exactly_one(part: PartT) -> PartT:
    if len(part.model_fields_set) != 1:
        *others, last = type(part).model_fields
        raise fields.refuse(f"takes exactly one of {', '.join(others)} and {last}", fields.MASKED)
    return part


def _form(value: object) -> str:
    return "many" if isinstance(value, list) else "one"


References = Annotated[
    Annotated[Reference, Tag("one")] | Annotated[list[Reference], Field(min_length=1), Tag("many")],
    Discriminator(_form),
]
"""One reference, or several that are tried in turn. `wording` takes the tag out of its paths."""


class ClientSecretSettings(Part):
    """An app registration that signs in with a client secret."""

    kind: Literal["client_secret"]
    """How this identity signs in."""
    client_id: fields.AppId
    """The application (client) ID of the app registration; per_tenant where each customer has one
    of its own, which stands at the tenant."""
    secret: References
    """Where the client secret is to be found. Of a list, the first that Entra accepts is used:
    a rotation without a gap."""
    expires_on: fields.Date | None = None
    """The day the secret ends: a finding from 30 days before."""


class ClientCertificateSettings(Part):
    """An app registration that signs in with a certificate."""

    kind: Literal["client_certificate"]
    """How this identity signs in."""
    client_id: fields.AppId
    """The application (client) ID of the app registration; per_tenant where each customer has one
    of its own, which stands at the tenant."""
    certificate: Reference
    """Where the certificate is to be found: PEM or PFX, with its private key."""
    password: Reference | None = None
    """Where the password of the private key is to be found, if it has one."""
    expires_on: fields.Date | None = None
    """The day the certificate ends: a finding from 30 days before."""


class WorkloadIdentitySettings(Part):
    """An app registration that trusts the tokens of a platform: no secret at all."""

    kind: Literal["workload_identity"]
    """How this identity signs in."""
    client_id: fields.AppId
    """The application (client) ID of the app registration; per_tenant where each customer has one
    of its own, which stands at the tenant."""
    token: WorkloadToken
    """Where the platform's token is to be had."""
    expires_on: fields.Date | None = None
    """The day the trust ends: a finding from 30 days before."""


class ManagedIdentitySettings(Part):
    """The identity of the machine that the run is on, in its own tenant only."""

    kind: Literal["managed_identity"]
    """How this identity signs in."""
    client_id: fields.ClientId | None = None
    """The client ID of a user-assigned identity; the system-assigned one unless given."""
    expires_on: fields.Date | None = None
    """The day the identity ends: a finding from 30 days before."""


class FederatedManagedIdentitySettings(Part):
    """A multi-tenant app that trusts a managed identity: the secret-free way to every customer."""

    kind: Literal["federated_managed_identity"]
    """How this identity signs in."""
    client_id: fields.ClientId
    """The client ID of the app, which lives in the managed identity's own tenant."""
    managed_identity: fields.ClientId | None = None
    """The client ID of the managed identity; the system-assigned one unless given."""
    expires_on: fields.Date | None = None
    """The day the trust ends: a finding from 30 days before."""


class UserSettings(Part):
    """A person: a guest user, or an account that the customer made. Each signs in once a tenant."""

    kind: Literal["user"]
    """How this identity signs in."""
    username: fields.Username
    """The name that this person signs in with."""
    unattended: fields.YesNo = False
    """Whether a run without a terminal may read and write with what is kept of the sign-in."""
    expires_on: fields.Date | None = None
    """The day the account ends: a finding from 30 days before."""


class AzureCliSettings(Part):
    """Whoever is signed in to the Azure CLI; for interactive use."""

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
