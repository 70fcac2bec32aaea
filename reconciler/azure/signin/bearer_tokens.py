"""Checks of tokens from outside, before any of them becomes a header of a request.

A token is visible ASCII (RFC 6750, section 2.1). A line end in one would begin another header, and
http.client's error about it repeats the token.
"""

import re

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.secrets import Unresolved
from reconciler.core.links import Problem
from reconciler.core.redaction.redactor import SHORTEST, remember, remember_token

_TOKEN = re.compile(r"[\x21-\x7e]+")


def platform_token(value: str, source: str) -> str:
    """A token that the platform gave, without blanks and line ends around it, and remembered.

    source  what it is called in a message: a variable, a file. Raises `Unresolved`.
    """
    token = value.strip()
    remember(token)
    if len(token) < SHORTEST:
        raise Unresolved(f"{source} holds no token: it is shorter than {SHORTEST} characters")
    if not _TOKEN.fullmatch(token):
        raise Unresolved(
            f"{source} holds no token: there is a blank, a line end or a special character in it; "
            "set it to the token alone"
        )
    return token


def access_token(token: str) -> str:
    """A token for Azure, remembered; raises `RequestFailed` where it cannot be sent."""
    remember_token(token)
    if _TOKEN.fullmatch(token):
        return token
    raise RequestFailed(
        Problem(
            "unexpected_answer",
            "the access token holds a blank, a line end or a special character, as no token does; "
            "it was not sent",
            "check the sign-in endpoint and any proxy on the way",
        )
    )
