"""Sign-ins and what continues them: authorization codes, device codes and refresh tokens.

Each is a random text that identifies a sign-in. Whether the user may sign in is checked elsewhere,
at each use.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from reconciler.emulator.state.clock import TICKS_PER_SECOND

CODE_LIFETIME_S = 600
DEVICE_CODE_LIFETIME_S = 900
# No vowels and nothing that looks like another character, as Entra's.
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
USER_CODE_LENGTH = 9
UNKNOWN_GRANT, SPENT_CODE, EXPIRED_CODE, REVOKED, INACTIVE = 70000, 54005, 70008, 50173, 700082


class SignIn(NamedTuple):
    """A user's consent to an app: what a refresh token is bound to."""

    username: str
    client_id: str


@dataclass(frozen=True)
class Code:
    """An authorization code, and what it was asked for with.

    tenant: as in the URL, GUID or `organizations`
    challenge: PKCE's, or empty
    expiry: ticks of 100 ns since 1970
    """

    sign_in: SignIn
    tenant: str
    redirect_uri: str
    scope: str
    challenge: str
    nonce: str
    expiry: int
    is_spent: bool = False


@dataclass(frozen=True)
class Device:
    """A device code.

    outcome: who approved it; an AADSTS number when that failed; None while it is pending
    expiry: ticks of 100 ns since 1970
    """

    user_code: str
    client_id: str
    tenant: str
    scope: str
    expiry: int
    outcome: SignIn | int | None = None


@dataclass(frozen=True)
class Refresh:
    """A refresh token. `refused_with` is the AADSTS number of its revocation, if any."""

    sign_in: SignIn
    issued: int
    refused_with: int | None = None


class Sessions:
    """All sign-ins of one emulated Azure."""

    def __init__(self, now: Callable[[], int]) -> None:
        """`now` gives the time in ticks of 100 ns since 1970."""
        self._now = now
        self._codes: dict[str, Code] = {}
        self._refreshes: dict[str, Refresh] = {}
        self._mfa: set[tuple[SignIn, str]] = set()
        self.devices: dict[str, Device] = {}

    def new_code(self, code: Code) -> str:
        """Return an authorization code, good for ten minutes from now."""
        text = f"1.{secrets.token_urlsafe(48)}"
        self._codes[text] = replace(code, expiry=self._in_seconds(CODE_LIFETIME_S))
        return text

    def spend_code(self, text: str, client_id: str) -> Code | int:
        """Redeem an authorization code, once: return its sign-in, or an AADSTS number."""
        code = self._codes.get(text)
        if code is None or code.sign_in.client_id != client_id:
            return UNKNOWN_GRANT
        if code.is_spent:
            return SPENT_CODE
        self._codes[text] = replace(code, is_spent=True)
        return EXPIRED_CODE if code.expiry <= self._now() else code

    def new_device(self, client_id: str, tenant: str, scope: str) -> tuple[str, Device]:
        """Return a device code and the text for the user."""
        user_code = "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(USER_CODE_LENGTH))
        expiry = self._in_seconds(DEVICE_CODE_LIFETIME_S)
        text = f"D{secrets.token_urlsafe(48)}"
        self.devices[text] = Device(user_code, client_id, tenant, scope, expiry)
        return text, self.devices[text]

    def pending(self, user_code: str) -> tuple[str, Device] | None:
        """Find the device code that a user code belongs to, unless it is decided or expired."""
        wanted = user_code.strip().upper()
        for text, device in self.devices.items():
            if device.user_code == wanted and device.outcome is None and not self.is_over(device):
                return text, device
        return None

    def decide(self, device_code: str, outcome: SignIn | int) -> None:
        """Approve a device code, or refuse it with an AADSTS number."""
        self.devices[device_code] = replace(self.devices[device_code], outcome=outcome)

    def is_over(self, device: Device) -> bool:
        """Say whether a device code has expired."""
        return device.expiry <= self._now()

    def new_refresh(self, sign_in: SignIn) -> str:
        """Return a new refresh token. Earlier ones stay valid, as with Entra."""
        text = f"1.{secrets.token_urlsafe(64)}"
        self._refreshes[text] = Refresh(sign_in, self._now())
        return text

    def find_refresh(self, text: str, client_id: str, lifetime_s: int) -> SignIn | int:
        """Return the sign-in of a refresh token, or the AADSTS number of its refusal."""
        refresh = self._refreshes.get(text)
        if refresh is None or refresh.sign_in.client_id != client_id:
            return UNKNOWN_GRANT
        if refresh.refused_with is not None:
            return refresh.refused_with
        is_inactive = refresh.issued + lifetime_s * TICKS_PER_SECOND <= self._now()
        return INACTIVE if is_inactive else refresh.sign_in

    def revoke(self, number: int, username: str | None, client_id: str | None) -> int:
        """Refuse refresh tokens with `number` from now on; None means all. Return how many."""
        count = 0
        for text, refresh in self._refreshes.items():
            who = refresh.sign_in
            if username in (None, who.username) and client_id in (None, who.client_id):
                self._refreshes[text] = replace(refresh, refused_with=number)
                count += 1
        self.forget_mfa(username)
        return count

    def note_mfa(self, sign_in: SignIn, tenant_id: str) -> None:
        """Remember that the user has passed multi-factor authentication for a tenant."""
        self._mfa.add((sign_in, tenant_id))

    def has_done_mfa(self, sign_in: SignIn, tenant_id: str) -> bool:
        """Say whether the user has passed multi-factor authentication for a tenant."""
        return (sign_in, tenant_id) in self._mfa

    def forget_mfa(self, username: str | None) -> None:
        """Require multi-factor authentication again from the user, or from all users."""
        if username is None:
            self._mfa.clear()
        self._mfa = {entry for entry in self._mfa if entry[0].username != username}

    def _in_seconds(self, seconds: int) -> int:
        return self._now() + seconds * TICKS_PER_SECOND
