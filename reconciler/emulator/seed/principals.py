"""Principals of a seed: apps, users, managed identities, token issuers and pipelines."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field

from reconciler.emulator.entra.assertions import EXCHANGE
from reconciler.emulator.seed.fields import (
    Flag,
    Guid,
    HttpsUrl,
    Lower,
    ObjectIds,
    Part,
    TenantId,
    TenantIds,
    TenantIdsOrAll,
)
from reconciler.emulator.state.directory import Client, Directory, Federated
from reconciler.emulator.state.people import User, derived
from reconciler.emulator.state.workloads import (
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    PIPELINES_ISSUER,
    ManagedIdentity,
    Presented,
    machine_tenant_id,
    pipelines_subject,
)


def _username(text: str) -> str:
    name = text.strip().lower()
    if name.count("@") != 1 or name.startswith("@"):
        raise ValueError(f"{name!r} is not a user principal name")
    return name


def _certificate(text: str) -> str:
    from cryptography import x509  # takes a while to load, and most apps show a secret

    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise ValueError("expected a certificate in PEM") from None
    return text


def _public_key(text: str) -> str:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        load_pem_public_key(text.encode())
    except ValueError:
        raise ValueError("expected a public key in PEM") from None
    return text


class FederatedEntry(Part):
    """One of a client's `federated`."""

    issuer: HttpsUrl
    subject: str
    audience: str = EXCHANGE


class ClientEntry(Part):
    """One of `clients`."""

    client_id: Guid
    secret: str | None = Field(default=None, repr=False)
    certificate: Annotated[str, AfterValidator(_certificate)] | None = None
    tenant: TenantId | None = None
    federated: tuple[FederatedEntry, ...] | None = None
    tenants: TenantIds | None = None
    absent_from: TenantIds = frozenset()
    foreign_in: TenantIds = frozenset()
    object_ids: ObjectIds = Field(default_factory=dict)

    def value(self) -> Client:
        """Return the app registration."""
        values = dict(self)
        values["home"] = values.pop("tenant")
        if self.federated is not None:
            values["federated"] = tuple(Federated(**dict(entry)) for entry in self.federated)
        return Client(**values)


class UserEntry(Part):
    """One of `users`, or changes to a user."""

    username: Annotated[str, AfterValidator(_username)]
    tenant: TenantId = ""
    password: str | None = Field(default=None, repr=False)
    guest_in: TenantIds | None = None
    absent_from: TenantIds = frozenset()
    foreign_in: TenantIds = frozenset()
    disabled_in: TenantIdsOrAll = frozenset()
    blocked_in: TenantIdsOrAll = frozenset()
    mfa_required: TenantIdsOrAll = frozenset()
    object_ids: ObjectIds = Field(default_factory=dict)

    def value(self, directory: Directory, before: User | None = None) -> User:
        """Return the user `before`, or a derived one, with the given fields changed."""
        changes = {name: getattr(self, name) for name in self.model_fields_set - {"username"}}
        if "tenant" in changes:
            changes["tenant_id"] = changes.pop("tenant")
        return replace(before or derived(self.username, directory), **changes)


class IdentityEntry(Part):
    """One of `managed_identities`."""

    client_id: Guid
    tenant: TenantId | None = None
    object_id: Guid | None = None
    system: Flag = False
    resource_id: str = ""

    def value(self, directory: Directory) -> ManagedIdentity:
        """Return the identity; the directory gives what is absent."""
        tenant_id = self.tenant or machine_tenant_id(directory)
        object_id = self.object_id or directory.object_id(tenant_id, self.client_id)
        return ManagedIdentity(self.client_id, tenant_id, object_id, self.system, self.resource_id)


class ConnectionEntry(Part):
    """One of `azure_pipelines`."""

    service_connection_id: Lower
    issuer: str = PIPELINES_ISSUER
    subject: str | None = None

    def value(self) -> Presented:
        """Return the claims of the connection's tokens."""
        return Presented(self.issuer, self.subject or pipelines_subject(self.service_connection_id))


class GithubEntry(Part):
    """What `github` says about the tokens of GitHub Actions."""

    issuer: str = GITHUB_ISSUER
    subject: str = GITHUB_SUBJECT


class IssuerEntry(Part):
    """One of `issuers`: its URL and its public key in PEM."""

    issuer: HttpsUrl
    key: Annotated[str, AfterValidator(_public_key)]
