"""A file keeps its journal over mounts and releases, and two names of it share a lock."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.file_lock import hold
from reconciler.store.history.repository import open_own
from reconciler.store.journal import START
from reconciler.store.journal_check import verify
from reconciler.store.run_locks import hold_locks, move_database
from reconciler.store.state_paths import StateFile, StateFiles, file_key, named_path, state_files
from tests.store.journals import written

KINDS = (StateFile.JOURNAL, StateFile.HISTORY, StateFile.LOCK)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory."""
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("version: 1\n")
    return path


def test_relative_names_are_joined_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `.`, with `..` or from another directory: one key. Another file has another key."""
    file = made(tmp_path / "a" / "tenants.yaml")
    made(tmp_path / "other.yaml")
    monkeypatch.chdir(tmp_path / "a")
    monkeypatch.setenv("PWD", str(tmp_path / "a"))
    names = ("tenants.yaml", "./tenants.yaml", "../a/tenants.yaml", f"/{file}", "x/../tenants.yaml")
    (tmp_path / "a" / "x").mkdir()
    assert {file_key(Path(name)) for name in names} == {file_key(file)}
    assert file_key(Path("../other.yaml")) != file_key(file)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))
    assert file_key(Path("a/tenants.yaml")) == file_key(file)


@pytest.mark.parametrize("pwd", [None, "/nowhere", "relative", "/"])
def test_a_wrong_pwd_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pwd: str | None
) -> None:
    """A program may change its directory without updating the environment."""
    made(tmp_path / "tenants.yaml")
    monkeypatch.chdir(tmp_path)
    if pwd is None:
        monkeypatch.delenv("PWD", raising=False)
    else:
        monkeypatch.setenv("PWD", pwd)
    assert named_path(Path("tenants.yaml")) == str(tmp_path.resolve() / "tenants.yaml")


def test_a_removed_working_directory_is_no_failure(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An absolute name needs none. The error for a relative name is raised elsewhere."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert state_files(state, Path("tenants.yaml"), None).key.startswith("tenants-")
    monkeypatch.chdir(tmp_path)


def test_a_parent_directory_of_a_symbolic_link_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`link/../tenants.yaml` is beside the target of the link, not beside the link."""
    made(tmp_path / "far" / "tenants.yaml")
    (tmp_path / "far" / "inside").mkdir()
    here = made(tmp_path / "tenants.yaml")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "inside")
    monkeypatch.chdir(tmp_path)
    assert file_key(tmp_path / "link" / ".." / "tenants.yaml") != file_key(here)


def test_the_next_mount_of_a_configmap_has_the_same_key(state: Path, tmp_path: Path) -> None:
    """Kubernetes swaps the link ..data to another directory."""
    mount = tmp_path / "mount"
    made(mount / "..2026_11_25" / "tenants.yaml")
    (mount / "..data").symlink_to("..2026_11_25")
    config = mount / "tenants.yaml"
    config.symlink_to("..data/tenants.yaml")
    before = state_files(state, config, None)
    made(mount / "..2026_11_26" / "tenants.yaml")
    (mount / "..new").symlink_to("..2026_11_26")
    (mount / "..new").rename(mount / "..data")
    after = state_files(state, config, None)
    assert before.key == after.key
    assert before.old_keys != after.old_keys


@pytest.mark.parametrize("is_relative", [False, True])
def test_a_new_release_behind_current_has_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_relative: bool
) -> None:
    """With an absolute name, and with a relative name in a shell that entered by the link."""
    current, keys = tmp_path / "current", set()
    for release in ("41", "42"):
        made(tmp_path / release / "tenants.yaml")
        current.unlink(missing_ok=True)
        current.symlink_to(release)
        monkeypatch.chdir(current)
        monkeypatch.setenv("PWD", str(current))
        keys.add(file_key(Path("tenants.yaml") if is_relative else current / "tenants.yaml"))
    assert len(keys) == 1


def test_an_id_is_the_key(state: Path, tmp_path: Path) -> None:
    """The path of the file does not matter."""
    one = state_files(state, made(tmp_path / "a" / "tenants.yaml"), "contoso")
    other = state_files(state, made(tmp_path / "b" / "customers.yaml"), "contoso")
    assert one.path(StateFile.JOURNAL) == other.path(StateFile.JOURNAL)
    assert one.path(StateFile.JOURNAL).name == "contoso.journal.jsonl"


@pytest.mark.parametrize("how", ["symbolic", "hard", "dotted"])
def test_two_names_of_one_file_exclude_each_other(state: Path, tmp_path: Path, how: str) -> None:
    """Their keys may differ, but their inode does not. Its lock file is removed at the end."""
    file, other = made(tmp_path / "tenants.yaml"), tmp_path / "other.yaml"
    if how == "symbolic":
        other.symlink_to(file)
    elif how == "hard":
        other.hardlink_to(file)
    else:
        other = state / ".." / "tenants.yaml"
    first, second = state_files(state, file, None), state_files(state, other, None)
    with hold_locks(first, 0), pytest.raises(Locked), hold_locks(second, 0):
        raise AssertionError("held twice")
    with hold_locks(second, 0):
        pass
    assert list(state.glob("inode-*")) == []


def test_two_files_with_one_id_exclude_each_other(state: Path, tmp_path: Path) -> None:
    """They share a journal."""
    files = [state_files(state, made(tmp_path / name / "t.yaml"), "contoso") for name in "ab"]
    with hold_locks(files[0], 0), pytest.raises(Locked), hold_locks(files[1], 0):
        raise AssertionError("held twice")


