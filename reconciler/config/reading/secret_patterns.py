"""Patterns of secrets, and of keys with a secret. Messages never repeat either."""

import re

SECRET_KEYS = frozenset({"secret", "certificate", "password"})
"""The keys of an identity that take a reference to a secret."""

MASKED = "***"

SECRET_CELL = (
    f"a cell that looks like a secret ({MASKED}); remove it, rotate it, "
    "and reference it under identities: in the main file"
)
"""The error of a table."""

_SECRET_KEY = re.compile(
    "secret|passw|passphrase|pwd|token|credential|certificate|connection_?string"
    "|(api|access|account|private|shared|signing)_?key"
)


def looks_secret(key: str) -> bool:
    """Whether a key of this name probably has a secret as its value."""
    return bool(_SECRET_KEY.search(key.casefold().replace("-", "_")))


_SECRET = re.compile(
    "[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{20,}"  # Entra's client secrets are made to be found
    "|-----BEGIN |eyJ[A-Za-z0-9_-]{10,}[.]|(AccountKey|SharedAccessKey|[?&]sig)="
)


def holds_secret(text: str) -> bool:
    """Whether a text contains a secret of a known form.

    An Entra client secret, a PEM block, a JWT, or a key of a connection string.
    """
    return bool(_SECRET.search(text))
