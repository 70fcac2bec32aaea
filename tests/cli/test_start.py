"""The start of the program: Ctrl-C during an import, and systems that are not supported."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.__main__ import main
from reconciler.cli.main import run

FILE = """version: 1
partners: {uk: {id: "4936128"}}
identities: {alice: {kind: user, username: alice@contoso.com}}
defaults: {partner: uk, identities: [alice]}
tenants: [{name: Fabrikam, tenant: fabrikam.com}]
"""

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


class InterruptedInput(io.BytesIO):
    """A stdin at which the user presses Ctrl-C."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Raise what Ctrl-C raises."""
        raise KeyboardInterrupt


def test_an_interrupted_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no run is in progress: at a prompt, or while a file is read."""
    monkeypatch.chdir(tmp_path)
    Path("tenants.yaml").write_text(FILE)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(InterruptedInput()))
    assert run(["attest", "-"]) == 128 + signal.SIGINT
    assert capsys.readouterr().err == "error: interrupted; no further work was started\n"


def test_windows_is_told_about_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ends with 1 before anything is imported that Windows does not have."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as ended:
        main()
    assert "run it in WSL" in str(ended.value.code)
