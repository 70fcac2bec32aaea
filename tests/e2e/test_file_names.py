"""One journal and one lock for a file, under every path, mount and name."""

import shutil
from pathlib import Path

import pytest

from reconciler.store.run_locks import hold_locks
from reconciler.store.state_paths import StateFile, state_files
from tests.e2e.command import Desk


def journals(desk: Desk) -> list[Path]:
    return sorted((desk.path / "state").glob("*.journal.jsonl"))


def runs(desk: Desk, config: str) -> int:
    """The number of runs in the history of a file."""
    return len(desk.run("history", "-c", config, "--format=csv").out.splitlines()) - 1


def mounted(desk: Desk, day: str) -> Path:
    """Mount the file as Kubernetes mounts a ConfigMap; the next mount replaces it."""
    mount = desk.path / "mount"
    (mount / f"..{day}").mkdir(parents=True)
    shutil.copy(desk.path / "tenants.yaml", mount / f"..{day}")
    (mount / "..new").symlink_to(f"..{day}")
    (mount / "..new").rename(mount / "..data")
    if not (mount / "tenants.yaml").is_symlink():
        (mount / "tenants.yaml").symlink_to("..data/tenants.yaml")
    return mount / "tenants.yaml"


def test_each_mount_of_a_configmap_continues_the_journal(desk: Desk) -> None:
    """The open intent of a crashed run is found, and the history continues."""
    desk.customers(2)
    for number, day in enumerate(("2026_11_25", "2026_11_26"), start=1):
        config = str(mounted(desk, day))
        assert desk.apply("-c", config).status == 0
        assert len(journals(desk)) == 1
        assert runs(desk, config) == number
    verified = desk.run("journal", "verify", "-c", config)
    assert (verified.status, "complete" in verified.out) == (0, True)


def test_files_of_the_earlier_release_are_adopted(desk: Desk) -> None:
    """They are under the resolved path. Commands that only read leave them there."""
    desk.customers(2)
    config = mounted(desk, "2026_11_25")
    files = state_files(desk.path / "state", config, None)
    (old,) = files.old_keys
    assert desk.apply("-c", str(config)).status == 0
    for kind in StateFile:
        files.path(kind).rename(files.at(old, kind))
    assert runs(desk, str(config)) == 1
    assert "complete" in desk.run("journal", "verify", "-c", str(config)).out
    ran = desk.apply("-c", str(config))
    assert ran.status == 0
    assert f"is now {files.path(StateFile.JOURNAL).name}" in ran.err
    assert [path.name for path in journals(desk)] == [files.path(StateFile.JOURNAL).name]
    assert runs(desk, str(config)) == 2
    assert "is now" not in desk.apply("-c", str(config)).err


def test_an_id_keeps_the_journal_wherever_the_file_is(desk: Desk) -> None:
    """All state of the file is stored under the ID."""
    desk.write(
        "  - {name: C1, tenant: 00000000-0000-4000-8000-000000000001}\n", more="id: contoso\n"
    )
    for number, folder in enumerate(("one", "two"), start=1):
        (desk.path / folder).mkdir()
        shutil.copy(desk.path / "tenants.yaml", desk.path / folder)
        config = str(desk.path / folder / "tenants.yaml")
        assert desk.apply("-c", config).status == 0
        assert runs(desk, config) == number
    assert [path.name for path in journals(desk)] == ["contoso.journal.jsonl"]
    assert "contoso.journal.jsonl" in desk.run("journal", "verify", "-c", config).out


@pytest.mark.parametrize("how", ["symbolic", "hard", "dotted"])
def test_two_names_of_one_file_never_write_at_once(desk: Desk, how: str) -> None:
    """The second run exits with 5 before any request; no lock is left afterwards."""
    desk.customers(1)
    file, other = desk.path / "tenants.yaml", desk.path / "other.yaml"
    if how == "symbolic":
        other.symlink_to(file)
    elif how == "hard":
        other.hardlink_to(file)
    else:
        (desk.path / "inside").mkdir()
        other = desk.path / "inside" / ".." / "tenants.yaml"
    state = desk.path / "state"
    state.mkdir(mode=0o700)
    with hold_locks(state_files(state, file, None), 0):
        second = desk.apply("-c", str(other))
        assert (second.status, "another run holds the lock" in second.err) == (5, True)
        assert desk.requests("token", "read", "update") == []
    assert desk.apply("-c", str(other)).status == 0
    assert list(state.glob("inode-*")) == []


def test_a_world_writable_state_directory_is_refused(desk: Desk) -> None:
    """It is not used; a run that only reads warns and continues without history."""
    desk.customers(1)
    (desk.path / "state").mkdir()
    (desk.path / "state").chmod(0o777)
    ran = desk.apply()
    assert (ran.status, "chmod o-w" in ran.err) == (1, True)
    assert desk.requests("token") == []
    planned = desk.plan()
    assert (planned.status, "chmod o-w" in planned.err) == (0, True)
    (desk.path / "state").chmod(0o770)
    assert (desk.apply().status, desk.apply().err) == (0, "")
