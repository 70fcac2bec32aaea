"""The state directory: where it is, who may write there, and whether it is permanent."""

import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from reconciler.core.errors import RunFailed

MOUNTS = Path("/proc/mounts")

EPHEMERAL = frozenset({"tmpfs", "ramfs", "overlay", "aufs"})
"""Filesystems that are lost when the machine or the container ends."""


def state_directory(chosen: Path | None) -> Path:
    """The state directory, created with mode 0700 if it is missing.

    chosen  of --state-dir; None means the default of the platform

    Raises `RunFailed`.
    """
    chosen = chosen or _default()
    try:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RunFailed(
            f"cannot use the state directory {chosen}: {error.strerror}; name another --state-dir"
        ) from None
    return chosen


def _default() -> Path:
    """The default of the platform. Raises `RunFailed` for a user without a home directory.

    A container may run without HOME, as a user that the system does not know.
    """
    from platformdirs import user_state_path

    with suppress(RuntimeError):
        found = user_state_path("pal-reconcile", appauthor=False)
        if found.is_absolute():  # older releases return ~/.local/state
            return found
    raise RunFailed(
        "there is no default state directory, because this user has no home directory (HOME); "
        "name one with --state-dir"
    )


def warning_of_modes(directory: Path) -> str | None:
    """A warning if the filesystem has no file modes, such as an Azure Files share.

    Raises `RunFailed` if it has modes and every user of the machine may write there.
    """
    try:
        mode = stat.S_IMODE(directory.stat().st_mode)
    except OSError:
        return None  # the first write reports the error
    if not mode & 0o077:
        return None
    if not _keeps_modes(directory):
        return (
            f"the file system of {directory} has no file modes: "
            "everyone with access to it can read and change the journal and the history"
        )
    if mode & stat.S_IWOTH:
        raise RunFailed(
            f"every user of this machine may write to the state directory {directory} "
            f"(mode {mode:04o}); run chmod o-w on it, or name another "
            "directory, such as one inside it, with --state-dir"
        )
    return None


def _keeps_modes(directory: Path) -> bool:
    """Whether a new directory gets the mode 0700; True if that cannot be tested."""
    try:
        probe = Path(tempfile.mkdtemp(dir=directory, prefix=".probe-"))
    except OSError:
        return True
    try:
        return probe.stat().st_mode & 0o777 == stat.S_IRWXU  # a setgid bit is inherited
    finally:
        with suppress(OSError):
            probe.rmdir()


def why_not_permanent(directory: Path) -> str | None:
    """Why files here may be lost; None if no reason is known.

    Not permanent are the temporary directory, memory, and the writable layer of a container.
    Without /proc/mounts only the first is detected.
    """
    real = directory.resolve()
    if real.is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return "it is in the temporary directory"
    kind = _filesystem(real, MOUNTS)
    return f"it is on {kind}" if kind in EPHEMERAL else None


def _filesystem(path: Path, mounts: Path) -> str:
    """The type of the filesystem of a path; empty if it cannot be read."""
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
