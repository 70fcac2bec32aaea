"""How is a person's link reached when nobody signs in? With what was kept when they last did.

A refresh token lies in azure-identity's persistent cache, which the platform encrypts; beside it a
record says whose it is, and is no secret. Nothing here ever prompts: `login` does.

Each (person, tenant) has a cache of its own. In a shared one the tokens of different tenants would
push each other out, MFA and all, and threads would wait for one lock on the disk.
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
"""What the names of all our caches begin with."""

PERSON_NEEDED = "person_needed"
NO_KEYRING = "no_keyring"


@dataclass(frozen=True, slots=True)
class CachedUsers:
    """Whose sign-ins a run may use.

    records      what is known of them; no secrets
    is_attended  whether a person is at a terminal
    """

    records: Records
    is_attended: bool = False

    def expect(self, identity: Identity) -> None:
        """Raise `RequestFailed` if a person's sign-in may not be used, before any request."""
        if identity.username and not (self.is_attended or identity.unattended):
            raise RequestFailed(
                Problem(
                    PERSON_NEEDED,
                    f"only {identity.username} reads and writes this link, and nobody is at a "
                    "terminal",
                    f"{_to_do(identity)}; or set unattended: true on the identity, and a run may "
                    f"use what is kept of the sign-in; {_left(identity)}",
                )
            )


@dataclass(frozen=True, slots=True)
class UserLogin:
    """One person in one tenant: where their tokens are, and what is known of them."""

    authority: str
    tenant_id: str
    username: str

    @property
    def key(self) -> str:
        """The name of record and cache: the same however the file calls the person."""
        who = f"{self.authority} {self.tenant_id} {self.username.casefold()}"
        return f"{self.tenant_id}-{hashlib.sha256(who.encode()).hexdigest()[:16]}"

    def cache(self, *, may_be_plaintext: bool) -> TokenCachePersistenceOptions:
        """The encrypted cache; in plain text only where encrypting is impossible and allowed."""
        return TokenCachePersistenceOptions(
            name=f"{CACHE}.{self.key}", allow_unencrypted_storage=may_be_plaintext
        )

    def keep(self, records: Records, record: AuthenticationRecord, *, plaintext: bool) -> None:
        """Note who signed in; raises `RunFailed` where that cannot be written."""
        own = AuthenticationRecord(
            self.tenant_id,
            record.client_id,
            # Not the issuer's host, which may be another name of the same authority.
            urlsplit(self.authority).netloc,
            record.home_account_id,
            record.username,
        )
        data = {"record": json.loads(own.serialize()), "plaintext_cache": plaintext}
        records.save(self.key, json.dumps(data))

    def note_claims(self, records: Records, claims: str) -> None:
        """Note what Azure asked for, so that `login` can show it to Entra. No secret is in it."""
        with suppress(ValueError, TypeError, RunFailed):
            data = json.loads(records.load(self.key) or "")
            records.save(self.key, json.dumps({**data, "claims": claims}))

    def noted_claims(self, records: Records) -> str | None:
        """What Azure asked for since this person signed in; None where it asked for nothing."""
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
        """Nothing usable is kept here; `in_person` adds what to do."""
        message = f"nothing is kept here of a sign-in of {self.username} to {self.tenant_id}"
        return RequestFailed(Problem(PERSON_NEEDED, message, ""))


def in_person(failure: RequestFailed, identity: Identity, place: Place) -> RequestFailed:
    """The same trouble, with the command that this very person has to run."""
    if (
        failure.problem.code != PERSON_NEEDED
        or not identity.username
        or _AT in failure.problem.hint
    ):
        return failure
    hint = f"{_to_do(identity, place)}; {_left(identity)}"
    return RequestFailed(Problem(PERSON_NEEDED, failure.problem.message, hint))


def is_without_keyring(error: ClientAuthenticationError) -> bool:
    """Whether the cache cannot be encrypted here: azure-identity refuses, before any request."""
    return isinstance(error.__cause__, ValueError) and "encrypt" in str(error.__cause__)


def no_keyring(identity: Identity) -> RequestFailed:
    """The cache cannot be opened: no keyring, or a locked one."""
    return RequestFailed(
        Problem(
            NO_KEYRING,
            f"identity {identity.name}: the encrypted token cache cannot be opened, "
            "for this platform's keyring is missing or locked",
            "run it where the keyring is unlocked; where there is none, sign in with "
            f"pal-reconcile login {quote(identity.name)} --allow-plaintext-cache",
        )
    )


_AT = " runs at a terminal: "


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
        f"if {identity.username} has left, link another principal: list another identity in "
        f"place of {identity.name}"
    )
