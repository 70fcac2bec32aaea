"""`findings: {ignore: [CODE]}` silences findings in every output."""

import pytest

from tests.e2e.command import OURS, Desk, tenant_id

PARTNERS = f'{{uk: {{id: "{OURS}", name: Fabrikam}}, next: {{id: "{int(OURS) + 1}"}}}}'
CODES = ("neighbouring_partner_ids", "only_one_principal", "partner_name_mismatch")
COMMANDS = (
    "plan",
    "plan --format json",
    "plan --format markdown",
    "plan --out saved.json",
    "show",
    "show --format json",
    "apply --yes",
    "apply --yes --format json",
    "doctor",
    "doctor --format json",
    "report --force --out report.html",
)


def write(desk: Desk, *ignored: str) -> None:
    more = f"findings: {{ignore: [{', '.join(ignored)}]}}\n" if ignored else ""
    tenants = f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
    desk.write(tenants, partners=PARTNERS, more=more)
    desk.seed({1: OURS})


def codes(desk: Desk, command: str) -> set[str]:
    return {finding["code"] for finding in desk.run(*command.split()).data["findings"]}


def test_only_the_listed_codes_are_ignored(desk: Desk) -> None:
    """The others are reported as before, from the file and from reads."""
    write(desk)
    assert codes(desk, "show --format json") == set(CODES)
    write(desk, CODES[0], CODES[1])
    assert codes(desk, "show --format json") == {"partner_name_mismatch"}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_output_reports_an_ignored_finding(desk: Desk, command: str) -> None:
    """The status stays; neither code nor text of the finding is in the output."""
    write(desk)
    before = desk.run(*command.split())
    write(desk, *CODES)
    after = desk.run(*command.split())
    assert after.status == before.status
    pages = [path.read_text() for path in desk.path.glob("*.html")]
    pages += [path.read_text() for path in desk.path.glob("saved.json")]
    for text in (after.out, after.err, *pages):
        assert [code for code in CODES if code in text] == []
        assert "are consecutive" not in text
        assert "global account" not in text


def test_validate_does_not_warn_of_an_ignored_finding(desk: Desk) -> None:
    """A warning without it is one about something else."""
    write(desk)
    assert "global account" in desk.run("validate").err
    write(desk, *CODES)
    assert desk.run("validate").err == ""
