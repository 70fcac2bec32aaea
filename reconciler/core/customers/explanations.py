"""Why does the file want what it wants? Each value of a tenant, and what says so."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExplainedValue:
    """One value, in the words of the file.

    identity  whose link it is about; None for the whole tenant
    source    `identity`, `tenant`, `tag X`, `defaults`, `covers`, or `built in`
    where     the place that says so, `customers.csv:3:14`; empty where no line does
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
