"""`demo`: the whole story on an emulated Azure: plan, apply, plan again."""

import os
import shlex
import shutil
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from reconciler.cli.commands.emulator import MISSING
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status

STEPS = (
    ("What should be, and what is there?", ("plan",)),
    ("Make it so.", ("apply", "--yes")),
    ("Again: what is left needs a person, and says what to do.", ("plan",)),
)


def demo() -> int:
    """Show plan and apply on an emulated Azure."""
    try:
        from reconciler.emulator.server import Emulator
    except ImportError:
        raise WrongUsage(MISSING) from None
    with (
        as_file(files("reconciler.cli.demo")) as world,
        tempfile.TemporaryDirectory(prefix="pal-demo-") as scratch,
        Emulator(seed=world / "azure.yaml") as azure,
    ):
        shutil.copy(world / "tenants.yaml", scratch)
        os.environ |= {
            "PAL_DEMO_SECRET": "demo-secret",
            "PAL_RECONCILE_CONFIG": str(Path(scratch) / "tenants.yaml"),
            "PAL_RECONCILE_STATE_DIR": scratch,
            "PAL_RECONCILE_ARM_ENDPOINT": azure.endpoint,
            "REQUESTS_CA_BUNDLE": str(azure.ca_path),
        }
        statuses = [_step(title, command) for title, command in STEPS]
    # Four customers need a person, so the steps end with 4: that is how the demo should end.
    is_as_told = statuses == [Status.PARTIAL] * len(STEPS)
    return Status.IN_SYNC if is_as_told else Status.RUN_FAILED


def _step(title: str, command: tuple[str, ...]) -> int:
    from reconciler.cli.main import run

    sys.stdout.write(f"\n# {title}\n$ pal-reconcile {shlex.join(command)}\n\n")
    sys.stdout.flush()
    status = run(list(command))
    sys.stdout.write(f"\nexit status {status}\n")
    return status
