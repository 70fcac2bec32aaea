"""Lock and journal belong to one file, whatever it is called, and to its owner."""

from pathlib import Path

import pytest

from reconciler.core.errors import RunFailed
from reconciler.store import places
from reconciler.store.places import file_key, state_directory, why_not_lasting


def test_every_way_to_name_a_file_has_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative, absolute or through a link: one file, one lock. Another file has another key."""
    file = tmp_path / "tenants.yaml"
    file.touch()
    (tmp_path / "link.yaml").symlink_to(file)
    monkeypatch.chdir(tmp_path)
    assert file_key(Path("tenants.yaml")) == file_key(file)
    assert file_key(tmp_path / "link.yaml").rsplit("-", 1)[1] == file_key(file).rsplit("-", 1)[1]
    assert file_key(tmp_path / "other.yaml") != file_key(file)


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
    monkeypatch.setattr(places, "MOUNTS", mounts)
    assert (why_not_lasting(Path("/srv/state")) is None) is lasts


def test_the_temporary_directory_does_not_last(tmp_path: Path) -> None:
    """Whatever it is mounted on."""
    assert why_not_lasting(tmp_path)
