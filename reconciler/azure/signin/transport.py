"""The transport of azure-identity: it reaches the authority over the run's own connections."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs

from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import HttpTransport

from reconciler.azure.error_codes import SignIn, of_sign_in, sign_in_failed
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.header_values import token_answer
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.http.urls import https_origin
from reconciler.azure.signin.openid import OpenIdDocuments
from reconciler.core.links import Problem
from reconciler.core.redaction.redactor import remember_token

ReplyT = TypeVar("ReplyT")


class LentTransport(HttpTransport[Any, ReplyT]):
    """A transport over connections that the run owns: a credential does not close them."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Nothing to close."""


class Transport(LentTransport["Response"]):
    """The transport of one sign-in, which can reach only the authority.

    The tenant's OpenID document comes from the template. Any answer that is not a token is raised
    here, because MSAL would cache it and answer a retry from its cache.

    failure  the `RequestFailed` behind azure-identity's own exception
    """

    def __init__(self, https: Https, directories: OpenIdDocuments, who: SignIn) -> None:
        self.who = who
        self.failure: RequestFailed | None = None
        self._https = https
        self._directories = directories

    def options(self) -> dict[str, Any]:
        """The options of every azure-identity credential."""
        return {
            "authority": self.who.authority,
            # The operator who chose the endpoint trusts its authority.
            "disable_instance_discovery": True,
            "transport": self,
            # One policy that does nothing replaces azure-core's own, which retry and sleep in
            # the thread.
            "policies": [SansIOHTTPPolicy()],
        }

    def send(self, request: Any, **_: Any) -> "Response":
        try:
            return self._answer(request)
        except RequestFailed as failure:
            self.failure = failure
            raise

    def _answer(self, request: Any) -> "Response":
        if request.method == "GET" and request.url.endswith("/.well-known/openid-configuration"):
            return Response(HttpReply(200, {}, self._directories.document(self.who.tenant)))
        site = https_origin(request.url)
        if site is None or site != https_origin(self.who.authority):
            raise RequestFailed(
                Problem(
                    "sign_in_refused",
                    f"azure-identity tried to send a request to {site or 'a malformed URL'}; "
                    "nothing was sent",
                    "unset AZURE_REGIONAL_AUTHORITY_NAME and similar settings",
                )
            )
        for token in _secrets_in(request.content):
            remember_token(token)
        reply = self._https.send(
            request.method, request.url, headers=request.headers, body=request.content
        )
        return Response(reply, self.check(reply))

    def check(self, reply: HttpReply) -> dict[str, Any]:
        """The authority's answer, if it is a token; else raises `RequestFailed`."""
        if reply.status != 200:
            raise of_sign_in(reply, self.who)
        answer = token_answer(reply.body)
        if answer is None:
            raise sign_in_failed("the answer contains no token", self.who)
        for name in _TOKENS:
            if isinstance(token := answer.get(name), str):
                remember_token(token)
        return answer


_TOKENS = ("access_token", "refresh_token", "id_token")

_SECRETS = (
    *("client_secret", "client_assertion", "assertion", "refresh_token", "code", "device_code"),
    *("code_verifier", "password"),
)


def _secrets_in(content: Any) -> Iterator[str]:
    """The secrets in a token request, which Entra's error may repeat."""
    if isinstance(content, bytes):
        content = content.decode("utf-8", "replace")
    form = parse_qs(content) if isinstance(content, str) else content
    for name in _SECRETS if isinstance(form, Mapping) else ():
        found = form.get(name)
        for value in found if isinstance(found, list) else filter(None, [found]):
            # azure-identity sends the assertion of a certificate as bytes
            yield value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


class Response:
    """The part of azure-core's response interface that azure-identity uses.

    fields  of the token answer; empty for an OpenID document
    """

    def __init__(self, reply: HttpReply, fields: Mapping[str, Any] = MappingProxyType({})) -> None:
        self.fields = fields
        self.status_code = reply.status
        self.headers = reply.headers
        self.content_type = "application/json"  # parsed as JSON, whatever the header says
        self._body = reply.body

    @cached_property
    def _text(self) -> str:
        return self._body.decode("utf-8", "replace")

    def text(self, encoding: str | None = None) -> str:  # noqa: ARG002
        return self._text
