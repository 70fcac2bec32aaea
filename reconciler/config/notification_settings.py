"""Notification settings of a nightly run, read even from an invalid tenants.yaml.

An invalid file is itself a reason for a notification. So these keys of the main file are read by
themselves, and each valid one is used whatever else is wrong.
"""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from reconciler.config.credentials import history_source, secret_ref
from reconciler.config.model.document import Cloud
from reconciler.config.model.fields import FileId
from reconciler.config.model.identities import Reference
from reconciler.config.model.run_settings import History, Notification
from reconciler.config.reading import files, yaml_reader
from reconciler.config.reading.diagnostics import Diagnostics
from reconciler.config.reading.tree import Node, Table, place
from reconciler.config.reading.tree import Path as NodePath
from reconciler.core.history.notification_targets import NotificationTargets, Subscriber
from reconciler.core.identities import SecretRef

PartT = TypeVar("PartT")

_REFERENCE = TypeAdapter(Reference)
_NOTIFICATION = TypeAdapter(Notification)
_HISTORY = TypeAdapter(History)
_CLOUD: TypeAdapter[str] = TypeAdapter(Cloud)
_FILE_ID: TypeAdapter[str] = TypeAdapter(FileId)


def read_notification_targets(path: Path) -> NotificationTargets:
    """The notification targets that can be read from the file; none if it cannot be read."""
    diagnostics = Diagnostics()
    root = _root(path, diagnostics)
    heartbeat = _validated(_REFERENCE, root.get("heartbeat"))

    def where(keys: NodePath) -> str:
        return diagnostics.where(place(root, keys))

    def ref(found: Reference, *keys: str | int) -> SecretRef:
        return secret_ref(found, path.parent, where(keys))

    return NotificationTargets(
        cloud=_validated(_CLOUD, root.get("cloud")) or "public",
        heartbeat=ref(heartbeat, "heartbeat") if heartbeat else None,
        subscribers=tuple(
            Subscriber(
                ref(found.to, "notify", number, "to"),
                frozenset(found.when),
                found.after,
                found.format,
            )
            for number, node in enumerate(root.items_at("notify"))
            if (found := _validated(_NOTIFICATION, node))
        ),
        history=history_source(
            _validated(_HISTORY, root.get("history")),
            _validated(_FILE_ID, root.get("id")),
            path.parent,
            where,
        ),
    )


def _root(path: Path, diagnostics: Diagnostics) -> Table:
    number = diagnostics.file(path)
    data = files.fetch(path)
    text = files.decode(data, number, diagnostics) if isinstance(data, bytes) else None
    root = yaml_reader.read(text, number, diagnostics) if text is not None else None
    return root if isinstance(root, Table) else Table()


def _validated(model: TypeAdapter[PartT], node: Node | None) -> PartT | None:
    """A part of the file as its model; None if it is missing or invalid."""
    if node is None:
        return None
    try:
        return model.validate_python(node)
    except ValidationError:
        return None
