"""Results as HTML pages, with the installed command."""

import pytest

from tests.e2e.command import OLD, OURS, Desk


@pytest.mark.parametrize(
    ("command", "word", "status"),
    [("plan", "update", 0), ("show", "drift", 0), ("apply", "applied", 0)],
)
def test_a_result_can_be_a_page(desk: Desk, command: str, word: str, status: int) -> None:
    """stdout is one complete page with every link; the exit status is that of any other format."""
    desk.customers(2)
    desk.seed({1: OLD, 2: OURS})
    arguments = [command, "--format", "html", *(["--yes"] if command == "apply" else [])]
    ran = desk.run(*arguments)
    assert ran.status == status
    assert ran.out.startswith("<!doctype html>\n")
    assert ran.out.endswith("</html>\n")
    assert f'">{word}</span>' in ran.out
    assert ran.out.count('<tr><td class="state">') == 2


def test_a_command_without_a_page_says_so(desk: Desk) -> None:
    """Wrong usage before anything is read; the message lists the command's formats."""
    desk.customers(1)
    ran = desk.run("doctor", "--format", "html")
    assert (ran.status, ran.out) == (64, "")
    assert ran.err == (
        "error: --format takes one of table, json, markdown, csv, not 'html'\n"
        "For help, run: pal-reconcile doctor --help\n"
    )
    assert desk.requests() == []
