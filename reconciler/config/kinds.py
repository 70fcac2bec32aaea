"""Which ways to sign in does the file know? One small model for each kind of identity.

A new kind is one more class here, one more in the union, and a line in `wanted.identities`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reconciler.config import fields


class Part(BaseModel):
    """Every part of the file: no key that is not listed here, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Reference(Part):
    """Where a secret is to be found; the secret itself never stands in the file."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: fields.Variable | None = None
    """The environment variable that holds the secret."""
    file: fields.FilePath | None = None
    """The file that holds the secret; relative to the file that names it."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "Reference":
        if len(self.model_fields_set) != 1:
            raise fields.refuse("takes exactly one of env and file", fields.MASKED)
        return self


class ClientSecret(Part):
    """An app registration that signs in with a client secret."""

    kind: Literal["client_secret"]
    """How this identity signs in."""
    client_id: fields.ClientId
    """The application (client) ID of the app registration."""
    secret: Reference
    """Where the client secret is to be found."""
    expires_on: fields.Date | None = None
    """The day the secret ends: a finding from 30 days before."""


class ClientCertificate(Part):
    """An app registration that signs in with a certificate."""

    kind: Literal["client_certificate"]
    """How this identity signs in."""
    client_id: fields.ClientId
    """The application (client) ID of the app registration."""
    certificate: Reference
    """Where the certificate is to be found: PEM or PFX, with its private key."""
    password: Reference | None = None
    """Where the password of the private key is to be found, if it has one."""
    expires_on: fields.Date | None = None
    """The day the certificate ends: a finding from 30 days before."""


class AzureCli(Part):
    """Whoever is signed in to the Azure CLI; for interactive use."""

    kind: Literal["azure_cli"]
    """How this identity signs in."""


Identity = Annotated[ClientSecret | ClientCertificate | AzureCli, Field(discriminator="kind")]
