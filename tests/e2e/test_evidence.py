"""`evidence`: a folder with the evidence for one customer."""

import hashlib
import json
import stat
from pathlib import Path

import pytest

from tests.e2e.command import OLD, OURS, Desk, Ran, tenant_id

NAMES = ("Fabrikam", "Northwind", "Tailspin", "Wingtip")


def write(desk: Desk, *more: str) -> None:
    """Four customers; the text of one entry names another customer."""
    keys = ["", ", tags: [like-northwind]", ", state: unmanaged", *more]
    rows = [
        f"  - {{name: {name}, tenant: {tenant_id(n)}{keys[n - 1] if n <= len(keys) else ''}}}\n"
        for n, name in enumerate(NAMES, 1)
    ]
    desk.write("".join(rows))


def evidence(desk: Desk, *arguments: str) -> Ran:
    return desk.run("evidence", "--out", "for-them", *arguments)


def folder(desk: Desk) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (desk.path / "for-them").iterdir()}


def is_silent_about(files: dict[str, bytes], *numbers: int) -> bool:
    text = b"\n".join(files.values()).decode().casefold()
    words = [word for n in numbers for word in (NAMES[n - 1].casefold(), tenant_id(n))]
    return not any(word in text for word in words)


def test_a_customer_sees_its_link_and_no_other_customer(desk: Desk) -> None:
    """Azure's exact answer with digest and time, the journal, the history, and a page."""
    desk.seed({1: OLD, 2: OLD, 3: OURS})
    write(desk, ", attested: {partner: uk, by: alice, on: 2026-01-01}")
    assert desk.apply("--allow", "new-partner-id", "--allow", "change-share").status == 0
    ran = evidence(desk, "--only", "Fabrikam", "--format", "json")
    assert ran.status == 0, ran.err
    assert [link["tenant"] for link in ran.data["links"]] == ["Fabrikam"]
    files = folder(desk)
    assert set(files) == {
        *("explanation.md", "evidence.json", "history.json", "journal.jsonl", "answer-1.json")
    }
    (link,) = json.loads(files["evidence.json"])["links"]
    assert (link["observed"]["partner_id"], link["tenant_id"]) == (OURS, tenant_id(1))
    answer = link["answer"]
    assert answer["digest"] == "sha256:" + hashlib.sha256(files[answer["file"]]).hexdigest()
    assert (answer["status"], answer["read_at"][-1], bool(answer["request_id"])) == (200, "Z", True)
    assert json.loads(files["answer-1.json"])["properties"]["partnerId"] == OURS
    (link_history,) = json.loads(files["history.json"])["links"]
    (written,) = link_history["written"]
    assert (written["before"], written["after"], written["outcome"]) == (OLD, OURS, "applied")
    events = [json.loads(line)["event"] for line in files["journal.jsonl"].splitlines()]
    assert events == ["intent", "outcome"]
    page = files["explanation.md"].decode()
    for words in ("# Partner Admin Link: Fabrikam", OURS, "No new data.", "The link adds no role"):
        assert words in page
    assert is_silent_about(files, 2, 3, 4)
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (desk.path / "for-them").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((desk.path / "for-them").stat().st_mode) == 0o700


def test_texts_that_name_other_customers_are_redacted(desk: Desk) -> None:
    """A reason or a note may name another customer; it is redacted."""
    desk.seed({1: OURS})
    desk.write(
        f"  - {{name: Fabrikam, tenant: {tenant_id(1)}, "
        "hold: {until: 2999-01-01, reason: like Northwind and northwind.example}}\n"
        f"  - {{name: Wingtip, tenant: {tenant_id(4)}, attested: "
        "{partner: uk, by: alice, on: 2026-01-01, note: as Fabrikam}}\n"
        "  - {name: Northwind, tenant: northwind.example, state: unmanaged}\n"
    )
    assert evidence(desk, "--only", "Fabrikam").status == 0
    assert is_silent_about(folder(desk), 2)
    assert b"held until 2999-01-01: like [another customer] and" in folder(desk)["evidence.json"]
    assert evidence(desk, "--only", "Wingtip", "--force").status == 0
    files = folder(desk)
    assert "answer-1.json" not in files
    assert b"alice saw it linked to 4936128 on 2026-01-01: as" in files["explanation.md"]
    assert is_silent_about(files, 1, 2)


def test_a_covered_customer_sees_the_link_that_serves_it(desk: Desk) -> None:
    """The link is in the partner's tenant; other customers that it covers are not named."""
    desk.seed({9: OURS})
    desk.write(
        f"  - {{name: Contoso, tenant: {tenant_id(9)}, covers: [Fabrikam, Northwind]}}\n"
        f"  - {{name: Fabrikam, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: Northwind, tenant: {tenant_id(2)}}}\n"
    )
    assert desk.run("show").status == 0
    assert evidence(desk, "--only", "Northwind").status == 0
    files = folder(desk)
    assert b"# Partner Admin Link: Northwind" in files["explanation.md"]
    assert b"works from our own tenant" in files["explanation.md"]
    assert is_silent_about(files, 1)


def test_an_unreadable_link_is_reported(desk: Desk) -> None:
    """The folder is written, the status is 4, and Azure's exact refusal is kept."""
    desk.seed(
        {1: OURS},
        faults=[{"operation": "read", "status": 403, "code": "Forbidden", "message": "no"}],
    )
    write(desk)
    assert evidence(desk, "--only", "Fabrikam").status == 4
    files = folder(desk)
    (link,) = json.loads(files["evidence.json"])["links"]
    assert (link["observed"]["state"], link["answer"]["status"]) == ("unknown", 403)
    assert b"It may still exist." in files["explanation.md"]
    assert b"Forbidden" in files["answer-1.json"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "name it with --only"),
        (("--only", "*"), "evidence is for one customer, and 4 are selected (Fabrikam, Northwind"),
        (("--only", "Fabrikam", "--out", "there"), "there exists and is left as it is"),
        (
            ("--only", "Fabrikam", "--out", "no/such"),
            "no/such: there is no such folder",
        ),
        (("--only", "Fabrikam", "--out", "tenants.yaml", "--force"), "there is no such folder"),
    ],
)
def test_wrong_usage_is_reported_in_one_line(
    desk: Desk, arguments: tuple[str, ...], expected: str
) -> None:
    """No request is sent and nothing is written."""
    write(desk)
    there = desk.path / "there"
    there.mkdir()
    ran = evidence(desk, *arguments)
    assert (ran.status, expected in ran.err) == (64, True), ran.err
    assert (list(there.iterdir()), (desk.path / "for-them").exists()) == ([], False)
    assert desk.requests() == []


def test_force_removes_earlier_evidence_and_no_other_file(desk: Desk) -> None:
    """Evidence of another customer is removed; the user's own files stay."""
    desk.seed({1: OURS})
    write(desk)
    there: Path = desk.path / "for-them"
    there.mkdir()
    (there / "answer-2.json").write_text("of another")
    (there / "letter.txt").write_text("ours")
    assert evidence(desk, "--only", "Fabrikam", "--force").status == 0
    assert "answer-2.json" not in folder(desk)
    assert folder(desk)["letter.txt"] == b"ours"
