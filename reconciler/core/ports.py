"""What does the engine need from outside? The narrow faces that the edges fill in.

Each caller gets only what it may use: a plan is made with a `LinkReader`, which has no method that
writes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from reconciler.core.links import Observed, Place, Problem


class Reply(StrEnum):
    """What came back from a write. Never proof of anything: only the read after it is."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one write.

    problem         what was refused or lost; None when accepted
    correlation_id  Azure's x-ms-correlation-request-id, for a support case; None without an answer
    may_retry       whether the same write could succeed a little later
    retry_after_s   seconds that Azure asked to wait first; None where it asked for nothing
    """

    reply: Reply
    problem: Problem | None = None
    correlation_id: str | None = None
    may_retry: bool = False
    retry_after_s: float | None = None


class LinkReader(Protocol):
    """One link, to be looked at."""

    def read(self) -> Observed:
        """Ask Azure for the link. Trouble is a value: `Observed.unknown`; nothing is raised."""
        ...


class LinkWriter(LinkReader, Protocol):
    """One link, to be looked at and changed. Each write is one request, never repeated by itself:

    who wants to repeat it must look at the link first. None raises for trouble.
    """

    def create(self, partner_id: str) -> Answer:
        """Link a principal that has no link."""
        ...

    def update(self, partner_id: str) -> Answer:
        """Point an existing link at another ID; there is no unlinked moment."""
        ...

    def remove(self, partner_id: str) -> Answer:
        """Remove the link to exactly this ID, which must be the one just read."""
        ...

    def pause(self, answer: Answer) -> bool:
        """Wait before a write is repeated; False when this link has no more tries or time."""
        ...


OpenReader = Callable[[Place], AbstractContextManager[LinkReader]]
OpenWriter = Callable[[Place], AbstractContextManager[LinkWriter]]
