"""Shared options: every command offers exactly those that it reads."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import typer

from reconciler.cli.command_line import option_groups
from reconciler.cli.command_line import options as options_module
from reconciler.cli.command_line.options import Options
from reconciler.cli.main import app, run
from reconciler.emulator.server import Emulator
from tests.e2e.command import Desk, tenant_id

UNSEEN = {"no_color"}
"""Options that are put into force before the command begins."""

LEVEL = {"log_level", "verbose", "log_format"}
"""Options that one property reads in turn: `Options.level` stops at the first that is given."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "validate": (),
    "plan": (),
    "apply": ("--yes",),
    "nightly": (),
    "show": (),
    "access": (),
    "report": ("--out", "report.html"),
    "evidence": ("--only", "C1", "--out", "evidence"),
    "discover": ("-c", "tenants.yaml", "--identity", "app", "--tenants", tenant_id(2)),
    "doctor": (),
    "attest": ("report.json",),
    "login": ("alice", "--device-code", "--allow-plaintext-cache"),
    "history show": ("--since", "2026-01-01"),
    "history rebuild": (),
    "history migrate": (),
    "journal verify": (),
}
"""A command line for each command that has shared options."""

PROPERTIES = ("level", "is_table", "is_silent", "trusted", "endpoints")

ON_THE_WAY = {"dataclasses", options_module.__name__, option_groups.__name__}


class RecordedOptions(Options):
    """Options that remember which of them were read, except where they are copied or checked."""

    read: ClassVar[set[str]] = set()

    def __getattribute__(self, name: str) -> Any:
        caller = sys._getframe(1)
        is_property = caller.f_code.co_name in (
            "level",
            "is_table",
            "is_silent",
            "trusted",
            "endpoints",
        )
        if caller.f_globals["__name__"] not in ON_THE_WAY or is_property:
            RecordedOptions.read.add(name)
        return super().__getattribute__(name)


def _offered(command: str) -> set[str]:
    known: Any = typer.main.get_command(app)
    for word in command.split():
        known = known.commands[word]
    shared = set(Options.__dataclass_fields__)
    return {param.name for param in known.params} & shared


def _commands() -> Iterator[str]:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        for inner in getattr(command, "commands", [""]):
            yield f"{name} {inner}".strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_reads_every_shared_option_that_it_offers(
    command: str, tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No option is accepted and ignored."""
    desk = Desk(tmp_path, emulator)
    for name, value in desk.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    desk.seed(approve_as="alice@contoso.com", device_code_interval_s=1)
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}, identities: [app, alice]}}\n",
        more="",
    )
    path = tmp_path / "tenants.yaml"
    alice = "identities:\n  alice: {kind: user, username: alice@contoso.com}"
    path.write_text(path.read_text().replace("identities:", alice, 1))
    (tmp_path / "report.json").write_text("{}")
    monkeypatch.setattr(option_groups, "Options", RecordedOptions)
    RecordedOptions.read = set()
    run([*command.split(), *COMMANDS[command]])
    if command.startswith("history"):
        path.write_text(path.read_text() + "history: {url: {env: PAL_NO_HISTORY}, name: a}\n")
        run([*command.split(), *COMMANDS[command]])
    read = RecordedOptions.read
    if read & {"level"}:
        read |= LEVEL
    assert _offered(command) - UNSEEN - read == set()


def test_every_command_with_shared_options_is_listed_here() -> None:
    """The rule applies to new commands as well."""
    assert {command for command in _commands() if _offered(command) - {"config"}} == set(COMMANDS)


@pytest.mark.parametrize(
    "line",
    [
        "journal verify --executor dask:tcp://127.0.0.1:8786",
        "journal verify --concurrency 2",
        "journal verify --only C1",
        "history migrate --only C1",
        "history migrate --format json",
        "history --quiet",
        "doctor --format html",
        "history --last 3 --since 2026-01-01",
        "history --only C1",
        "doctor --processes 2",
        "evidence --executor dask:tcp://127.0.0.1:8786",
        "login alice --concurrency 2",
        "report --out a.html --format json",
        "validate --state-dir .",
        "validate --log-level debug",
        "attest report.json --format json",
        "init --only C1",
        "schema --config tenants.yaml",
        "nightly --allow remove-count",
        "nightly --max-changes 3",
        "nightly --lock-timeout 3",
        "plan --verbose --log-level debug",
        "plan --endpoint graph=https://graph.example",
        "apply --endpoint graph=https://graph.example",
        "validate --explain --quiet",
        "validate --explain --without-secrets",
    ],
)
def test_an_option_that_a_command_would_ignore_is_wrong_usage(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """64 and one error that names the option, before the file is read."""
    monkeypatch.chdir(tmp_path)
    assert run(line.split()) == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")


def test_the_log_level_follows_verbose() -> None:
    """-v is info, -vv is debug; without them warning, and info for JSON."""
    levels = [Options(verbose=count).level for count in (0, 1, 2, 3)]
    assert levels == ["warning", "info", "debug", "debug"]
