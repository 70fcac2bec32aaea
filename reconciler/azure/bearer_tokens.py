"""Checks of tokens before they are sent in a header.

A token is visible ASCII (RFC 6750, section 2.1). A line end in a token would start another header,
and http.client's error message would repeat the token.
"""

import re

from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.core.redaction.redactor import remember, remember_token
from reconciler.core.redaction.secret_forms import SHORTEST

_TOKEN = re.compile(r"[\x21-\x7e]+")


def platform_token(value: str, source: str) -> str:
    """Return a platform's token without surrounding whitespace, and register it for redaction.

    source  the variable or file, for error messages. Raises `Unresolved`.
    """
    token = value.strip()
    remember(token)
    if len(token) < SHORTEST:
        raise Unresolved(f"{source} is not a token: it is shorter than {SHORTEST} characters")
    if not _TOKEN.fullmatch(token):
        raise Unresolved(
            f"{source} is not a token: it contains a space, a line end or a special character; "
            "set it to the token alone"
        )
    return token


def access_token(token: str) -> str:
    """Register a token for redaction and return it; raises `RequestFailed` if it is malformed."""
    remember_token(token)
    if _TOKEN.fullmatch(token):
        return token
    raise unexpected_answer(
        "the access token contains a space, a line end or a special character; it was not sent"
    )
