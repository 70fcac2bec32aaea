"""A person's tokens in a real GNOME keyring, on a separate session bus."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import Desk
from tests.e2e.test_users import ALICE, seed, write

pytest.importorskip("gi", reason="no PyGObject, so no keyring")
if not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-daemon")):
    pytest.skip("no gnome-keyring", allow_module_level=True)


@pytest.fixture
def unlocked(desk: Desk) -> Iterator[Desk]:
    """A desk whose home has an unlocked keyring."""
    home = desk.path / "home"
    home.mkdir()
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout
    address = bus.stdout.readline().strip()
    bus.stdout.close()
    desk.env |= {"HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": address}
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=os.environ | desk.env | {"XDG_RUNTIME_DIR": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert keyring.stdin
    keyring.stdin.write(b"open sesame")
    keyring.stdin.close()
    yield desk
    for process in (keyring, bus):
        process.terminate()
        process.wait(timeout=120)


def test_tokens_in_a_keyring(unlocked: Desk) -> None:
    """A nightly run uses tokens from it, several at once, and no file holds them."""
    seed(unlocked)
    write(unlocked, ", unattended: true")
    assert unlocked.run("login", "alice", "--device-code").status == 0
    assert set(unlocked.apply("--allow", "new-partner-id").outcomes.values()) == {"applied"}
    assert set(unlocked.plan().actions.values()) == {"none"}
    files = [path for path in Path(unlocked.path).rglob("*") if path.is_file()]
    assert not [path for path in files if b"refresh_token" in path.read_bytes().lower()]
    assert any(ALICE.encode() in path.read_bytes() for path in files)
