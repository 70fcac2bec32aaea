"""Whom does a nightly run tell? Asked even of a file that is no good for anything else.

That a tenants.yaml is broken is a thing to be told. So these keys are read by themselves, from the
main file, and each that is sound counts whatever else is wrong.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from reconciler.config import events, files
from reconciler.config.complaints import Complaints
from reconciler.config.fields import FileId
from reconciler.config.kinds import Reference
from reconciler.config.nodes import Node, Table, place
from reconciler.config.recipes import secret_ref
from reconciler.config.schema import Cloud, History, Notification
from reconciler.core.audience import Audience
from reconciler.core.history import HistorySource
from reconciler.core.identities import SecretRef
from reconciler.core.tidings import Listener

PartT = TypeVar("PartT")

_REFERENCE = TypeAdapter(Reference)
_NOTIFICATION = TypeAdapter(Notification)
_HISTORY = TypeAdapter(History)
_CLOUD: TypeAdapter[str] = TypeAdapter(Cloud)
_FILE_ID: TypeAdapter[str] = TypeAdapter(FileId)


def read_audience(path: Path) -> Audience:
    """Who is to be told, as far as the file can be read; nobody where it cannot."""
    complaints = Complaints()
    root = _root(path, complaints)
    heartbeat = _sound(_REFERENCE, root.get("heartbeat"))

    def ref(found: Reference, *keys: str | int) -> SecretRef:
        return secret_ref(found, path.parent, complaints.where(place(root, keys)))

    return Audience(
        cloud=_sound(_CLOUD, root.get("cloud")) or "public",
        heartbeat=ref(heartbeat, "heartbeat") if heartbeat else None,
        listeners=tuple(
            Listener(
                ref(found.to, "notify", number, "to"),
                frozenset(found.when),
                found.after,
                found.format,
            )
            for number, node in enumerate(root.items_at("notify"))
            if (found := _sound(_NOTIFICATION, node))
        ),
        history=_history(root, ref),
    )


def _history(root: Table, ref: Callable[..., SecretRef]) -> HistorySource:
    found, file_id = _sound(_HISTORY, root.get("history")), _sound(_FILE_ID, root.get("id"))
    if found is None or found.url is None:
        return HistorySource(file_id=file_id)
    return HistorySource(ref(found.url, "history", "url"), found.name, file_id)


def _root(path: Path, complaints: Complaints) -> Table:
    number = complaints.file(path)
    data = files.fetch(path)
    text = files.decode(data, number, complaints) if isinstance(data, bytes) else None
    root = events.read(text, number, complaints) if text is not None else None
    return root if isinstance(root, Table) else Table()


def _sound(model: TypeAdapter[PartT], node: Node | None) -> PartT | None:
    """The part of the file as its model, or None where it is missing or no good."""
    if node is None:
        return None
    try:
        return model.validate_python(node)
    except ValidationError:
        return None
