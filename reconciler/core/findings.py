"""Findings: what deserves attention although no link has to change."""

from dataclasses import dataclass
from datetime import timedelta

SOON = timedelta(days=30)
"""A credential that ends within this time is a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, with its remedy.

    code      a stable snake_case word
    message   what was found, one line
    hint      what to do next, one line
    tenant    the tenant that it is about, or None for the whole file
    identity  the identity that it is about, or None
    """

    code: str
    message: str
    hint: str
    tenant: str | None = None
    identity: str | None = None
