"""Credentials for each kind of identity, one small function for each, through azure-identity."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, singledispatch
from typing import Protocol

from azure.core.credentials import AccessToken
from azure.identity import AzureCliCredential

from reconciler.azure.http.retry import RetryBudget
from reconciler.azure.signin.app_credentials import (
    by_assertion,
    by_secret,
    client_assertion,
    token_endpoint,
)
from reconciler.azure.signin.cached_users import CachedUsers, UserLogin
from reconciler.azure.signin.federated_tokens import PlatformTokens
from reconciler.azure.signin.secrets.references import Secrets, Unresolved
from reconciler.azure.signin.transport import Transport
from reconciler.core.identities import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedManagedIdentity,
    Identity,
    ManagedIdentity,
    User,
    WorkloadIdentity,
)

CLI_TIMEOUT_S = 60


class Credential(Protocol):
    """The interface of all azure-identity credentials."""

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What a credential is opened with.

    transport  to the authority; it knows the tenant and the app
    platform   the tokens that this machine or pipeline issues
    budget     how long platforms and key vaults are retried
    people     the saved sign-ins that may be used; None if the file lists no user
    """

    transport: Transport
    secrets: Secrets
    platform: PlatformTokens
    budget: RetryBudget
    people: CachedUsers | None = None


@singledispatch
def open_credential(identity: Identity, opening: Opening) -> Credential:  # noqa: ARG001
    """The credential of an identity in one tenant; raises `Unresolved`."""
    raise Unresolved(f"identities of kind {identity.kind} cannot sign in")


@open_credential.register
def _(identity: ClientSecret, opening: Opening) -> Credential:
    secret = opening.secrets.resolve_secret(identity, identity.secret[0], opening.budget)
    return by_secret(opening.transport, _client_id(identity), secret)


@open_credential.register
def _(identity: ClientCertificate, opening: Opening) -> Credential:
    from reconciler.azure.signin.certificates import signing_key

    secrets, budget, client_id = opening.secrets, opening.budget, _client_id(identity)
    ref, password = identity.certificate, identity.password
    text = secrets.resolve_secret(identity, password, budget) if password else None
    signing = signing_key(ref, secrets.resolve(ref, budget), text)
    who = opening.transport.who
    assertion = client_assertion(signing, client_id, token_endpoint(who.authority, who.tenant))
    return by_assertion(opening.transport, client_id, assertion)


@open_credential.register(WorkloadIdentity)
@open_credential.register(FederatedManagedIdentity)
def _(identity: WorkloadIdentity | FederatedManagedIdentity, opening: Opening) -> Credential:
    ask = platform_token(identity, opening.platform, opening.budget)
    return by_assertion(opening.transport, _client_id(identity), ask() if ask else "")


@open_credential.register
def _(identity: ManagedIdentity, opening: Opening) -> Credential:
    return _ManagedIdentityCredential(identity, opening)


@open_credential.register
def _(identity: User, opening: Opening) -> Credential:
    people = opening.people
    if people is None:
        raise Unresolved("no sign-ins of users can be used in this run")
    people.expect(identity)
    who = opening.transport.who
    login = UserLogin(who.authority, who.tenant, identity.username)
    return login.open(people.records, opening.transport.options())


@open_credential.register
def _(identity: AzureCli, opening: Opening) -> Credential:  # noqa: ARG001
    return AzureCliCredential(tenant_id=opening.transport.who.tenant, process_timeout=CLI_TIMEOUT_S)


def platform_token(
    identity: Identity, platform: PlatformTokens, budget: RetryBudget
) -> Callable[[], str] | None:
    """A function that asks for the token used instead of a secret; None for other kinds."""
    if isinstance(identity, WorkloadIdentity):
        return partial(platform.workload, identity.token, budget)
    if isinstance(identity, FederatedManagedIdentity):
        client_id, scope = identity.managed_identity, platform.exchange
        return partial(platform.managed_identity, client_id, scope, budget)
    return None


@dataclass(frozen=True, slots=True)
class _ManagedIdentityCredential:
    """The machine's own identity, in its own tenant, whatever tenant the file names."""

    identity: ManagedIdentity
    opening: Opening

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:  # noqa: ARG002
        (scope,) = scopes
        client_id, budget = self.identity.client_id, self.opening.budget
        return AccessToken(self.opening.platform.managed_identity(client_id, scope, budget), 0)


def _client_id(identity: Identity) -> str:
    """The application that signs in, which the file's model requires of this kind."""
    if identity.client_id is None:
        raise Unresolved("client_id is missing")
    return identity.client_id
