"""Interfaces that the engine needs: implemented in `azure` and `store`, joined in `cli`.

Each caller gets only what it may use. A plan is made with a `LinkReader`, which has no method that
writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import TYPE_CHECKING, Protocol

from reconciler.core.links import Change, Observed, Place

if TYPE_CHECKING:
    from reconciler.core.doctor.checkup import CredentialCheck, EndpointCheck, LinkCheck
    from reconciler.core.doctor.steps import Step
    from reconciler.core.history.run_summary import RequestStats
    from reconciler.core.results import Answer, Result


class LinkReader(Protocol):
    """One link, open for reading."""

    def read(self) -> Observed:
        """Read the link. Raises nothing: a problem is returned as `Observed.unknown`."""
        ...


class LinkWriter(LinkReader, Protocol):
    """One link, open for reading and changing.

    Each write sends one request and never repeats it: the caller reads the link before another
    write. A problem is returned in the answer, never raised.
    """

    def create(self, partner_id: str) -> Answer:
        """Link a principal that has no link."""
        ...

    def update(self, partner_id: str) -> Answer:
        """Change an existing link to another ID, without removing it first."""
        ...

    def remove(self, partner_id: str) -> Answer:
        """Remove the link to this ID, which must be the one that was just read."""
        ...

    @property
    def is_stopped(self) -> bool:
        """Whether the run is ending, so that no new write may begin."""
        ...

    def pause(self, answer: Answer) -> bool:
        """Wait before a write is repeated. False if this link has no retries or time left."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait before the link is read again. False, at once, if the run is ending."""
        ...


class OpenedAzure(Protocol):
    """A connection to Azure, one for each process."""

    def reader(self, place: Place) -> AbstractContextManager[LinkReader]:
        """Open a link for reading."""
        ...

    @property
    def request_stats(self) -> RequestStats:
        """The requests that were sent so far."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class WorkerRecipe(Protocol):
    """How a worker connects to Azure. It is pickled for the worker and holds no secret."""

    @property
    def run_id(self) -> str:
        """The ID of the run."""
        ...

    def open(self, stop: Event) -> OpenedAzure:
        """Connect in this process. Setting `stop` ends all waits. Raises `RunFailed`."""
        ...


class Examiner(Protocol):
    """The checks that `doctor` makes. They write nothing, and problems are values."""

    def endpoints(self) -> tuple[EndpointCheck, ...]:
        """The checks of the hosts that every run needs, the authority first."""
        ...

    def credential(self, place: Place) -> CredentialCheck:
        """The checks of the identity of this link that need no sign-in."""
        ...

    def link(self, place: Place, before: Sequence[Step]) -> LinkCheck:
        """The checks of one link.

        before  the steps that it shares with other links
        """
        ...


class Journal(Protocol):
    """The journal of intents and outcomes on disk. Both methods may raise `RunFailed`."""

    def intend(self, change: Change) -> None:
        """Record the intent. It is on disk when this returns, before the write is sent."""
        ...

    def settle(self, result: Result) -> None:
        """Record the outcome of an intent."""
        ...


class Records(Protocol):
    """The records of interactive sign-ins. They hold no secret."""

    def load(self, key: str) -> str | None:
        """The text of a record; None if there is none, or it cannot be read."""
        ...

    def save(self, key: str, text: str) -> None:
        """Save a record, whole or not at all. Raises `RunFailed` if it cannot."""
        ...


OpenReader = Callable[[Place], AbstractContextManager[LinkReader]]
OpenWriter = Callable[[Place], AbstractContextManager[LinkWriter]]
