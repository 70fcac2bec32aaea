"""The evidence page for a customer."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.core.access.values import Workload
from reconciler.core.customers.evidence import Evidence, EvidenceItem, RawReading
from reconciler.core.history.link_history import LinkHistory, Write
from reconciler.core.identities import User
from reconciler.core.links import Action
from reconciler.core.results import Outcome
from reconciler.core.text import visible
from reconciler.views.markdown.evidence import files, render
from tests.views import facts

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def evidence(name: str) -> Evidence:
    """Evidence of a customer with this name, whose link has it as partner name."""
    plan = facts.plan_of((facts.wanted(name, 1), facts.linked(1, facts.OURS, name)))
    (change,) = plan.changes
    reading = RawReading(
        facts.linked(1, facts.OURS, name), NOW, "https://arm.example", 200, b"{}", "id"
    )
    exhibit = EvidenceItem(change, User("automation", username=name), reading)
    line = {"event": "intent", "tenant": name, "identity": "automation"}
    return Evidence(name, (exhibit,), (line,), None, frozenset(), NOW, "1.2.3", "sha256:c0")


@pytest.mark.parametrize("name", facts.HOSTILE.values(), ids=list(facts.HOSTILE))
def test_a_hostile_name_is_only_text(name: str) -> None:
    """It adds no line, formats nothing, hides nothing, and links nowhere."""
    page = render(evidence(name))
    plain = render(evidence("Fabrikam"))
    assert page.count("\n") == plain.count("\n")
    assert all(visible(line) == line for line in page.splitlines())
    assert "<b>" not in page
    assert "](https://evil" not in page


@pytest.mark.parametrize("name", facts.HOSTILE.values(), ids=list(facts.HOSTILE))
def test_the_facts_are_unchanged_for_programs(name: str) -> None:
    """Programs read the names unchanged; a line of the journal is one line."""
    written = files(evidence(name))
    assert json.loads(written["evidence.json"])["customer"] == name
    (line,) = written["journal.jsonl"].splitlines()
    assert json.loads(line)["tenant"] == name
    assert json.loads(written["history.json"])["known"] is False
    assert b"Our history could not be read" in written["explanation.md"]


def test_the_page_says_what_microsoft_looks_at() -> None:
    """The answer differs between Azure and the Power Platform."""
    azure = evidence("Fabrikam")
    assert "within the roles and the scope" in render(azure)
    assert "that it created" in render(replace(azure, workload=Workload.POWER_PLATFORM))


def test_a_write_under_another_partner_name_is_shown_with_its_problem() -> None:
    """Azure made the link, although its outcome is failed."""
    write = Write(NOW, "Fabrikam", "automation", Action.CREATE, None, facts.OURS, Outcome.FAILED)
    named = replace(write, problem="partner_name_mismatch")
    history = LinkHistory("Fabrikam", "automation", (), (named,))
    page = render(replace(evidence("Fabrikam"), link_histories=(history,)))
    assert "written, but partner\\_name\\_mismatch" in page
    page = render(replace(evidence("Fabrikam"), link_histories=(replace(history, writes=()),)))
    assert "Our history has no changes." in page
