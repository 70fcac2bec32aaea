"""The installed wheel under the restrictions of the systemd unit.

`unshare`, `mount` and `setpriv` apply what the unit in deploy/ requests from systemd: a user
without a home, a read-only root file system, no new privileges. Without root, the tests
are skipped.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.server import Emulator
from tests.e2e.command import OLD, SECRET, Desk
from tests.tools import tool

ROOT = Path(__file__).parents[2]
NOBODY = 64_999
"""A user that no machine has."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built as by `make build`."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    shutil.copytree(
        ROOT / "reconciler", source / "reconciler", ignore=shutil.ignore_patterns("__pycache__")
    )
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    ran = subprocess.run(build, cwd=source, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; its dependencies come from the current one."""
    place = tmp_path_factory.mktemp("opt")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    where = ["--prefix", str(place), "--ignore-installed", str(wheel)]
    subprocess.run([*pip, *where], check=True, capture_output=True)
    ours = sysconfig.get_paths()["purelib"]
    (packages / "needs.pth").write_text(f"{ours}\n")
    for folder in (place, *place.parents):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return place / "bin" / "pal-reconcile"


def test_the_wheel_contains_all_files_that_a_run_needs(wheel: Path) -> None:
    """The wheel contains pages, migrations and type information, not only Python modules."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "reconciler").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert tracked - names == set()
    assert not any(name.startswith("tests/") for name in names)


def test_pypi_accepts_the_wheel(wheel: Path) -> None:
    """Its description renders, and its contents have no oddities."""
    for checker in ((tool("twine"), "check", "--strict"), (tool("check-wheel-contents"),)):
        ran = subprocess.run([*checker, str(wheel)], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture
def world(tmp_path: Path, emulator: Emulator) -> Iterator[Path]:
    """The file and the certificate, readable by all, and the service's own state directory."""
    probe = [tool("unshare"), "--mount", "mount", "--make-rprivate", "/"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("only root can shut a program in like systemd, and not everywhere")
    desk = Desk(tmp_path, emulator)
    desk.customers(2)
    desk.seed({1: OLD})
    place = Path(
        subprocess.run(
            ["mktemp", "-d", "/var/tmp/pal-service-XXXXXX"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    place.chmod(0o755)
    for name, data in (
        ("tenants.yaml", (desk.path / "tenants.yaml").read_bytes()),
        ("ca.pem", Path(desk.azure.ca_path).read_bytes()),
    ):
        (place / name).write_bytes(data)
        (place / name).chmod(0o644)
    (place / "state").mkdir(mode=0o700)
    os.chown(place / "state", NOBODY, NOBODY)
    yield place
    shutil.rmtree(place)


def restricted(
    world: Path, program: Path, azure: Emulator, *arguments: str, state: str = "state"
) -> "subprocess.CompletedProcess[str]":
    """Run the program as the user nobody; only the state directory is writable."""
    unshare, setpriv = tool("unshare"), tool("setpriv")
    script = (
        f"mount --make-rprivate / && mount --bind {world}/state {world}/state && "
        "mount -o remount,ro,bind / && mount -t tmpfs tmpfs /home 2>/dev/null; "
        f"exec {setpriv} --reuid {NOBODY} --regid {NOBODY} --clear-groups --no-new-privs "
        '--inh-caps=-all --bounding-set=-all "$@"'
    )
    environment = {
        "PATH": os.environ["PATH"],
        "PAL_SECRET": SECRET,
        "PAL_RECONCILE_CONFIG": str(world / "tenants.yaml"),
        "PAL_RECONCILE_STATE_DIR": str(world / state),
        "PAL_RECONCILE_ARM_ENDPOINT": azure.endpoint,
        "REQUESTS_CA_BUNDLE": str(world / "ca.pem"),
    }
    return subprocess.run(
        [unshare, "--mount", "sh", "-c", script, "sh", str(program), *arguments],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_nightly_works_under_the_restrictions_of_the_service(
    world: Path, installed: Path, emulator: Emulator
) -> None:
    """nightly plans, repairs, and records its runs in the state directory."""
    looked = restricted(world, installed, emulator, "nightly", "-q", "--log-format", "json")
    assert looked.returncode == 2, looked.stdout + looked.stderr
    assert json.loads(looked.stderr.splitlines()[-1])["status"] == 2
    page = f"{world}/state/report.html"
    arguments = (
        "nightly",
        "-q",
        "--repair",
        "--report",
        page,
        "--metrics",
        f"{world}/state/p.prom",
    )
    repaired = restricted(world, installed, emulator, *arguments)
    assert (repaired.returncode, repaired.stderr) == (0, ""), repaired.stdout
    assert restricted(world, installed, emulator, "nightly", "-q").stdout == ""
    kept = list((world / "state").iterdir())
    assert {path.stat().st_uid for path in kept} == {NOBODY}
    private = {
        path.name: oct(path.stat().st_mode & 0o077) for path in kept if path.suffix != ".prom"
    }
    assert set(private.values()) == {"0o0"}, private


def test_a_state_directory_of_another_user_is_reported(
    world: Path, installed: Path, emulator: Emulator
) -> None:
    """Without its journal a repair writes nothing; a run that only reads continues unrecorded."""
    os.chown(world / "state", 0, 0)
    looked = restricted(world, installed, emulator, "nightly", "-q")
    assert looked.returncode == 2, looked.stdout + looked.stderr
    assert "history: " in looked.stdout
    assert f"{world}/state" in looked.stdout
    repaired = restricted(world, installed, emulator, "nightly", "-q", "--repair")
    assert repaired.returncode == 1
    assert f"{world}/state" in repaired.stdout
    applied = restricted(world, installed, emulator, "apply", "--yes")
    assert (applied.returncode, "Traceback" in applied.stderr) == (1, False)
    assert f"{world}/state" in applied.stderr
    assert [
        entry
        for entry in emulator.state.requests.entries
        if entry.method != "GET" and entry.operation != "token"
    ] == []
