"""The state directory: where it is, who may write there, and whether it lasts."""

import stat
import tempfile
from contextlib import suppress
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


def warning_of_modes(directory: Path) -> str | None:
    """What to say of a state directory whose filesystem keeps no modes, as an Azure Files share.

    Raises `RunFailed` where modes are kept and every user of the machine may write there.
    """
    try:
        mode = stat.S_IMODE(directory.stat().st_mode)
    except OSError:
        return None  # whoever writes there says why it cannot
    if not mode & 0o077:
        return None
    if not _keeps_modes(directory):
        return (
            f"the filesystem of {directory} keeps no file modes: "
            "whoever can reach it can read and change journal and history"
        )
    if mode & stat.S_IWOTH:
        raise RunFailed(
            f"every user of this machine may write to the state directory {directory} "
            f"(mode {mode:04o}); run chmod o-w on it, or name another "
            "directory, such as one inside it, with --state-dir"
        )
    return None


def _keeps_modes(directory: Path) -> bool:
    """Whether a directory that is made with mode 0700 has that mode; so it is taken if unknown."""
    try:
        probe = Path(tempfile.mkdtemp(dir=directory, prefix=".probe-"))
    except OSError:
        return True
    try:
        return probe.stat().st_mode & 0o777 == stat.S_IRWXU  # a setgid bit is inherited
    finally:
        with suppress(OSError):
            probe.rmdir()


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
