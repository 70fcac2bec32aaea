"""The credentials of apps: a secret, or an assertion such as the one a certificate signs.

They are those of `azure.identity.aio`, which build no MSAL application and request no OpenID
document. Their coroutines never suspend over a transport that answers before it returns, so they
need neither an event loop nor aiohttp. Measured with azure-identity 1.27 and msal 1.39, without the
HTTP request: 0.10 ms of CPU for each sign-in instead of 0.36.

azure-identity's CertificateCredential parses the RSA key twice for each credential object, about
100 ms of CPU for each tenant. Here the key is loaded once, and a signature takes about 1 ms.

Source: "Microsoft identity platform application authentication certificate credentials".
"""

import base64
import json
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import jwt
from azure.core.credentials import AccessToken
from azure.identity.aio import ClientAssertionCredential, ClientSecretCredential

from reconciler.azure.http.client import HttpReply
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.certificates import SigningKey
from reconciler.azure.signin.transport import Response, Transport
from reconciler.core.links import Problem

T = TypeVar("T")

LIFETIME_S = 600


@dataclass(frozen=True, slots=True)
class AppCredential:
    """The credential of an app in one tenant, used for one sign-in.

    credential  one of `azure.identity.aio` over an `ImmediateTransport`
    """

    credential: ClientSecretCredential | ClientAssertionCredential

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        """Return a token; raises what the transport raises."""
        return immediate(self.credential.get_token(*scopes, claims=claims))


def by_secret(transport: Transport, client_id: str, secret: str) -> AppCredential:
    """The credential of an app that sends a secret."""
    tenant, options = transport.who.tenant, _options(transport)
    return AppCredential(ClientSecretCredential(tenant, client_id, secret, **options))


def by_assertion(transport: Transport, client_id: str, assertion: str) -> AppCredential:
    """The credential of an app that sends a signed assertion."""
    tenant, options = transport.who.tenant, _options(transport)
    return AppCredential(ClientAssertionCredential(tenant, client_id, lambda: assertion, **options))


def client_assertion(
    signing: SigningKey,
    client_id: str,
    token_endpoint: str,
    clock: Callable[[], float] = time.time,
) -> str:
    """Sign an assertion that this app may send to this token endpoint.

    clock  seconds since 1970
    """
    now = int(clock())
    claims = {
        "aud": token_endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_S,
    }
    thumbprint = base64.urlsafe_b64encode(signing.thumbprint).rstrip(b"=").decode()
    return jwt.encode(claims, signing.key, "PS256", {"x5t#S256": thumbprint})


def token_endpoint(authority: str, tenant_id: str) -> str:
    """Where `azure.identity.aio` sends its requests: the audience of a signed assertion."""
    return f"{authority}/{tenant_id}/oauth2/v2.0/token"


class ImmediateTransport:
    """The run's transport for `azure.identity.aio`: it answers before it returns.

    A credential gets only the token, so no other field of an answer can make it fail.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, request: Any, **_: Any) -> Response:
        token = self._transport.send(request).fields["access_token"]
        answer = {"access_token": token, "expires_in": LIFETIME_S}
        return Response(HttpReply(200, {}, json.dumps(answer).encode()))


class NoCache:
    """The token cache of credentials that sign in once. It keeps nothing.

    MSAL's own cache would write each token out for its log: 0.05 ms of CPU for each sign-in.
    """

    def search(self, *_: Any, **__: Any) -> tuple[()]:
        """Find nothing."""
        return ()

    def add(self, *_: Any, **__: Any) -> None:
        """Keep nothing."""


def immediate(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never suspends; raises what it raises.

    Raises `RequestFailed` if it suspends, because nothing would resume it.
    """
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return cast("T", ended.value)
    coroutine.close()
    raise RequestFailed(
        Problem(
            "sign_in_refused",
            "the installed azure-identity waits for an event loop, so the sign-in cannot end",
            "install an earlier release of azure-identity, and report this",
        )
    )


def _options(transport: Transport) -> dict[str, Any]:
    return {
        **transport.options(),
        "transport": ImmediateTransport(transport),
        "cache": NoCache(),
    }
