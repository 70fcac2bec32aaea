"""A pipe in place of a file is refused at once, with what to do instead."""

import os

import pytest

from tests.e2e.command import Desk


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("validate", "-c", "fifo"), 78),
        (("plan", "--ca-bundle", "fifo"), 64),
        (("apply", "fifo", "--yes"), 3),
        (("discover", "--identity", "automation", "--tenants-from", "fifo", "--out", "x"), 78),
        (("attest", "fifo", "--by", "Ana"), 64),
    ],
)
def test_a_pipe_in_place_of_a_file_is_refused(
    desk: Desk, arguments: tuple[str, ...], status: int
) -> None:
    """For the file, the CA bundle, a plan, a list of customers and a report; nothing blocks."""
    desk.customers(1)
    os.mkfifo(desk.path / "fifo")
    ran = desk.run(*arguments)
    assert (ran.status, "pipe" in ran.err + ran.out) == (status, True), ran.err
    assert "Traceback" not in ran.err


def test_a_secret_in_a_pipe_is_refused(desk: Desk) -> None:
    """A secret file that is a pipe is an error of the file."""
    desk.customers(1)
    os.mkfifo(desk.path / "fifo")
    path = desk.path / "tenants.yaml"
    text = path.read_text()
    assert "{env: " in text
    before, _, after = text.partition("{env: ")
    path.write_text(f"{before}{{file: fifo}}{after.partition('}')[2]}")
    ran = desk.run("plan")
    assert (ran.status, "pipe" in ran.err) == (78, True), ran.err
