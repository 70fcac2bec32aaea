"""Explanations of a tenant's values: what each is, and which line of the file sets it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExplainedValue:
    """One value, as the file writes it.

    identity  the identity of its link; None for the whole tenant
    source    `identity`, `tenant`, `tag X`, `defaults`, `covers`, or `built in`
    where     the place that sets it, `customers.csv:3:14`; empty if no line does
    """

    key: str
    value: str
    source: str
    where: str
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every value of one tenant: those of the whole tenant first, then those of each link.

    tenant     its name
    directory  its GUID or domain
    """

    tenant: str
    directory: str
    tags: Sequence[str]
    values: tuple[ExplainedValue, ...]
