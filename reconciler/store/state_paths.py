"""State files: the paths of lock, journal and history of one tenants.yaml, and their key.

The key is the file's `id:`, else its absolute path as named. So the next mount of a Kubernetes
ConfigMap, or a new release behind a link `current`, finds the same journal, although the resolved
path has changed. Earlier releases used the resolved path; their files are found, and renamed by the
next run that writes.
"""

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reconciler.core.errors import RunFailed

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class StateFile(StrEnum):
    """The kinds of state files, as the end of the file name."""

    LOCK = "lock"
    JOURNAL = "journal.jsonl"
    HISTORY = "history.sqlite3"


@dataclass(frozen=True, slots=True)
class StateFiles:
    """The state files of one tenants.yaml.

    directory  the state directory
    config     the tenants.yaml, as named
    key        the beginning of the file names
    old_keys   keys that earlier releases may have used, the newest first
    """

    directory: Path
    config: Path
    key: str
    old_keys: tuple[str, ...]

    def path(self, kind: StateFile) -> Path:
        """The path under the key."""
        return self.at(self.key, kind)

    def at(self, key: str, kind: StateFile) -> Path:
        """The path under any key."""
        return self.directory / f"{key}.{kind}"

    def in_use(self, kind: StateFile) -> Path:
        """The path to read: under an old key if there is no file under the new one."""
        for key in (self.key, *self.old_keys):
            if os.path.lexists(self.at(key, kind)):
                return self.at(key, kind)
        return self.path(kind)

    def inode_lock(self) -> Path:
        """The path of the lock that all names of one file share. Raises `RunFailed`."""
        try:
            found = self.config.stat()
        except OSError as error:
            raise RunFailed(f"cannot lock {self.config}: {error.strerror}") from None
        # Inode numbers repeat on other machines, which may share the state directory.
        machine = _digest(_boot_id())[:8]
        name = f"inode-{machine}-{found.st_dev:x}-{found.st_ino:x}.{StateFile.LOCK}"
        return self.directory / name


def state_files(directory: Path, config: Path, file_id: str | None) -> StateFiles:
    """The state files of a tenants.yaml.

    config   its path, as named
    file_id  its `id:`, or None
    """
    by_path = file_key(config)
    key = file_id or by_path
    olds = dict.fromkeys((by_path, _key(config, os.path.realpath(named_path(config)))))
    return StateFiles(directory, config, key, tuple(old for old in olds if old != key))


def file_key(config: Path) -> str:
    """The key of a file without `id:`: its name and a digest of its absolute path as named."""
    return _key(config, named_path(config))


def named_path(path: Path) -> str:
    """The absolute path as named: links are kept, `.` and `..` are removed if that is safe."""
    named = os.path.join(_working_directory(), path)
    short = "/" + os.path.normpath(named).lstrip("/")
    # After a link, `..` does not lead to the directory that the text suggests.
    return short if ".." not in Path(named).parts or _is_same(short, named) else named


def _working_directory() -> str:
    """The working directory as the shell names it in `$PWD`, if that is correct."""
    logical = os.environ.get("PWD", "")
    if os.path.isabs(logical) and _is_same(logical, "."):
        return logical
    try:
        return os.getcwd()
    except OSError:
        return "/"


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _key(config: Path, path: str) -> str:
    return f"{config.stem[:40]}-{_digest(path)[:12]}"


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
