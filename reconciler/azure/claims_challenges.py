"""Claims challenges: Azure Resource Manager asks for a token with more claims, such as MFA.

ARM answers 401 with `WWW-Authenticate: Bearer … error="insufficient_claims", claims="BASE64"`, or
403 `RequestDisallowedByPolicy` with a text that names MFA. The same token is refused each time:
only a new sign-in that shows these claims to Entra helps.

Source: Microsoft's "Claims challenges, claims requests, and client capabilities".
"""

import base64
import json
import re
from contextlib import suppress
from dataclasses import dataclass

from reconciler.azure.http.client import HttpReply

POLICY = "RequestDisallowedByPolicy"

_CLAIMS = re.compile(r'\bclaims\s*=\s*"([A-Za-z0-9+/=_-]{1,4000})"', re.IGNORECASE)
_HAS_CLAIMS = re.compile(r"\bclaims\s*=|\binsufficient_claims\b", re.IGNORECASE)
_MFA = re.compile(rb"\bMFA\b|multi[- ]?factor|authentication strength", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A request for more claims.

    encoded  the claims in base64, as received; None if only the error text asks
    """

    encoded: str | None = None

    @property
    def claims(self) -> str | None:
        """The claims as JSON, as Entra expects them; None if missing or malformed."""
        if self.encoded is None:
            return None
        with suppress(ValueError, RecursionError):
            padded = self.encoded + "=" * (-len(self.encoded) % 4)
            text = base64.b64decode(padded.replace("-", "+").replace("_", "/")).decode()
            if isinstance(json.loads(text), dict):
                return text
        return None

    @property
    def is_stable(self) -> bool:
        """Whether ARM asks for the same claims each time. A `nbf` time differs each time."""
        return bool(self.claims) and '"nbf"' not in str(self.claims)


def challenge_in(reply: HttpReply, code: str) -> Challenge | None:
    """The challenge in an ARM answer; None if there is none.

    code  the error code in its body
    """
    if reply.status not in (401, 403):
        return None
    header = reply.headers.get("WWW-Authenticate", "")
    if _HAS_CLAIMS.search(header) or code.lower() == "insufficient_claims":
        found = _CLAIMS.search(header)
        return Challenge(found[1] if found else None)
    return Challenge() if code == POLICY and _MFA.search(reply.body) else None