def test_two_files_do_not_wait_for_each_other(state: Path, tmp_path: Path) -> None:
    """They share no state."""
    files = [state_files(state, made(tmp_path / name / "t.yaml"), None) for name in "ab"]
    with hold_locks(files[0], 0), hold_locks(files[1], 0):
        pass


def test_the_loss_of_either_lock_is_detected(state: Path, tmp_path: Path) -> None:
    """The lock of the inode and the lock of the key."""
    files = state_files(state, made(tmp_path / "t.yaml"), None)
    for lost in (files.inode_lock(), files.path(StateFile.LOCK)):
        with hold_locks(files, 0) as locks:
            locks.check()
            lost.unlink()
            with pytest.raises(RunFailed, match="another run could start"):
                locks.check()


@pytest.fixture
def released(state: Path, tmp_path: Path) -> StateFiles:
    """A file behind a link, with journal, history and lock under the key of an earlier release."""
    made(tmp_path / "41" / "tenants.yaml")
    (tmp_path / "current").symlink_to("41")
    files = state_files(state, tmp_path / "current" / "tenants.yaml", None)
    (old,) = files.old_keys
    written(files.at(old, StateFile.JOURNAL))
    open_own(files.at(old, StateFile.HISTORY)).close()
    files.at(old, StateFile.LOCK).touch()
    return files


def test_state_under_an_old_key_is_read_until_it_is_adopted(released: StateFiles) -> None:
    """`plan`, `history` and `journal verify` take no lock and rename nothing."""
    (old,) = released.old_keys
    for kind in KINDS:
        assert released.in_use(kind) == released.at(old, kind)
        assert released.in_use(kind).exists()


def test_state_under_an_old_key_is_adopted_once(released: StateFiles) -> None:
    """Journal and history are renamed, and the old lock is removed. Later files are left."""
    (old,) = released.old_keys
    last = verify(released.at(old, StateFile.JOURNAL)).last
    with hold_locks(released, 0) as locks:
        assert [target for _, target in locks.adopted] == [
            released.path(kind) for kind in KINDS if kind is not StateFile.LOCK
        ]
    assert verify(released.path(StateFile.JOURNAL)).last == last != START
    assert open_own(released.path(StateFile.HISTORY)).runs() == ()
    assert not any(released.at(old, kind).exists() for kind in KINDS)
    written(released.at(old, StateFile.JOURNAL), 1)
    with hold_locks(released, 0) as locks:
        assert locks.adopted == ()
    assert verify(released.path(StateFile.JOURNAL)).last == last


def test_a_run_of_the_earlier_release_keeps_its_journal(released: StateFiles) -> None:
    """It holds the lock of the old key."""
    (old,) = released.old_keys
    with hold(released.at(old, StateFile.LOCK), 0), pytest.raises(Locked), hold_locks(released, 0):
        raise AssertionError("held")
    assert released.at(old, StateFile.JOURNAL).exists()
    with hold_locks(released, 0) as locks:
        assert len(locks.adopted) == 2


@pytest.mark.parametrize("done", [0, 1, 2])
def test_an_interrupted_adoption_is_finished(released: StateFiles, done: int) -> None:
    """Renamed files stay, and the others follow."""
    (old,) = released.old_keys
    for kind in KINDS[:done]:
        released.at(old, kind).rename(released.path(kind))
    with hold_locks(released, 0) as locks:
        assert len(locks.adopted) == 2 - done
    assert released.path(StateFile.JOURNAL).exists()
    assert released.path(StateFile.HISTORY).exists()
    assert not any(released.at(old, kind).exists() for kind in KINDS)


def test_a_new_id_adopts_the_state_of_the_path(state: Path, tmp_path: Path) -> None:
    """A journal is not lost when its file gets an ID."""
    config = made(tmp_path / "tenants.yaml")
    written(state_files(state, config, None).path(StateFile.JOURNAL))
    named = state_files(state, config, "contoso")
    with hold_locks(named, 0) as locks:
        assert len(locks.adopted) == 1
    assert verify(named.path(StateFile.JOURNAL)).error is None


def test_a_history_that_is_in_use_is_left_for_the_next_run(released: StateFiles) -> None:
    """SQLite must not lose its file under an open connection."""
    (old,) = released.old_keys
    path = released.at(old, StateFile.HISTORY)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with hold_locks(released, 0) as locks:
            assert [source.name for source, _ in locks.adopted] == [f"{old}.journal.jsonl"]
        assert released.in_use(StateFile.HISTORY) == path
    with hold_locks(released, 0) as locks:
        assert [source for source, _ in locks.adopted] == [path]


def test_the_write_ahead_log_moves_with_the_history(tmp_path: Path) -> None:
    """A killed run leaves rows in it."""
    source, target = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    with closing(sqlite3.connect(source, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("CREATE TABLE t (x)")
        writer.execute("INSERT INTO t VALUES (7)")
        for name in ("a.sqlite3", "a.sqlite3-wal"):
            (tmp_path / f"copy-{name}").write_bytes((tmp_path / name).read_bytes())
    for name in ("a.sqlite3", "a.sqlite3-wal"):
        (tmp_path / f"copy-{name}").rename(tmp_path / name)
    assert move_database(source, target)
    assert [path.name for path in tmp_path.iterdir()] == ["b.sqlite3"]
    with closing(sqlite3.connect(target)) as reader:
        assert reader.execute("SELECT x FROM t").fetchall() == [(7,)]


def test_an_invalid_history_is_renamed_unchanged(tmp_path: Path) -> None:
    """Opening it reports the error, as before."""
    source = tmp_path / "a.sqlite3"
    source.write_bytes(b"no database at all" * 100)
    assert move_database(source, tmp_path / "b.sqlite3")
    assert (tmp_path / "b.sqlite3").read_bytes() == b"no database at all" * 100
