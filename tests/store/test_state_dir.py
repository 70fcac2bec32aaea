"""The state directory is private if modes are supported, and temporary storage is detected."""

import os
from pathlib import Path

import pytest

from reconciler.core.errors import RunFailed
from reconciler.store import state_dir
from reconciler.store.state_dir import state_directory, warning_of_modes, why_not_permanent


def test_only_the_owner_can_use_the_state_directory(tmp_path: Path) -> None:
    """It is created with mode 0700 if it is missing."""
    made = state_directory(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_state_directory_that_cannot_be_created_ends_the_run(tmp_path: Path) -> None:
    """A file at its path is reported in one line."""
    (tmp_path / "file").touch()
    with pytest.raises(RunFailed, match="--state-dir"):
        state_directory(tmp_path / "file" / "state")


@pytest.mark.parametrize(
    ("point", "kind", "lasts"),
    [("/", "ext4", True), ("/", "overlay", False), ("/srv", "tmpfs", False)],
)
def test_temporary_storage_is_detected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, kind: str, lasts: bool
) -> None:
    """Memory and the container's own layer are lost with the container.

    The nearest mount decides.
    """
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nx {point} {kind} rw 0 0\n")
    monkeypatch.setattr(state_dir, "MOUNTS", mounts)
    assert (why_not_permanent(Path("/srv/state")) is None) is lasts


def test_a_user_without_a_home_directory_names_the_state_directory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that runs as a user ID that the system does not know."""
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2_000_000_000)
    with pytest.raises(RunFailed, match="no home directory"):
        state_directory(None)


def test_the_temporary_directory_is_temporary_storage(tmp_path: Path) -> None:
    """Its mount does not matter."""
    assert why_not_permanent(tmp_path)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_directory_that_every_user_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    """Any user could replace the journal or the lock. The message has the command to run."""
    tmp_path.chmod(mode)
    with pytest.raises(RunFailed, match="chmod o-w"):
        warning_of_modes(tmp_path)


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755, 0o770, 0o2775])
def test_a_group_may_write_to_the_state_directory(tmp_path: Path, mode: int) -> None:
    """Kubernetes creates such a volume with fsGroup. The probe leaves no file."""
    tmp_path.chmod(mode)
    assert warning_of_modes(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_filesystem_without_modes_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an Azure Files share, each directory has the mode of the mount."""
    tmp_path.chmod(0o777)

    def mkdtemp(dir: Path, prefix: str) -> str:
        made = dir / f"{prefix}x"
        made.mkdir()
        made.chmod(0o777)
        return str(made)

    monkeypatch.setattr("reconciler.store.state_dir.tempfile.mkdtemp", mkdtemp)
    assert "has no file modes" in str(warning_of_modes(tmp_path))
    assert list(tmp_path.iterdir()) == []
