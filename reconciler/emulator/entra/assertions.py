"""Checks of client assertions.

An assertion is a JWT that the client signed with its certificate's key, or that another issuer
signed and the app trusts through a federated credential. What the seed does not list is accepted:
without a certificate any signature, without `federated` any issuer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.emulator.entra.access_tokens import Tokens
from reconciler.emulator.entra.certificates import Flaw, signature_flaw
from reconciler.emulator.state.directory import Client, Federated
from reconciler.emulator.state.issuers import Issuers

MALFORMED, WRONG_CLIENT, WRONG_AUDIENCE, EXPIRED, WRONG_KEY = 50027, 700021, 700023, 700024, 700027
WRONG_ISSUER, WRONG_FEDERATED_AUDIENCE, WRONG_SUBJECT = 700211, 700212, 700213
WRONG_CASE, OTHER_TENANT = 7002138, 700236
EXCHANGE = "api://AzureADTokenExchange"
ENTRA_ISSUERS = ("https://login.microsoftonline.com/", "https://sts.windows.net/")
CHECK = (
    "Check your federated identity credential Subject, Audience and Issuer against the presented "
    "assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)


class Notary:
    """Judges assertions."""

    def __init__(self, tokens: Tokens, issuers: Issuers) -> None:
        """`tokens` signed what Entra issued, `issuers` what the others did."""
        self._tokens = tokens
        self._issuers = issuers

    def flaw(
        self, assertion: str, client: Client, endpoints: Sequence[str], now_s: int
    ) -> Flaw | None:
        """Return the first thing wrong with the assertion, or None.

        endpoints: the URLs that the audience of a client's own assertion may name
        now_s: seconds since 1970
        """
        import jwt  # its cryptography takes a while to load, and most clients show a secret

        try:
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError:
            return Flaw(MALFORMED)
        if str(claims.get("iss")).startswith("https://"):
            return self._federated_flaw(assertion, claims, client, now_s)
        if {str(claims.get(name)).lower() for name in ("iss", "sub")} != {client.client_id}:
            return Flaw(WRONG_CLIENT)
        if claims.get("aud") not in endpoints:
            return Flaw(WRONG_AUDIENCE)
        if not _is_current(claims, now_s):
            return Flaw(EXPIRED)
        if client.certificate is None:
            return None
        return signature_flaw(assertion, client.certificate, now_s)

    def _federated_flaw(
        self, assertion: str, claims: Mapping[str, Any], client: Client, now_s: int
    ) -> Flaw | None:
        presented = Federated(*(str(claims.get(name)) for name in ("iss", "sub", "aud")))
        is_entras = self._tokens.read(assertion) is not None
        if not is_entras and not self._is_signed(assertion, presented.issuer, client):
            reason = "[Reason - The key was not found.]"
            return Flaw(WRONG_KEY, f"Client assertion contains an invalid signature. {reason}")
        if not _is_current(claims, now_s):
            return Flaw(EXPIRED)
        if is_entras and client.home not in (None, claims.get("tid")):
            return Flaw(OTHER_TENANT)
        return _mismatch(presented, client.federated)

    def _is_signed(self, assertion: str, issuer: str, client: Client) -> bool:
        if issuer.startswith(ENTRA_ISSUERS):
            return False
        is_lenient = client.federated is None and not self._issuers.knows(issuer)
        return is_lenient or self._issuers.has_signed(issuer, assertion)


def _mismatch(presented: Federated, trusted: tuple[Federated, ...] | None) -> Flaw | None:
    """Say in what the presented token differs from each that is trusted; the nearest counts."""
    if trusted is None:
        trusted = (presented._replace(audience=EXCHANGE),)
    if presented in trusted:
        return None
    same_issuer = [one for one in trusted if one.issuer == presented.issuer]
    if not same_issuer:
        return _no_record(WRONG_ISSUER, "issuer", presented.issuer)
    if any(one.subject == presented.subject for one in same_issuer):
        return _no_record(WRONG_FEDERATED_AUDIENCE, "audience", presented.audience)
    if any(one.subject.lower() == presented.subject.lower() for one in same_issuer):
        return _no_record(WRONG_CASE, "subject", presented.subject)
    return _no_record(WRONG_SUBJECT, "subject", presented.subject)


def _no_record(number: int, what: str, value: str) -> Flaw:
    record = "No matching federated identity record found for presented assertion"
    case = " The subject matches when case is ignored." if number == WRONG_CASE else ""
    return Flaw(number, f"{record} {what} '{value}'.{case} {CHECK}")


def _is_current(claims: Mapping[str, Any], now_s: int) -> bool:
    expiry = claims.get("exp")
    return isinstance(expiry, (int, float)) and not isinstance(expiry, bool) and expiry > now_s
