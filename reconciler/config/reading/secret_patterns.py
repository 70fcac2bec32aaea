"""Does a key announce a secret, or is a text one? Neither is ever repeated in a message."""

import re

SECRET_KEYS = frozenset({"secret", "certificate", "password"})
"""The keys of an identity that take a reference to a secret."""

MASKED = "***"

_TELLING = re.compile(
    "secret|passw|passphrase|pwd|token|credential|certificate|connection_?string"
    "|(api|access|account|private|shared|signing)_?key"
)


def looks_secret(key: str) -> bool:
    """Whether people would put a secret under a key of this name."""
    return bool(_TELLING.search(key.casefold().replace("-", "_")))


_SECRET = re.compile(
    "[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{20,}"  # Entra's client secrets are made to be found
    "|-----BEGIN |eyJ[A-Za-z0-9_-]{10,}[.]|(AccountKey|SharedAccessKey|[?&]sig)="
)


def holds_secret(text: str) -> bool:
    """Whether a text is, or holds, what is known to be a secret by its form: an Entra client
    secret, a PEM block, a JWT, or a key of a connection string."""
    return bool(_SECRET.search(text))
