"""Cached sign-ins of users, from which a run gets tokens without prompting.

The refresh token is in azure-identity's persistent cache, which the platform encrypts. A record
next to it names the user and is not secret. Only `login` prompts.

Each (user, tenant) has its own cache. In a shared cache the tokens of different tenants would
replace each other, and threads would wait for one file lock.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from shlex import quote
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthenticationRecord,
    InteractiveBrowserCredential,
    TokenCachePersistenceOptions,
)

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.keyring_lock import LockedCredential, UnlockedTransport
from reconciler.core.errors import RunFailed
from reconciler.core.identities import Identity
from reconciler.core.links import Place, Problem
from reconciler.core.ports import Records

CACHE = "pal-reconcile"
"""Prefix of all cache names."""

PERSON_NEEDED = "person_needed"
NO_KEYRING = "no_keyring"


@dataclass(frozen=True, slots=True)
class CachedUsers:
    """The users whose cached sign-ins a run may use.

    records      sign-in records, without secrets
    is_attended  whether a user is at a terminal
    """

    records: Records
    is_attended: bool = False

    def expect(self, identity: Identity) -> None:
        """Raise `RequestFailed`, before any request, if a sign-in may not be used."""
        if identity.needs_person and not self.is_attended:
            raise RequestFailed(
                Problem(
                    PERSON_NEEDED,
                    f"only {identity.username} can read and write this link, and this run is "
                    "unattended",
                    f"{_to_do(identity)}; or set unattended: true on the identity to let "
                    f"unattended runs use the stored sign-in; {_left(identity)}",
                )
            )


@dataclass(frozen=True, slots=True)
class UserLogin:
    """One user in one tenant: the cache of their tokens and their sign-in record."""

    authority: str
    tenant_id: str
    username: str

    @property
    def key(self) -> str:
        """The name of record and cache, independent of the identity's name in the file."""
        who = f"{self.authority} {self.tenant_id} {self.username.casefold()}"
        return f"{self.tenant_id}-{hashlib.sha256(who.encode()).hexdigest()[:16]}"

    def cache(self, *, may_be_plaintext: bool) -> TokenCachePersistenceOptions:
        """The encrypted cache; plain text only if encryption is impossible and this is allowed."""
        return TokenCachePersistenceOptions(
            name=f"{CACHE}.{self.key}", allow_unencrypted_storage=may_be_plaintext
        )

    def keep(self, records: Records, record: AuthenticationRecord, *, plaintext: bool) -> None:
        """Save the sign-in record; raises `RunFailed` if it cannot be written."""
        own = AuthenticationRecord(
            self.tenant_id,
            record.client_id,
            # The issuer's host may be another name of the same authority.
            urlsplit(self.authority).netloc,
            record.home_account_id,
            record.username,
        )
        data = {"record": json.loads(own.serialize()), "plaintext_cache": plaintext}
        records.save(self.key, json.dumps(data))

    def note_claims(self, records: Records, claims: str) -> None:
        """Save the claims that Azure asked for, so that `login` can send them to Entra."""
        with suppress(ValueError, TypeError, RunFailed):
            data = json.loads(records.load(self.key) or "")
            records.save(self.key, json.dumps({**data, "claims": claims}))

    def noted_claims(self, records: Records) -> str | None:
        """The claims that Azure asked for since the last sign-in; None if it asked for none."""
        with suppress(ValueError, TypeError, AttributeError):
            claims = json.loads(records.load(self.key) or "").get("claims")
            return claims if isinstance(claims, str) else None
        return None

    def open(self, records: Records, options: dict[str, Any]) -> LockedCredential:
        """Tokens from the cache, without prompting; raises `RequestFailed` without a record."""
        try:
            data = json.loads(records.load(self.key) or "")
            record = AuthenticationRecord.deserialize(json.dumps(data["record"]))
            plaintext = data["plaintext_cache"] is True
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self.sign_in_due() from None
        if record.authority != urlsplit(self.authority).netloc:
            raise self.sign_in_due()
        options = {key: value for key, value in options.items() if key != "authority"}
        options["transport"] = UnlockedTransport(options["transport"])
        return LockedCredential(
            InteractiveBrowserCredential(
                tenant_id=self.tenant_id,
                authentication_record=record,
                disable_automatic_authentication=True,
                cache_persistence_options=self.cache(may_be_plaintext=plaintext),
                **options,
            )
        )

    def sign_in_due(self) -> RequestFailed:
        """There is no usable cached sign-in; `in_person` adds the hint."""
        message = (
            f"there is no stored sign-in of {self.username} to {self.tenant_id} on this machine"
        )
        return RequestFailed(Problem(PERSON_NEEDED, message, ""))


def in_person(failure: RequestFailed, identity: Identity, place: Place) -> RequestFailed:
    """The same problem, with the command that this user has to run as the hint."""
    if (
        failure.problem.code != PERSON_NEEDED
        or not identity.username
        or _AT in failure.problem.hint
    ):
        return failure
    hint = f"{_to_do(identity, place)}; {_left(identity)}"
    return RequestFailed(Problem(PERSON_NEEDED, failure.problem.message, hint))


def is_keyring_missing(error: ClientAuthenticationError) -> bool:
    """Whether azure-identity refused because the cache cannot be encrypted here."""
    return isinstance(error.__cause__, ValueError) and "encrypt" in str(error.__cause__)


def no_keyring(identity: Identity) -> RequestFailed:
    """The cache cannot be opened, because the keyring is missing or locked."""
    return RequestFailed(
        Problem(
            NO_KEYRING,
            f"identity {identity.name}: the encrypted token cache cannot be opened, "
            "because the keyring of this platform is missing or locked",
            "run it where the keyring is unlocked; without a keyring, sign in with "
            f"pal-reconcile login {quote(identity.name)} --allow-plaintext-cache",
        )
    )


_AT = " runs in a terminal: "


def _to_do(identity: Identity, place: Place | None = None) -> str:
    tenant = ""
    if place:
        named = place.directory if place.tenant.startswith("-") else place.tenant
        tenant = f" --tenant {quote(named)}"
    return (
        f"{identity.username}{_AT}pal-reconcile login {quote(identity.name)}{tenant}, "
        f"then: pal-reconcile apply --only {quote(f'identity:{identity.name}')}"
    )


def _left(identity: Identity) -> str:
    return (
        f"if {identity.username} has left, link another principal: replace {identity.name} with "
        "another identity"
    )
