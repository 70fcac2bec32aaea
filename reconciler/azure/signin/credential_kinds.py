"""Credentials for each kind of identity, one small function for each, through azure-identity."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from azure.core.credentials import AccessToken
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
)

from reconciler.azure.http.retry import RetryBudget
from reconciler.azure.signin.cached_users import CachedUsers, UserLogin
from reconciler.azure.signin.federated_tokens import EXCHANGE, PlatformTokens
from reconciler.azure.signin.secrets import Secrets, Unresolved
from reconciler.core.identities import Identity

T = TypeVar("T")

CLI_TIMEOUT_S = 60


class Credential(Protocol):
    """The interface of all azure-identity credentials."""

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What a credential is opened with.

    platform  the tokens that this machine or pipeline hands out
    options   of azure-identity: authority and transport
    patience  how long platforms and key vaults are tried again
    people    whose sign-ins may be used; None where the file names nobody
    """

    identity: Identity
    tenant_id: str
    secrets: Secrets
    platform: PlatformTokens
    options: dict[str, Any]
    budget: RetryBudget
    people: CachedUsers | None = None

    @property
    def client_id(self) -> str:
        """The application that signs in."""
        return given(self.identity.client_id)


def given(value: T | None) -> T:
    """A field that the file's model requires of this kind."""
    if value is None:
        raise Unresolved("a field of this kind of identity is missing")
    return value


def _client_secret(opening: Opening) -> Credential:
    identity = opening.identity
    secret = opening.secrets.resolve_secret(identity, given(identity.secret), opening.budget)
    return ClientSecretCredential(opening.tenant_id, opening.client_id, secret, **opening.options)


def _client_certificate(opening: Opening) -> Credential:
    from reconciler.azure.signin.certificates import signing_pem

    identity, secrets = opening.identity, opening.secrets
    ref, password = given(identity.certificate), identity.password
    budget = opening.budget
    text = secrets.resolve_secret(identity, password, budget) if password else None
    return CertificateCredential(
        opening.tenant_id,
        opening.client_id,
        certificate_data=signing_pem(ref, secrets.resolve(ref, budget), text),
        **opening.options,
    )


def _workload_identity(opening: Opening) -> Credential:
    ref = given(opening.identity.token)
    return _by_assertion(opening, opening.platform.workload(ref, opening.budget))


def _federated_managed_identity(opening: Opening) -> Credential:
    own = opening.identity.managed_identity
    token = opening.platform.managed_identity(own, EXCHANGE, opening.budget)
    return _by_assertion(opening, token)


def _by_assertion(opening: Opening, assertion: str) -> Credential:
    return ClientAssertionCredential(
        opening.tenant_id, opening.client_id, lambda: assertion, **opening.options
    )


@dataclass(frozen=True, slots=True)
class _ManagedIdentity:
    """The machine's own identity, in its own tenant: the tenant is its and not the file's."""

    opening: Opening

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        opening, (scope,) = self.opening, scopes
        client_id = opening.identity.client_id
        token = opening.platform.managed_identity(client_id, scope, opening.budget)
        return AccessToken(token, 0)


def _managed_identity(opening: Opening) -> Credential:
    return _ManagedIdentity(opening)


def _user(opening: Opening) -> Credential:
    people, identity = given(opening.people), opening.identity
    people.expect(identity)
    login = UserLogin(opening.options["authority"], opening.tenant_id, given(identity.username))
    return login.open(people.records, opening.options)


def _azure_cli(opening: Opening) -> Credential:
    return AzureCliCredential(tenant_id=opening.tenant_id, process_timeout=CLI_TIMEOUT_S)


KINDS: dict[str, Callable[[Opening], Credential]] = {
    "client_secret": _client_secret,
    "client_certificate": _client_certificate,
    "workload_identity": _workload_identity,
    "managed_identity": _managed_identity,
    "federated_managed_identity": _federated_managed_identity,
    "user": _user,
    "azure_cli": _azure_cli,
}
"""Each kind that a file may name."""
