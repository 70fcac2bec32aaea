"""A hand-written Azure in memory: the same ports, without a network.

One contract suite checks that it behaves like the emulator.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.core.links import Observed, ObservedState, Place, Problem
from reconciler.core.results import Answer, Reply

BUSY = Problem("unavailable", "Azure answered 503", "try again")
LOST = Problem("unavailable", "no answer", "try again")
NO_PARTNER = Problem("invalid_partner_id", "Azure answered 400 PartnerIdInvalid", "check it")
LINKED_ALREADY = Problem("already_linked", "Azure answered 409", "plan again")


@dataclass
class FakeLink:
    """One principal's record. `version` counts every successful write."""

    tenant_id: str
    object_id: str
    partner_id: str | None = None
    version: int = 0
    shown: list[str | None] = field(default_factory=list)
    """What the next reads show instead of the ID."""


@dataclass
class FakeAzure:
    """Links by (directory, identity).

    names     partner ID to the name in Azure's answer; other IDs are no partners
    problems  the problem of a tenant that a read returns instead of the link
    script    for each write, in order: "ok" (the default), "refuse", "busy", "lost" (it took
              effect, the answer was lost), "dropped" (it took no effect), "ignored" (200, nothing
              changed)
    before    called before each write reaches the link: a change by another party
    lag       number of reads after a write that still show the old link
    """

    names: dict[str, str | None]
    links: dict[tuple[str, str], FakeLink] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    script: list[str] = field(default_factory=list)
    before: Callable[[Place, FakeLink], None] = lambda place, link: None
    lag: int = 0
    waits: list[float] = field(default_factory=list)
    budget: int = 5
    is_stopped: bool = False
    writes: list[tuple[str, str, str]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def link(self, place: Place) -> FakeLink:
        """The record of a place, created on first use."""
        key = (place.directory, place.identity)
        if key not in self.links:
            self.links[key] = FakeLink(f"tid-{key[0]}".lower(), f"oid-{key[0]}-{key[1]}".lower())
        return self.links[key]

    @contextmanager
    def reader(self, place: Place) -> Iterator["FakeReader"]:
        yield FakeReader(self, place)

    @contextmanager
    def writer(self, place: Place) -> Iterator["FakeWriter"]:
        yield FakeWriter(self, place)


class FakeReader:
    """Reads one link."""

    def __init__(self, azure: FakeAzure, place: Place) -> None:
        directory = place.directory.removeprefix("tid-")
        self.azure = azure
        self.place = Place(place.tenant, directory, place.identity, place.object_id)
        self.link = azure.link(self.place)

    def read(self) -> Observed:
        self.azure.reads.append(self.place.tenant)
        if problem := self.azure.problems.get(self.place.tenant):
            return Observed.unknown(problem)
        link = self.link
        partner_id = link.shown.pop(0) if link.shown else link.partner_id
        if partner_id is None:
            return Observed(ObservedState.NOT_LINKED, link.tenant_id, link.object_id)
        name = self.azure.names.get(partner_id)
        return Observed(
            ObservedState.LINKED, link.tenant_id, link.object_id, partner_id, name, link.version
        )


class FakeWriter(FakeReader):
    """Reads one link and changes it."""

    def __init__(self, azure: FakeAzure, place: Place) -> None:
        super().__init__(azure, place)
        self.pauses = 0

    def create(self, partner_id: str) -> Answer:
        return self._write("create", partner_id)

    def update(self, partner_id: str) -> Answer:
        return self._write("update", partner_id)

    def remove(self, partner_id: str) -> Answer:
        assert self.link.partner_id == partner_id, "a DELETE of another ID must never be sent"
        return self._write("remove", partner_id)

    @property
    def is_stopped(self) -> bool:
        return self.azure.is_stopped

    def pause(self, answer: Answer) -> bool:
        self.pauses += 1
        return self.pauses <= self.azure.budget

    def wait(self, seconds: float) -> bool:
        if not self.azure.is_stopped:
            self.azure.waits.append(seconds)
        return not self.azure.is_stopped

    def _write(self, what: str, partner_id: str) -> Answer:
        azure, link = self.azure, self.link
        azure.writes.append((self.place.tenant, what, partner_id))
        azure.before(self.place, link)
        fits = what == "remove" or (what == "create") is (link.partner_id is None)
        fate = azure.script.pop(0) if azure.script else "ok"
        if fate == "busy":
            return Answer(Reply.REFUSED, BUSY, may_retry=True, may_have_taken=False)
        if fate == "dropped":
            return Answer(Reply.SILENT, LOST, may_retry=True)
        if fate == "ignored":
            return Answer(Reply.ACCEPTED)
        if fate == "refuse" or not fits:
            return Answer(Reply.REFUSED, LINKED_ALREADY, may_have_taken=what == "create")
        if what != "remove" and partner_id not in azure.names:
            return Answer(Reply.REFUSED, NO_PARTNER, may_have_taken=False)
        link.shown = [link.partner_id] * azure.lag
        if what == "remove":
            link.partner_id = None
        else:
            link.partner_id = partner_id
        link.version += 1
        if fate == "lost":
            return Answer(Reply.SILENT, LOST, may_retry=True)
        return Answer(Reply.ACCEPTED)
