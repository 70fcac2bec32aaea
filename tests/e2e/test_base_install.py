"""The base install, without any extra: every command works and mentions none of them."""

import subprocess
import sys

from reconciler.extras import PACKAGES
from tests.e2e.command import OURS, Desk

SCRIPT = """
import sys
for package in sys.argv[1].split(","):
    sys.modules[package] = None
from reconciler.cli.main import run
for line in sys.argv[2:]:
    print("status", run(line.split()))
"""


def test_commands_work_without_the_extras(desk: Desk) -> None:
    """Nothing that only an extra needs is imported, also at the end of a run."""
    desk.customers(3)
    desk.seed({1: OURS})
    extras = ("keyvault", "metrics", "notify", "postgresql", "dask")
    packages = ",".join(package for extra in extras for package in PACKAGES[extra])
    lines = [
        *("validate", "plan --format html", "show", "doctor", "apply --yes", "nightly"),
        *("report --out report.html", "history", "discover --tenants C1.example", "schema"),
    ]
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, packages, *lines],
        cwd=desk.path,
        env=desk.env,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("status 0") == len(lines), ran.stderr
    assert "internal error" not in ran.stderr
    assert "ModuleNotFoundError" not in ran.stderr
