"""How does each kind of identity get a token? azure-identity does it, through our own transport.

A credential is made for one identity in one tenant and thrown away with it. One credential for
many tenants would be quadratic: MSAL scans its whole token cache at each call. Measured with
azure-identity 1.27: 6 ms of CPU a tenant at 2,000 tenants, 10 ms at 5,000, and rising; one small
credential each stays flat at about 2 ms.
"""

import json
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Any, Protocol, TypeVar

from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import HttpTransport
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
)

from reconciler.azure.clouds import Cloud
from reconciler.azure.directories import Directories
from reconciler.azure.hosts import origin
from reconciler.azure.https import HttpReply, Https
from reconciler.azure.refusals import SignIn, of_sign_in, sign_in_trouble
from reconciler.azure.retry import Trouble
from reconciler.azure.secrets import Unresolved, resolve, resolve_text
from reconciler.core.identities import Identity
from reconciler.core.links import Problem

T = TypeVar("T")


class Credential(Protocol):
    """What all of azure-identity's credentials can do."""

    def get_token(self, *scopes: str) -> AccessToken: ...


class Entra:
    """Where tokens come from: one authority, for all identities and tenants of a run."""

    def __init__(self, cloud: Cloud, https: Https) -> None:
        self.cloud = cloud
        self.https = https
        self.directories = Directories(cloud.authority, https)

    def token(self, identity: Identity, tenant_id: str) -> str:
        """Sign in once and return an access token for ARM; raises `Trouble`."""
        transport = _Transport(self, SignIn(tenant_id, identity.client_id or "", self.authority))
        try:
            credential = KINDS[identity.kind](identity, tenant_id, self._options(transport))
            return str(credential.get_token(self.cloud.scope).token)
        except Unresolved as error:
            raise _unusable(identity, str(error)) from None
        except CredentialUnavailableError as error:
            raise _unusable(identity, str(error.message)) from None
        except ClientAuthenticationError as error:
            raise transport.trouble or sign_in_trouble(error.message, transport.who) from None

    @property
    def authority(self) -> str:
        """The origin that tokens are asked from."""
        return self.cloud.authority

    def _options(self, transport: "_Transport") -> dict[str, Any]:
        return {
            "authority": self.authority,
            # Whether this authority is trusted was decided by whoever chose the endpoint.
            "disable_instance_discovery": True,
            "transport": transport,
            # One policy that does nothing, in place of azure-core's own: those retry, and sleep
            # in the thread while they do.
            "policies": [SansIOHTTPPolicy()],
        }


def _client_secret(identity: Identity, tenant_id: str, options: dict[str, Any]) -> Credential:
    secret = resolve_text(_given(identity.secret))
    return ClientSecretCredential(tenant_id, _given(identity.client_id), secret, **options)


def _client_certificate(identity: Identity, tenant_id: str, options: dict[str, Any]) -> Credential:
    certificate = _given(identity.certificate)
    password = resolve_text(identity.password) if identity.password else None
    try:
        return CertificateCredential(
            tenant_id,
            _given(identity.client_id),
            certificate_data=resolve(certificate),
            password=password,
            **options,
        )
    except (ValueError, TypeError) as error:
        # cryptography says TypeError for a missing password, ValueError for all else.
        raise _unusable(identity, f"{certificate}: {error}") from None


def _azure_cli(identity: Identity, tenant_id: str, options: dict[str, Any]) -> Credential:
    return AzureCliCredential(tenant_id=tenant_id, process_timeout=60)


KINDS: dict[str, Callable[[Identity, str, dict[str, Any]], Credential]] = {
    "client_secret": _client_secret,
    "client_certificate": _client_certificate,
    "azure_cli": _azure_cli,
}
"""Each kind that a file may name, and how it is opened."""


class _Transport(HttpTransport[Any, "_Response"]):
    """azure-identity's way out. It reaches the authority and nothing else.

    The tenant's OpenID document is answered from the pattern; whatever is not a token is raised
    here, so that MSAL never caches a refusal and answers the next try from its cache.
    """

    def __init__(self, entra: Entra, who: SignIn) -> None:
        self.who = who
        self.trouble: Trouble | None = None
        self._entra = entra

    def send(self, request: Any, **_: Any) -> "_Response":
        try:
            return _Response(self._answer(request))
        except Trouble as trouble:
            self.trouble = trouble
            raise

    def _answer(self, request: Any) -> HttpReply:
        if request.method == "GET" and request.url.endswith("/.well-known/openid-configuration"):
            return HttpReply(200, {}, self._entra.directories.document(self.who.tenant))
        if origin(request.url) != origin(self._entra.authority):
            raise Trouble(
                Problem(
                    "sign_in_refused",
                    f"azure-identity wanted to ask {origin(request.url)}; nothing was sent there",
                    "unset AZURE_REGIONAL_AUTHORITY_NAME and similar settings",
                )
            )
        reply = self._entra.https.send(
            request.method, request.url, headers=request.headers, body=request.content
        )
        if reply.status != 200:
            raise of_sign_in(reply, self.who)
        try:
            json.loads(reply.body)["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise sign_in_trouble("the answer holds no token", self.who) from None
        return reply

    def open(self) -> None:
        """Nothing to open: the connections are the run's."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> "_Transport":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Nothing to close."""


class _Response:
    """As much of azure-core's response as azure-identity looks at."""

    def __init__(self, reply: HttpReply) -> None:
        self.status_code = reply.status
        self.headers = reply.headers
        self._body = reply.body

    @cached_property
    def _text(self) -> str:
        return self._body.decode("utf-8", "replace")

    def text(self, encoding: str | None = None) -> str:
        return self._text


def _given(value: T | None) -> T:
    """A field that the file's model requires of this kind."""
    if value is None:
        raise Unresolved("a field of this kind of identity is missing")
    return value


def _unusable(identity: Identity, why: str) -> Trouble:
    return Trouble(
        Problem(
            "credential_unusable",
            f"identity {identity.name}: {' '.join(why.split())[:300]}",
            "run validate and see to the identity's references in the file",
        )
    )
