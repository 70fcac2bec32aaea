"""What does the engine need from outside? The narrow faces that the edges fill in.

Each caller gets only what it may use: a plan is made with a `LinkReader`, which has no method that
writes.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Protocol

from reconciler.core.doctor.checkup import CredentialCheck, EndpointCheck, LinkCheck
from reconciler.core.doctor.steps import Step
from reconciler.core.history.run_summary import RequestStats
from reconciler.core.links import Change, Observed, Place
from reconciler.core.results import Answer, Result


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

    @property
    def is_stopped(self) -> bool:
        """Whether the run was told to end: then no write is begun any more."""
        ...

    def pause(self, answer: Answer) -> bool:
        """Wait before a write is repeated; False when this link has no more tries or time."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait before the link is read again; False, at once, when the run was told to end."""
        ...


class OpenedAzure(Protocol):
    """Azure as one process has it open."""

    def reader(self, place: Place) -> AbstractContextManager[LinkReader]:
        """Open a link to look at it."""
        ...

    @property
    def request_stats(self) -> RequestStats:
        """What was asked until now."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class WorkerRecipe(Protocol):
    """How a worker opens Azure. It is pickled on its way, and holds no secret."""

    @property
    def run_id(self) -> str:
        """The run that it is for."""
        ...

    def open(self, stop: Event) -> OpenedAzure:
        """Open Azure in this process; once `stop` is set, waits end. Raises `RunFailed`."""
        ...


class Examiner(Protocol):
    """Who looks whether a run could work. Nothing is written, and trouble is a value."""

    def endpoints(self) -> tuple[EndpointCheck, ...]:
        """The hosts that every run speaks to, the authority first."""
        ...

    def credential(self, place: Place) -> CredentialCheck:
        """What this link's identity has to show, before anybody signs in."""
        ...

    def link(self, place: Place, before: Sequence[Step]) -> LinkCheck:
        """One link, after the steps that it shares with others."""
        ...


class Journal(Protocol):
    """What was meant and what became of it, kept on disk. Both raise `RunFailed` if they cannot."""

    def intend(self, change: Change) -> None:
        """Keep the intent; on disk before this returns, and so before the write is sent."""
        ...

    def settle(self, result: Result) -> None:
        """Keep the outcome of an intent."""
        ...


class Records(Protocol):
    """What is known of who signed in where. No secret is ever among it."""

    def load(self, key: str) -> str | None:
        """The record's text; None where there is none that can be read."""
        ...

    def save(self, key: str, text: str) -> None:
        """Keep a record, whole or not at all. Raises `RunFailed` if it cannot."""
        ...


OpenReader = Callable[[Place], AbstractContextManager[LinkReader]]
OpenWriter = Callable[[Place], AbstractContextManager[LinkWriter]]
