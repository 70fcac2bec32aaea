"""Ctrl-C while the program starts: one line and exit status 130."""

import signal
import subprocess
import sys

import pytest

INTERRUPTING = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
sys.argv = ["pal-reconcile", "plan"]
from reconciler.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["reconciler.cli.main", "typer", "reconciler.core.exit_status"])
def test_an_interrupted_start_prints_no_traceback(module: str) -> None:
    """At any import."""
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTING.format(module=module)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (128 + signal.SIGINT, "")
    assert ran.stderr == "error: interrupted; no further work was started\n"
