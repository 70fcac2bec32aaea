"""What should somebody look at, though no link has to change for it?"""

from dataclasses import dataclass
from datetime import timedelta

SOON = timedelta(days=30)
"""A credential that ends within this time is a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a look, with its remedy.

    code      stable snake_case word
    message   what was found, one line
    hint      what to do next, one line
    tenant    the tenant it is about, or None for the whole file
    identity  the identity it is about, or None
    """

    code: str
    message: str
    hint: str
    tenant: str | None = None
    identity: str | None = None
