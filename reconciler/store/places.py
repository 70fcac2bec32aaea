"""Where is something kept? The state directory, and the names in it that belong to one file."""

import hashlib
import tempfile
from pathlib import Path

from reconciler.core.errors import RunFailed

MOUNTS = Path("/proc/mounts")

FLEETING = frozenset({"tmpfs", "ramfs", "overlay", "aufs"})
"""Filesystems that end with the machine's or the container's life."""


def state_directory(chosen: Path | None) -> Path:
    """The state directory, made if it is missing, for its owner only.

    chosen  what the operator named; None means the platform's own place. Raises `RunFailed`.
    """
    if chosen is None:
        from platformdirs import user_state_path

        chosen = user_state_path("pal-reconcile", appauthor=False)
    try:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RunFailed(
            f"cannot use the state directory {chosen}: {error.strerror}; name another --state-dir"
        ) from None
    return chosen


def file_key(config: Path) -> str:
    """A short name for one tenants.yaml: the same for every way to name the same file."""
    real = str(config.resolve())
    return f"{config.stem[:40]}-{hashlib.sha256(real.encode()).hexdigest()[:12]}"


def why_not_lasting(directory: Path) -> str | None:
    """Why what is kept here may be gone tomorrow; None if nothing speaks against it.

    Known to vanish: the temporary directory, memory, and the writable layer of a container. Where
    the platform does not tell (no /proc/mounts), only the first is known.
    """
    real = directory.resolve()
    if real.is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return "it is in the temporary directory"
    kind = _filesystem(real, MOUNTS)
    return f"it is on {kind}" if kind in FLEETING else None


def _filesystem(path: Path, mounts: Path) -> str:
    """The kind of filesystem that a path is on; empty where the platform does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        _, point, found, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind
