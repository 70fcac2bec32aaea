"""Interactive sign-in of a user, in the browser or by device code, once for each tenant.

The user name in Entra's answer is checked before anything is cached: the token of another user is
never kept under this name.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthenticationRecord,
    CredentialUnavailableError,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
)

from reconciler.azure.error_codes import SignIn, sign_in_failed
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.failures import CHECK_ENDPOINT, unexpected_answer
from reconciler.azure.http.header_values import json_object
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.http.urls import https_origin
from reconciler.azure.session import Session
from reconciler.azure.signin.cached_users import (
    UserLogin,
    in_person,
    is_keyring_missing,
    no_keyring,
)
from reconciler.azure.signin.entra import Entra
from reconciler.azure.signin.openid import OpenIdDocuments
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.azure.signin.transport import Transport
from reconciler.azure.token_claims import claims_in
from reconciler.core.identities import Identity
from reconciler.core.links import Place, Problem

NO_BROWSER = "no_browser"
"""The code if the machine has no browser to open."""

PENDING = ("authorization_pending", "slow_down")
"""Entra's answers until the device code is entered (RFC 8628, section 3.5)."""


@dataclass(frozen=True, slots=True)
class SignInMethod:
    """How people sign in.

    show_code         called with URL, device code and its expiry (UTC); None: use the browser
    may_be_plaintext  whether tokens may be cached in plain text if there is no keyring
    """

    show_code: Callable[[str, str, datetime], None] | None
    may_be_plaintext: bool = False


def sign_in(
    identity: Identity,
    place: Place,
    session: Session,
    entra: Entra,
    https: Https,
    way: SignInMethod,
) -> Problem | None:
    """Sign a user in to one tenant and keep the sign-in. Returns the problem if that fails.

    Raises `RunFailed` if the sign-in record cannot be written.
    """
    try:
        if entra.people is None or identity.username is None:
            raise Unresolved("only identities of kind user sign in")
        session.find_tenant(session.new_budget())
        login = UserLogin(entra.cloud.authority, str(session.tenant_id), identity.username)
        _check_page(entra.directories, login)
        transport = _InteractiveTransport(https, entra.directories, login, session)
        claims = login.noted_claims(entra.people.records)
        record = _authenticate(login, transport, entra.cloud.scope, way, claims)
        login.keep(entra.people.records, record, plaintext=way.may_be_plaintext)
    except RequestFailed as failure:
        return in_person(failure, identity, place).problem
    except ClientAuthenticationError as error:
        if is_keyring_missing(error):
            return no_keyring(identity).problem
        return _why(error, transport).problem
    return None


def _authenticate(
    login: UserLogin, transport: Transport, scope: str, way: SignInMethod, claims: str | None
) -> AuthenticationRecord:
    options = {
        "tenant_id": login.tenant_id,
        "cache_persistence_options": login.cache(may_be_plaintext=way.may_be_plaintext),
        **transport.options(),
    }
    if way.show_code:
        device = DeviceCodeCredential(prompt_callback=way.show_code, **options)
        return device.authenticate(scopes=[scope], claims=claims)
    browser = InteractiveBrowserCredential(login_hint=login.username, **options)
    return browser.authenticate(scopes=[scope], claims=claims)


class _InteractiveTransport(Transport):
    """The transport of an interactive sign-in: accepts pending answers and only this user."""

    def __init__(
        self, https: Https, directories: OpenIdDocuments, login: UserLogin, session: Session
    ) -> None:
        super().__init__(https, directories, SignIn(login.tenant_id, "", login.authority))
        self._login = login
        self._session = session

    def check(self, reply: HttpReply) -> dict[str, Any]:
        """Accept a device code, a pending answer, or a token of this user and of no other."""
        data = json_object(reply.body) or {}
        if reply.status == 200 and data.get("device_code"):
            return data
        if reply.status == 400 and data.get("error") in PENDING:
            return data
        super().check(reply)
        found = _username(data.get("id_token"))
        if found.casefold() != self._login.username.casefold():
            raise RequestFailed(
                Problem(
                    "wrong_user",
                    f"{found or 'an unnamed user'} signed in instead of {self._login.username}; "
                    "the sign-in was not kept",
                    "sign in again as that person, or correct username: in the file",
                )
            )
        self._session.accept(str(data["access_token"]))
        return data


def _check_page(directories: OpenIdDocuments, login: UserLogin) -> None:
    """Raise `RequestFailed` if the sign-in page is not on the authority's host."""
    document = json.loads(directories.document(login.tenant_id))
    if https_origin(document["authorization_endpoint"]) != https_origin(login.authority):
        raise unexpected_answer(
            f"the OpenID document of {login.tenant_id} names a sign-in page on another host",
            f"the page was not opened; {CHECK_ENDPOINT}",
        )


def _why(error: ClientAuthenticationError, transport: Transport) -> RequestFailed:
    if transport.failure:
        return transport.failure
    if isinstance(error, CredentialUnavailableError):
        return RequestFailed(
            Problem(NO_BROWSER, str(error.message), "sign in with --device-code instead")
        )
    if "Timed out" in str(error.message):
        return RequestFailed(Problem("nobody_came", "the sign-in timed out", "run login again"))
    return sign_in_failed(str(error.message), transport.who)


def _username(id_token: Any) -> str:
    """The user name in an ID token received from the authority over TLS; empty if missing."""
    claims = claims_in(str(id_token))
    return str(claims.get("preferred_username") or claims.get("upn") or "")
