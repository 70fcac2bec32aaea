"""Starting is quick because little is loaded: which packages, and not how many milliseconds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILE = """
version: 1
identities:
  me: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: X}}
defaults: {partner: "4936128", identities: [me]}
tenants: [{name: Fabrikam, tenant: 2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11}]
"""

HEAVY = {
    *("azure", "msal", "requests", "urllib3", "cryptography", "rich", "structlog", "sqlalchemy"),
    *("distributed", "dask", "starlette", "uvicorn", "jinja2", "apprise"),
}


def modules(cwd: Path, *arguments: str) -> set[str]:
    """The modules that a command loads, beyond Python's own and what a machine adds to each start.

    As `-X importtime` lists them.
    """
    begun = _imported(cwd, "-m", "reconciler", *arguments) - _imported(cwd, "-c", "")
    return {name for name in begun if name.partition(".")[0] not in sys.stdlib_module_names}


def packages(cwd: Path, *arguments: str) -> set[str]:
    """The packages of these modules."""
    return {name.partition(".")[0] for name in modules(cwd, *arguments)}


def _imported(cwd: Path, *arguments: str) -> set[str]:
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env | {"X": "a-secret"},
    )
    assert ran.returncode == 0, ran.stderr[-500:]
    return {
        line.rpartition("|")[2].strip()
        for line in ran.stderr.splitlines()
        if line.startswith("import time:")
    }


def test_version_loads_a_single_module(tmp_path: Path) -> None:
    """Not even the command line: it is asked for by scripts, and in every report of a bug."""
    assert modules(tmp_path, "--version") == {"reconciler", "reconciler.version"}


def test_help_loads_the_command_line_and_nothing_else(tmp_path: Path) -> None:
    """Typer and what it brings with it: neither pydantic nor YAML, and nothing that runs need."""
    ours = {"reconciler", "typer", "typing_extensions", "annotated_doc", "shellingham"}
    jython = {"org"}  # asked for by copy, in vain
    seen = {name for name in packages(tmp_path, "--help") if not name.startswith("_")}
    assert seen <= ours | jython


@pytest.mark.parametrize("command", ["plan", "apply", "show", "validate"])
def test_the_help_of_a_command_loads_nothing_that_a_run_needs(tmp_path: Path, command: str) -> None:
    """Nothing of Azure, of the network, of the screen or of the history. (Typer loads pydantic.)"""
    assert packages(tmp_path, command, "--help") & HEAVY == set()


def test_validate_loads_what_reads_the_file(tmp_path: Path) -> None:
    """YAML and pydantic; nothing of Azure, of the network or of the screen."""
    (tmp_path / "tenants.yaml").write_text(FILE)
    seen = packages(tmp_path, "validate")
    assert {"yaml", "pydantic"} <= seen
    assert seen & HEAVY == set()
