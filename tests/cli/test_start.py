"""The start of the program: Ctrl-C during an import, and systems that are not supported."""

import signal
import subprocess
import sys

import pytest

from reconciler.__main__ import main

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


def test_windows_is_told_about_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ends with 1 before anything is imported that Windows does not have."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as ended:
        main()
    assert "run it in WSL" in str(ended.value.code)
