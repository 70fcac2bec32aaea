"""Whom does a nightly run tell? Asked even of a file that is no good for anything else.

That a tenants.yaml is broken is a thing to be told. So these keys are read by themselves, from the
main file, and each that is sound counts whatever else is wrong.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from reconciler.config.credentials import secret_ref
from reconciler.config.model.document import Cloud
from reconciler.config.model.fields import FileId
from reconciler.config.model.identities import Reference
from reconciler.config.model.run_settings import History, Notification
from reconciler.config.reading import files, yaml_reader
from reconciler.config.reading.diagnostics import Diagnostics
from reconciler.config.reading.tree import Node, Table, place
from reconciler.core.history.link_history import HistorySource
from reconciler.core.history.notification_targets import NotificationTargets, Subscriber
from reconciler.core.identities import SecretRef

PartT = TypeVar("PartT")

_REFERENCE = TypeAdapter(Reference)
_NOTIFICATION = TypeAdapter(Notification)
_HISTORY = TypeAdapter(History)
_CLOUD: TypeAdapter[str] = TypeAdapter(Cloud)
_FILE_ID: TypeAdapter[str] = TypeAdapter(FileId)


def read_audience(path: Path) -> NotificationTargets:
    """Who is to be told, as far as the file can be read; nobody where it cannot."""
    complaints = Diagnostics()
    root = _root(path, complaints)
    heartbeat = _parsed(_REFERENCE, root.get("heartbeat"))

    def ref(found: Reference, *keys: str | int) -> SecretRef:
        return secret_ref(found, path.parent, complaints.where(place(root, keys)))

    return NotificationTargets(
        cloud=_parsed(_CLOUD, root.get("cloud")) or "public",
        heartbeat=ref(heartbeat, "heartbeat") if heartbeat else None,
        subscribers=tuple(
            Subscriber(
                ref(found.to, "notify", number, "to"),
                frozenset(found.when),
                found.after,
                found.format,
            )
            for number, node in enumerate(root.items_at("notify"))
            if (found := _parsed(_NOTIFICATION, node))
        ),
        history=_history(root, ref),
    )


def _history(root: Table, ref: Callable[..., SecretRef]) -> HistorySource:
    found, file_id = _parsed(_HISTORY, root.get("history")), _parsed(_FILE_ID, root.get("id"))
    if found is None or found.url is None:
        return HistorySource(file_id=file_id)
    return HistorySource(ref(found.url, "history", "url"), found.name, file_id)


def _root(path: Path, complaints: Diagnostics) -> Table:
    number = complaints.file(path)
    data = files.fetch(path)
    text = files.decode(data, number, complaints) if isinstance(data, bytes) else None
    root = yaml_reader.read(text, number, complaints) if text is not None else None
    return root if isinstance(root, Table) else Table()


def _parsed(model: TypeAdapter[PartT], node: Node | None) -> PartT | None:
    """The part of the file as its model, or None where it is missing or no good."""
    if node is None:
        return None
    try:
        return model.validate_python(node)
    except ValidationError:
        return None
