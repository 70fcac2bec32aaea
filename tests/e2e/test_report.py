"""The report page, with the installed command."""

from pathlib import Path

import pytest

from tests.e2e.command import FOREIGN, OLD, OURS, Desk


def test_a_first_report_shows_today(desk: Desk) -> None:
    """The page says that there is no earlier run; only the owner can read the file."""
    desk.customers(3)
    desk.seed({1: OURS, 2: OLD})
    ran = desk.run("report", "--out", "report.html")
    path = desk.path / "report.html"
    page = path.read_text()
    assert (ran.status, ran.out) == (0, "")
    assert "Wrote report.html: 3 links: 2 linked, 1 not linked." in ran.err
    assert "2 links differ from the file" in page
    assert "No earlier run is recorded" in page
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_report_includes_the_recorded_history(desk: Desk) -> None:
    """Each link has its timeline: the write that made it, and later changes."""
    desk.customers(2)
    desk.seed({1: OLD})
    assert desk.apply().status == 0
    links = desk.azure.state.links
    for place in list(links.records):
        links.put(place, FOREIGN)
    ran = desk.run("report", "--out", "report.html", "-q")
    page = (desk.path / "report.html").read_text()
    assert (ran.status, ran.err) == (0, "")
    assert "2 links differ from the file" in page
    assert page.count(FOREIGN) > 2
    assert "applied" in page
    runs = desk.run("history", "--format", "csv").out
    assert ",report," in runs


def test_a_second_report_compares_with_the_first(desk: Desk) -> None:
    """Also if both are of one morning; links that stayed as they were are counted."""
    desk.customers(3)
    desk.seed({1: OURS, 2: OLD})
    assert desk.run("report", "--out", "first.html").status == 0
    links = desk.azure.state.links
    place = next(place for place, link in links.records.items() if link.partner_id == OURS)
    links.put(place, FOREIGN)
    assert desk.run("report", "--out", "second.html").status == 0
    page = (desk.path / "second.html").read_text()
    assert "Compared with the run of" in page
    assert "new drift</span>" in page
    assert "2 still drifted" in page


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--out", "old.html"), "old.html exists and is left as it is"),
        (("--out", "."), "is a folder; name a file in it"),
        (("--out", "nowhere/report.html"), "there is no such folder"),
        (("--out", "new.html", "--format", "json"), "report has no option --format"),
        ((), "--out"),
    ],
)
def test_an_existing_page_is_refused_before_any_read(
    desk: Desk, arguments: tuple[str, ...], expected: str
) -> None:
    """The error comes before any request to Azure."""
    desk.customers(1)
    (desk.path / "old.html").write_text("mine")
    ran = desk.run("report", *arguments)
    assert (ran.status, expected in ran.err, desk.requests()) == (64, True, [])
    assert (desk.path / "old.html").read_text() == "mine"
    assert desk.run("report", "--out", "old.html", "--force").status == 0
    assert "<html" in (desk.path / "old.html").read_text()


def test_an_unreadable_history_is_reported_on_the_page(desk: Desk) -> None:
    """The current state is still shown, and the status is that of the reads."""
    desk.customers(1)
    assert desk.run("plan").status == 0
    (book,) = Path(desk.env["PAL_RECONCILE_STATE_DIR"]).glob("*.history.sqlite3")
    book.write_bytes(b"no database " * 100)
    ran = desk.run("report", "--out", "report.html")
    page = (desk.path / "report.html").read_text()
    assert ran.status == 0
    assert "No history." in page


def test_an_unreadable_link_is_4_and_on_the_page(desk: Desk) -> None:
    """As with `show`."""
    desk.customers(2)
    desk.seed({1: OURS}, faults=[{"aadsts": 53003}])
    ran = desk.run("report", "--out", "report.html")
    assert (ran.status, "Exit status 4: 2 links unreadable (" in ran.err) == (4, True)
    assert "2 cannot be read" in (desk.path / "report.html").read_text()


def test_a_nightly_run_writes_its_report_and_reads_once(desk: Desk) -> None:
    """It replaces the page of the run before; repaired links are shown as they are now."""
    desk.customers(2)
    desk.seed({1: OLD, 2: OURS})
    assert desk.run("nightly", "-q", "--report", "report.html").status == 2
    assert "1 link differs from the file" in (desk.path / "report.html").read_text()
    reads = len(desk.requests("read"))
    assert desk.run("nightly", "-q", "--repair", "--report", "report.html").status == 0
    assert "All links are in sync" in (desk.path / "report.html").read_text()
    assert len(desk.requests("read")) == reads + 4  # two, and before and after the one write


def test_a_nightly_report_that_cannot_be_written_is_reported(desk: Desk) -> None:
    """The run and its status count, and the missing page is reported as well.

    The page's folder is missing at the end: the program that prints a secret removes it.
    """
    desk.customers(1)
    desk.seed({1: OURS})
    file = desk.path / "tenants.yaml"
    program = "[sh, -c, 'rmdir pages; printf a-long-secret']"
    file.write_text(file.read_text().replace("{env: PAL_SECRET}", f"{{command: {program}}}"))
    (desk.path / "pages").mkdir()
    desk.env["PAL_RECONCILE_ALLOW_COMMANDS"] = "1"
    ran = desk.run("nightly", "-q", "--report", "pages/report.html")
    assert (ran.status, ran.err) == (0, "")
    assert "report: cannot write the report to pages/report.html" in ran.out


def test_a_nightly_report_without_a_folder_is_wrong_usage(desk: Desk) -> None:
    """The error comes before the run starts."""
    desk.customers(1)
    assert desk.run("nightly", "--report", "nowhere/report.html").status == 64
