"""Does a key announce a secret? What stands under such a key is never repeated in a message."""

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
