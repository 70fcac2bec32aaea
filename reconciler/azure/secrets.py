"""Where does a secret come from? References are resolved here, late, and nothing is kept.

A message names the reference, never a value.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from reconciler.core.errors import BadFile
from reconciler.core.identities import Identity, SecretRef

LARGEST_SECRET = 1 << 20
"""Bytes: a certificate with its chain has a few thousand; /dev/zero has more."""


class Unresolved(Exception):
    """A reference leads to nothing; the text says what to do."""


def resolve(ref: SecretRef) -> bytes:
    """The bytes behind a reference; raises `Unresolved` when there are none."""
    value = _from_environment(ref.name) if ref.source == "env" else _from_file(ref.name)
    if not value:
        raise Unresolved(f"{ref} is empty")
    return value


def resolve_text(ref: SecretRef) -> str:
    """The same as text, without the line end that editors and `echo` add."""
    try:
        return resolve(ref).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Unresolved(f"{ref} is not text in UTF-8") from None


def check(identities: Iterable[Identity]) -> None:
    """Raise `BadFile` with a complaint for each reference that does not resolve."""
    complaints = []
    for identity in identities:
        for ref in identity.secret_refs:
            try:
                resolve(ref)
            except Unresolved as error:
                complaints.append(f"{ref.where}: {error} (identity {identity.name})")
    if complaints:
        raise BadFile(*complaints)


def _from_environment(name: str) -> bytes:
    value = os.environ.get(name)
    if value is None:
        raise Unresolved(f"the environment variable {name} is not set; set it for this run")
    return os.fsencode(value)


def _from_file(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            value = file.read(LARGEST_SECRET + 1)
    except OSError as error:
        raise Unresolved(f"cannot read the secret file {name}: {error.strerror}") from None
    if len(value) > LARGEST_SECRET:
        raise Unresolved(f"the secret file {name} is larger than {LARGEST_SECRET} bytes")
    return value
