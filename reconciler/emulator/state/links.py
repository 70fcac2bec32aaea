"""The state machine behind ManagementPartner: the partner ID of each principal.

It has no HTTP, tokens or files: one record per (tenant, object ID). Records are never removed,
because Azure's delete is soft: the creation time and the version count remain. The caller checks
permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from reconciler.emulator.state.directory import PARTNER_ID
from reconciler.emulator.state.switches import Switches


class Place(NamedTuple):
    """Where a link lives: the key that Azure uses. Both are lower-case GUIDs."""

    tenant_id: str
    object_id: str


@dataclass(frozen=True)
class Record:
    """What Azure keeps about one place.

    partner_id: the linked ID, or the last one when `is_linked` is false
    partner_name: the partner's name; None on old records, and then the answer leaves it out
    version: successful writes so far, 1 after the first
    created, updated: ticks of 100 ns since 1970
    is_linked: false after a delete; the record stays
    state: `Active`, the only value seen in Azure
    """

    partner_id: str
    partner_name: str | None
    version: int
    created: int
    updated: int
    is_linked: bool = True
    state: str = "Active"


class Refusal(Enum):
    """Why a request was refused; its codes and messages are in `arm.responses`."""

    NOT_LINKED = "not linked"
    INVALID_PARTNER_ID = "invalid partner ID"
    ALREADY_LINKED = "already linked"


class Partners:
    """Which partner IDs exist, and their names."""

    def __init__(self, names: Mapping[str, str | None] | None = None) -> None:
        """`names` maps ID to name; None means that every well-formed ID exists."""
        self._names = names

    def exists(self, partner_id: str) -> bool:
        """Say whether the ID belongs to a partner's location account."""
        if self._names is None:
            return PARTNER_ID.fullmatch(partner_id) is not None
        return partner_id in self._names

    def name(self, partner_id: str) -> str | None:
        """Return the partner's name; derived from the ID when no list was given."""
        if self._names is None:
            return f"Partner {partner_id}"
        return self._names.get(partner_id)


class Links:
    """All records of one emulated Azure."""

    def __init__(
        self, now: Callable[[], int], partners: Partners, switches: Switches | None = None
    ) -> None:
        """`now` gives the time in ticks of 100 ns since 1970."""
        self._now = now
        self._partners = partners
        self.switches = switches or Switches()
        self.records: dict[Place, Record] = {}
        self._hidden: dict[Place, tuple[Record | None, int]] = {}

    def read(self, place: Place) -> Record | Refusal:
        """Return the place's own link."""
        record = self.records.get(place)
        return record if record is not None and record.is_linked else Refusal.NOT_LINKED

    def shown(self, place: Place) -> Record | None:
        """Return the record that reads show: an earlier one while the last write is hidden."""
        earlier, until = self._hidden.get(place, (None, 0))
        return earlier if self._now() < until else self.records.get(place)

    def hide(self, place: Place, earlier: Record | None, until: int) -> None:
        """Show this earlier record to reads until then (ticks); writes use the real one."""
        self._hidden[place] = (earlier, until)

    def read_shown(self, place: Place) -> Record | Refusal:
        """Return the place's own link as reads show it."""
        record = self.shown(place)
        return record if record is not None and record.is_linked else Refusal.NOT_LINKED

    def read_by_id(self, place: Place, partner_id: str) -> Record | Refusal:
        """Return the place's link if it is `partner_id`; Azure errs for any other ID too."""
        record = self.read_shown(place)
        if isinstance(record, Refusal) or record.partner_id == partner_id:
            return record
        return Refusal.NOT_LINKED

    def create(self, place: Place, partner_id: str) -> Record | Refusal:
        """PUT: link an unlinked place. Azure checks the ID first."""
        if not self._partners.exists(partner_id):
            return Refusal.INVALID_PARTNER_ID
        linked = not isinstance(self.read(place), Refusal)
        if linked and self.switches.put_while_linked == "refuse":
            return Refusal.ALREADY_LINKED
        return self.put(place, partner_id)

    def update(self, place: Place, partner_id: str) -> Record | Refusal:
        """PATCH: re-point a linked place. Azure checks the link first."""
        record = self.read(place)
        if isinstance(record, Refusal):
            return record
        if not self._partners.exists(partner_id):
            return Refusal.INVALID_PARTNER_ID
        if record.partner_id == partner_id and self.switches.patch_same_id == "unchanged":
            return record
        return self.put(place, partner_id)

    def remove(self, place: Place, partner_id: str) -> Record | Refusal | None:
        """DELETE: unlink the place, softly. Return None when it never had a link."""
        record = self.records.get(place)
        if record is None:
            return None
        if not record.is_linked:
            return self._counted(place) if self._counts_idle_deletes else record
        if record.partner_id != partner_id:
            if self.switches.delete_other_id == "refuse":
                return Refusal.NOT_LINKED
            if self.switches.delete_other_id == "ignore":
                return record
        return self.unlink(place)

    def put(self, place: Place, partner_id: str) -> Record:
        """Set the link of the place to `partner_id`, whatever its state."""
        now = self._now()
        old = self.records.get(place)
        version, created = (old.version + 1, old.created) if old else (1, now)
        name = self._partners.name(partner_id)
        self.records[place] = Record(partner_id, name, version, created, now)
        return self.records[place]

    def unlink(self, place: Place) -> Record | None:
        """Remove the place's link, whatever it is; return the record that stays, if any."""
        if isinstance(self.read(place), Refusal):
            return self.records.get(place)
        self.records[place] = replace(self._counted(place), is_linked=False)
        return self.records[place]

    def restore(self, place: Place, record: Record | None) -> None:
        """Set the place back to an earlier record, or to none."""
        if record is None:
            self.records.pop(place, None)
        else:
            self.records[place] = record

    @property
    def _counts_idle_deletes(self) -> bool:
        return self.switches.delete_while_unlinked == "counts"

    def _counted(self, place: Place) -> Record:
        record = self.records[place]
        self.records[place] = replace(record, version=record.version + 1, updated=self._now())
        return self.records[place]
