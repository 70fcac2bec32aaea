"""Managed identities of the emulated machine, and the OIDC tokens of its pipelines.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid5

from reconciler.emulator.state.directory import OURS, Directory, derived_tenant_id

GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
# GitHub puts the IDs of owner and repository behind their names.
GITHUB_SUBJECT = "repo:contoso@1001/pal@2002:ref:refs/heads/main"
PIPELINES_ISSUER = f"https://vstoken.dev.azure.com/{uuid5(OURS, 'organization')}"
PIPELINES_SUBJECT = "sc://contoso/pal/{connection_id}"
MACHINE_DOMAIN = "contoso.onmicrosoft.com"
# Where each asks for its token, as the real ones do.
IMDS_PATH = "/metadata/identity/oauth2/token"
APP_SERVICE_PATH = "/msi/token"
GITHUB_PATH = "/_apis/distributedtask/hubs/actions/plans/1/jobs/1/idtoken"
PIPELINES_PATH = "/contoso/pal/_apis/distributedtask/hubs/build/plans/1/jobs/1/oidctoken"
NO_IDENTITY = "Identity not found"
ONE_ID_ONLY = "Only one of client_id, object_id and msi_res_id may be specified"
SEVERAL_IDENTITIES = (
    "Multiple user assigned identities exist, please specify the clientId / resourceId of the "
    "identity in the token request"
)


class Presented(NamedTuple):
    """The claims that a token of another issuer presents."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class ManagedIdentity:
    """An identity of the machine. The first three are lower-case GUIDs.

    resource_id: the ARM ID of a user-assigned identity, compared without regard to case
    is_system: whether it is the machine's own, which is taken when none is named
    """

    client_id: str
    tenant_id: str
    object_id: str
    is_system: bool = False
    resource_id: str = ""


class AskedFor(NamedTuple):
    """The identity that a request names; all empty for the machine's own or only one."""

    client_id: str = ""
    object_id: str = ""
    resource_id: str = ""


@dataclass(frozen=True)
class Workloads:
    """The machine's identities.

    identities: None means that every client ID is one of them
    connections: Azure Pipelines' service connections by ID; None means that every ID is one
    """

    identities: tuple[ManagedIdentity, ...] | None = None
    connections: dict[str, Presented] | None = None
    github: Presented = field(default=Presented(GITHUB_ISSUER, GITHUB_SUBJECT))

    def identity(self, asked: AskedFor, directory: Directory) -> ManagedIdentity | str:
        """Find the identity that is asked for, or say why there is none."""
        client_id, object_id, resource_id = (text.lower() for text in asked)
        if sum(bool(text) for text in asked) > 1:
            return ONE_ID_ONLY
        if self.identities is None:
            # An object or resource ID says nothing of the client that it belongs to.
            return NO_IDENTITY if object_id or resource_id else _derived(client_id, directory)
        if not any(asked):
            system = [identity for identity in self.identities if identity.is_system]
            return _only(system or self.identities, SEVERAL_IDENTITIES)
        found = (
            i
            for i in self.identities
            if (client_id and i.client_id == client_id)
            or (object_id and i.object_id == object_id)
            or (resource_id and i.resource_id.lower() == resource_id)
        )
        return _only(found, NO_IDENTITY)

    def connection(self, connection_id: str) -> Presented | None:
        """Find a service connection of Azure Pipelines."""
        if self.connections is not None:
            return self.connections.get(connection_id.lower())
        return Presented(PIPELINES_ISSUER, pipelines_subject(connection_id))


def pipelines_subject(connection_id: str) -> str:
    """Return the subject of a service connection that no seed names."""
    return PIPELINES_SUBJECT.format(connection_id=connection_id.lower())


def machine_tenant_id(directory: Directory) -> str:
    """Return the tenant of the machine: the first that the seed lists, or a derived one."""
    if directory.tenants:
        return directory.tenants[0].tenant_id
    return derived_tenant_id(MACHINE_DOMAIN)


def _derived(client_id: str, directory: Directory) -> ManagedIdentity:
    tenant_id = machine_tenant_id(directory)
    client_id = client_id or str(uuid5(OURS, "machine"))
    object_id = directory.object_id(tenant_id, client_id)
    return ManagedIdentity(client_id, tenant_id, object_id)


def _only(identities: Iterable[ManagedIdentity], several: str) -> ManagedIdentity | str:
    found = list(identities)
    if not found:
        return NO_IDENTITY
    return found[0] if len(found) == 1 else several


def environment(endpoint: str, plain_endpoint: str, secret: str) -> dict[str, dict[str, str]]:
    """Return the environment variables that each kind of machine has set.

    endpoint, plain_endpoint: base URLs, over TLS and over plain HTTP
    secret: what the machine shows to its token endpoint
    """
    return {
        "imds": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": plain_endpoint},
        "app_service": {
            "IDENTITY_ENDPOINT": f"{plain_endpoint}{APP_SERVICE_PATH}",
            "IDENTITY_HEADER": secret,
        },
        "github": {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{endpoint}{GITHUB_PATH}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret,
        },
        "azure_pipelines": {
            "SYSTEM_OIDCREQUESTURI": f"{endpoint}{PIPELINES_PATH}",
            "SYSTEM_ACCESSTOKEN": secret,
        },
    }
