"""The list of access: names of roles from Azure are only text in every format."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from reconciler.core.access.values import (
    Access,
    AccessReason,
    AccessVerdict,
    Assignment,
    Counts,
    Workload,
)
from reconciler.core.findings import Finding
from reconciler.core.inventory.inventory import Inventory, with_known
from reconciler.core.text import visible
from reconciler.views.lists.access import render_csv, render_markdown, render_table
from reconciler.views.summary import access_sentence
from reconciler.views.terminal.layout import Page
from tests.views import facts

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def inventory(role: str) -> Inventory:
    """One link whose principal holds a role with this name."""
    reason = AccessReason.CUSTOM_ROLE
    held = Assignment("s", "/subscriptions/s", role, None, Counts.PROBABLY, reason)
    found = Access(
        Workload.AZURE, AccessVerdict.PROBABLY, reason, f"{role} on 1", "ask", NOW, (held,), 1
    )
    seen = replace(facts.linked(1, facts.OURS, "Contoso"), access=found)
    plan = facts.plan_of((facts.wanted("Fabrikam", 1), seen))
    finding = Finding("access_none", f"holds {role}", "ask", "Fabrikam")
    return with_known(replace(plan, findings=(finding,)), {}, date(2022, 11, 8))


@pytest.mark.parametrize("role", facts.HOSTILE.values(), ids=list(facts.HOSTILE))
def test_a_hostile_role_is_only_text(role: str) -> None:
    """It adds no line, moves no cursor, formats nothing and is no formula."""
    shown, plain = inventory(role), inventory("Operator")
    markdown = render_markdown(shown)
    assert markdown.count("\n") == render_markdown(plain).count("\n")
    assert all(visible(line) == line for line in markdown.splitlines())
    assert "](https://evil" not in markdown
    table = render_table(shown, Page(80))
    assert all(visible(line) == line for line in table.splitlines())
    rows = list(csv.reader(StringIO(render_csv(shown))))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "@")) for cell in rows[1])


def test_the_summary_names_the_list() -> None:
    """It counts the verdicts and says of which date the list of roles is."""
    assert access_sentence(inventory("Operator")) == (
        "Access: 1 probably (by Microsoft's list of roles of 2022-11-08)."
    )


def test_markdown_has_the_request_to_the_customer() -> None:
    """Findings follow the table."""
    assert "### Findings" in render_markdown(inventory("Operator"))
