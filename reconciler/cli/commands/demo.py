"""The command `demo`: plan, apply and plan again on an emulated Azure."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status
from reconciler.extras import missing_extra

STEPS = (
    ("Compare the file with Azure.", ("plan",)),
    ("Make the changes.", ("apply", "--yes")),
    ("Compare again. What is left needs a person, and the table says what to do.", ("plan",)),
)

ROOT = Path(__file__).parents[3]
"""The folder that holds the package `reconciler`."""


def demo() -> int:
    """Show plan and apply on an emulated Azure."""
    if problem := missing_extra("emulator", "the demo"):
        raise WrongUsage(problem)
    from reconciler.emulator.server import Emulator

    with (
        as_file(files("reconciler.cli.demo")) as world,
        tempfile.TemporaryDirectory(prefix="pal-demo-") as scratch,
        Emulator(seed=world / "azure.yaml") as azure,
    ):
        shutil.copy(world / "tenants.yaml", scratch)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PAL_RECONCILE_")},
            "PAL_DEMO_SECRET": "demo-secret",
            "PAL_RECONCILE_STATE_DIR": scratch,
            "PAL_RECONCILE_ARM_ENDPOINT": azure.endpoint,
            "REQUESTS_CA_BUNDLE": str(azure.ca_path),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            # A proxy does not reach this machine's loopback. The lower-case variable wins.
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
        }
        statuses = [_step(title, command, environment, scratch) for title, command in STEPS]
    sys.stdout.write("\nFor your own customers, begin with: pal-reconcile init --help\n")
    # Three customers need a person, so every step ends with 4.
    is_as_expected = statuses == [Status.PARTIAL] * len(STEPS)
    return Status.IN_SYNC if is_as_expected else Status.RUN_FAILED


def _step(title: str, command: tuple[str, ...], environment: dict[str, str], folder: str) -> int:
    """Run one command line in a process of its own, in this folder; returns its exit status."""
    sys.stdout.write(f"\n# {title}\n$ pal-reconcile {shlex.join(command)}\n\n")
    sys.stdout.flush()
    # -P: modules of the current folder are not imported.
    arguments = [sys.executable, "-P", "-m", "reconciler", *command]
    status = subprocess.run(arguments, env=environment, cwd=folder, check=False).returncode  # noqa: S603
    sys.stdout.write(f"\nexit status {status}\n")
    sys.stdout.flush()
    return status
