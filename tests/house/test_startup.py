"""Packages that commands load at start: few, so that they start fast. No test measures time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.command_line.command_table import COMMANDS

FILE = """
version: 1
identities:
  me: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: X}}
defaults: {partner: "4936128", identities: [me]}
tenants: [{name: Fabrikam, tenant: 2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11}]
"""

HEAVY = {
    *("azure", "msal", "requests", "urllib3", "cryptography", "rich", "structlog", "sqlalchemy"),
    *("distributed", "dask", "uvicorn", "jinja2", "apprise"),
}


PROGRAM = "import runpy; runpy.run_module('reconciler', run_name='__main__')"


def modules(cwd: Path, *arguments: str) -> set[str]:
    """The modules that a command loads.

    Modules of the standard library and those that the machine loads at each start are left out.
    """
    loaded = _loaded(cwd, PROGRAM, *arguments) - _loaded(cwd, "")
    return {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names}


def packages(cwd: Path, *arguments: str) -> set[str]:
    """The packages that a command loads."""
    return {name.partition(".")[0] for name in modules(cwd, *arguments)}


def _loaded(cwd: Path, code: str, *arguments: str) -> set[str]:
    """The modules that are loaded when this code ends."""
    listing = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, "-c", f"{listing}\n{code}", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env | {"X": "a-secret"},
    )
    assert ran.returncode == 0, ran.stderr[-500:]
    return set(ran.stderr.split())


def test_version_loads_a_single_module(tmp_path: Path) -> None:
    """`--version` does not load the command line, because scripts call it often."""
    assert modules(tmp_path, "--version") == {"reconciler", "reconciler.version"}


def test_help_loads_the_command_line_only(tmp_path: Path) -> None:
    """`--help` loads Typer and its dependencies, and no package that only runs need."""
    allowed = {"reconciler", "typer", "typing_extensions", "annotated_doc", "shellingham"}
    jython = {"org"}  # the module copy tries to import it
    seen = {name for name in packages(tmp_path, "--help") if not name.startswith("_")}
    assert seen <= allowed | jython


@pytest.mark.parametrize("command", ["plan", "apply", "show", "validate"])
def test_the_help_of_a_command_loads_nothing_that_a_run_needs(tmp_path: Path, command: str) -> None:
    """It loads no package for Azure, the network, the terminal or the history."""
    assert packages(tmp_path, command, "--help") & HEAVY == set()


def test_a_command_loads_no_other_command(tmp_path: Path) -> None:
    """Each command is imported when it is used; `--help` lists all, so it loads all."""
    (tmp_path / "tenants.yaml").write_text(FILE)
    commands = "reconciler.cli.commands."
    loaded = {name for name in modules(tmp_path, "validate") if name.startswith(commands)}
    assert loaded == {commands + "validate"}
    listed = {name for name in modules(tmp_path, "--help") if name.startswith(commands)}
    assert listed == {commands + name for name in COMMANDS}


def test_a_file_without_tables_loads_no_reader_of_tables(tmp_path: Path) -> None:
    """`include:` of a CSV file loads it."""
    (tmp_path / "tenants.yaml").write_text(FILE)
    assert "reconciler.config.reading.customer_tables" not in modules(tmp_path, "validate")
    (tmp_path / "tenants.yaml").write_text(f"{FILE}include: [more.csv]\n")
    (tmp_path / "more.csv").write_text("name,tenant\nContoso,contoso.onmicrosoft.com\n")
    assert "reconciler.config.reading.customer_tables" in modules(tmp_path, "validate")


def test_the_log_loads_no_terminal_package(tmp_path: Path) -> None:
    """structlog would load rich and pygments for tracebacks, which no log line has."""
    loaded = _loaded(tmp_path, "import reconciler.log, rich.cells")
    assert {"structlog.dev", "rich.cells"} <= loaded
    assert loaded & {"rich.traceback", "pygments"} == set()


def test_the_tables_of_the_history_load_no_dialect_of_postgresql(tmp_path: Path) -> None:
    """It is needed only by a shared history."""
    loaded = _loaded(tmp_path, "import reconciler.store.history.repository")
    assert "sqlalchemy.dialects.sqlite" in loaded
    assert "sqlalchemy.dialects.postgresql" not in loaded


def test_validate_loads_only_what_reads_the_file(tmp_path: Path) -> None:
    """`validate` loads YAML and pydantic, and no package for Azure, the network or the terminal."""
    (tmp_path / "tenants.yaml").write_text(FILE)
    seen = packages(tmp_path, "validate")
    assert {"yaml", "pydantic"} <= seen
    assert seen & HEAVY == set()
