"""Two Azures with one interface: the hand-written fake, and the real client with the emulator."""

from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol
from uuid import UUID

from reconciler.azure.cloud_metadata import find_cloud
from reconciler.azure.connection import Azure, ConnectionSettings
from reconciler.core.identities import ClientSecret, SecretRef
from reconciler.core.links import Place
from reconciler.core.ports import OpenReader, OpenWriter
from reconciler.emulator.server import Emulator
from tests.fakes import FakeAzure

APP = ClientSecret(
    "app", "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11", secret=(SecretRef("env", "PAL_TEST"),)
)
NAMES = {"4936128": "Contoso Consulting", "1158331": "Contoso Old", "9999999": "Somebody Else"}


class World(Protocol):
    """An Azure to test with, and access to its links without the API."""

    @property
    def reader(self) -> OpenReader:
        """Opens a link for reading."""

    @property
    def writer(self) -> OpenWriter:
        """Opens a link for writing."""

    def plant(self, place: Place, partner_id: str | None) -> None:
        """Link or unlink the principal, as another user would."""

    def truth(self, place: Place) -> str | None:
        """The ID that the link really carries."""


def place(number: int) -> Place:
    """One of the test's customers."""
    return Place(f"Customer {number}", str(UUID(int=number + (4 << 76) + (8 << 60))), "app")


class FakeWorld:
    """The fake."""

    def __init__(self) -> None:
        self.azure = FakeAzure(dict(NAMES))
        self.reader = self.azure.reader
        self.writer = self.azure.writer

    def plant(self, place: Place, partner_id: str | None) -> None:
        self.azure.link(place).partner_id = partner_id

    def truth(self, place: Place) -> str | None:
        return self.azure.link(place).partner_id


@dataclass
class EmulatedWorld:
    """The client of `reconciler.azure`, over TLS, against the emulator."""

    emulator: Emulator

    def __post_init__(self) -> None:
        ca = str(self.emulator.ca_path)
        cloud = find_cloud("public", self.emulator.endpoint, ca, Event())
        self.stop = Event()
        self.azure = Azure(ConnectionSettings(cloud, {"app": APP}, ca), self.stop)
        self.reader = self.azure.reader
        self.writer = self.azure.writer

    def plant(self, place: Place, partner_id: str | None) -> None:
        entry: dict[str, Any] = {"tenant": place.directory, "client_id": APP.client_id}
        entry |= (
            {"partner_id": partner_id} if partner_id else {"partner_id": "1000", "removed": True}
        )
        self.emulator.state.plant(entry)

    def truth(self, place: Place) -> str | None:
        state = self.emulator.state
        object_id = state.directory.object_id(place.directory, str(APP.client_id))
        for where, record in state.links.records.items():
            if (where.tenant_id, where.object_id) == (place.directory, object_id):
                return record.partner_id if record.is_linked else None
        return None
