"""The state directory is private where modes are kept, and known where it does not last."""

from pathlib import Path

import pytest

from reconciler.core.errors import RunFailed
from reconciler.store import state_dir
from reconciler.store.state_dir import state_directory, warning_of_modes, why_not_permanent


def test_the_state_directory_is_its_owners_alone(tmp_path: Path) -> None:
    """Made with mode 0700 where it is missing."""
    made = state_directory(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_state_directory_that_cannot_be_made_ends_the_run(tmp_path: Path) -> None:
    """A file in its way is said in one line."""
    (tmp_path / "file").touch()
    with pytest.raises(RunFailed, match="--state-dir"):
        state_directory(tmp_path / "file" / "state")


@pytest.mark.parametrize(
    ("point", "kind", "lasts"),
    [("/", "ext4", True), ("/", "overlay", False), ("/srv", "tmpfs", False)],
)
def test_what_does_not_last_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, kind: str, lasts: bool
) -> None:
    """Memory and a container's own layer are gone with it; the nearest mount decides."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nx {point} {kind} rw 0 0\n")
    monkeypatch.setattr(state_dir, "MOUNTS", mounts)
    assert (why_not_permanent(Path("/srv/state")) is None) is lasts


def test_the_temporary_directory_does_not_last(tmp_path: Path) -> None:
    """Whatever it is mounted on."""
    assert why_not_permanent(tmp_path)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_directory_that_every_user_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    """Anybody could put another journal or lock there; the message says what to run."""
    tmp_path.chmod(mode)
    with pytest.raises(RunFailed, match="chmod o-w"):
        warning_of_modes(tmp_path)


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755, 0o770, 0o2775])
def test_a_group_may_write_to_the_state_directory(tmp_path: Path, mode: int) -> None:
    """Kubernetes makes a volume so with fsGroup; the probe leaves nothing behind."""
    tmp_path.chmod(mode)
    assert warning_of_modes(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_filesystem_without_modes_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an Azure Files share each directory has the mode of the mount, whatever was asked."""
    tmp_path.chmod(0o777)

    def mkdtemp(dir: Path, prefix: str) -> str:
        made = dir / f"{prefix}x"
        made.mkdir()
        made.chmod(0o777)
        return str(made)

    monkeypatch.setattr("reconciler.store.state_dir.tempfile.mkdtemp", mkdtemp)
    assert "has no file modes" in str(warning_of_modes(tmp_path))
    assert list(tmp_path.iterdir()) == []
