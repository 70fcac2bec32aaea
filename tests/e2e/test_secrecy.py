"""Secrets stay in the memory of the run: no output and no file contains one."""

from pathlib import Path

import pytest

from tests.e2e.command import APP, OURS, SECRET, Desk, tenant_id

TOKEN = b"eyJ"
"""How every access token begins."""


def kept(desk: Desk) -> bytes:
    """All bytes of all files that a run wrote."""
    return b"".join(path.read_bytes() for path in desk.path.rglob("*") if path.is_file())


def test_nothing_that_a_run_leaves_behind_holds_a_secret(desk: Desk) -> None:
    """Not the log with -vv, the plan, report, journal, metrics or history."""
    desk.seed()
    desk.customers(3)
    talk = ("--log-format=json", "--log-level=debug")
    runs = [
        desk.run("plan", "--out", "plan.json", *talk),
        desk.run("apply", "--yes", "--format=json", "--allow=new-partner-id", *talk),
        desk.run("show", "--format=csv", *talk),
        desk.run("doctor", *talk),
        desk.run("journal", "verify"),
    ]
    assert [ran.status for ran in runs] == [0] * 5
    everything = "".join(ran.out + ran.err for ran in runs).encode() + kept(desk)
    assert OURS.encode() in everything
    assert SECRET.encode() not in everything
    assert TOKEN not in everything


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc on this platform")
def test_the_process_list_shows_no_secret(desk: Desk) -> None:
    """Other users of the machine see the command lines of the run and of its children."""
    program = desk.path / "secret"
    program.write_text(f"#!/bin/sh\nsleep 1\nprintf %s {SECRET}\n", encoding="utf-8")
    program.chmod(0o700)
    desk.seed(latency_s=0.5)
    (desk.path / "tenants.yaml").write_text(
        f'version: 1\npartners: {{uk: {{id: "{OURS}"}}}}\nidentities:\n'
        f"  app: {{kind: client_secret, client_id: {APP}, secret: {{command: [{program}]}}}}\n"
        "defaults: {partner: uk, identities: [app]}\n"
        f"tenants:\n  - {{name: C1, tenant: {tenant_id(1)}}}\n",
        encoding="utf-8",
    )
    process = desk.start("plan", "--format", "json", PAL_RECONCILE_ALLOW_COMMANDS="1")
    seen = b""
    while process.poll() is None:
        seen += command_lines()
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    assert b"pal-reconcile" in seen
    assert SECRET.encode() not in seen
    assert TOKEN not in seen


def command_lines() -> bytes:
    """The command line of every process, as `ps` shows it."""
    lines = b""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines += entry.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
    return lines


def test_a_world_readable_secret_file_is_a_finding(desk: Desk) -> None:
    """It works, and every command that checks the file reports it."""
    secret = desk.path / "app.secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o644)
    desk.seed({1: OURS})
    desk.customers(1)
    file = desk.path / "tenants.yaml"
    file.write_text(file.read_text().replace("{env: PAL_SECRET}", "{file: app.secret}"))
    finding = f"every user of this machine can read the secret file {secret}"
    ran = desk.run("validate")
    assert (ran.status, f"warning: {finding}; run chmod o-r on the file" in ran.err) == (0, True)
    findings = desk.plan().data["findings"]
    assert [(f["code"], f["identity"]) for f in findings] == [("secret_file_exposed", "app")]
    assert finding in desk.run("doctor").out
    secret.chmod(0o600)
    assert desk.plan().data["findings"] == []
