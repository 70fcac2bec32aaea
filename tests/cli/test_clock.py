"""Holds, attestations and the age of a plan at given moments, in UTC."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

import reconciler.config.load  # noqa: F401 - pydantic cannot build models under a frozen clock
from reconciler.azure.clouds import CLOUDS
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.plan_files import load_plan, save_plan
from reconciler.cli.selected_links import Selection
from reconciler.cli.selection import now, read_file
from reconciler.core.diff import diff
from reconciler.core.guards.attended import check
from reconciler.core.links import Action, Observed, ObservedState
from reconciler.core.plan import Plan
from reconciler.store.journal import FileJournal, lines
from tests.clocks import frozen

if TYPE_CHECKING:
    from reconciler.cli.run import Run

FILE = """version: 1
partners: {uk: {id: "4936128"}}
identities: {me: {kind: azure_cli}}
defaults: {partner: uk, identities: [me]}
tenants:
  - name: Fabrikam
    tenant: fabrikam.com
    hold: {until: 2027-01-01, reason: contract}
  - name: Northwind
    tenant: northwind.com
    attested: {partner: uk, by: ops@contoso.example, on: 2026-01-01}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "tenants.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def selected(path: Path) -> Selection:
    return read_file(Options(config=path))


def planned(selection: Selection) -> Plan:
    """A plan of links that do not exist yet."""
    places = [want.place for want in selection.wanted]
    unlinked = {place: Observed(ObservedState.NOT_LINKED, "tid", place.tenant) for place in places}
    changes = diff(selection.wanted, unlinked)
    cloud = CLOUDS["public"]
    made = Plan(changes, selection.config.digest, now(), "1.0")
    return replace(made, cloud=cloud.name, endpoint=cloud.endpoint)


def run_of(selection: Selection) -> "Run":
    """A run without a connection, to compare a saved plan with."""
    azure = SimpleNamespace(cloud=CLOUDS["public"])
    return cast("Run", SimpleNamespace(config=selection.config, azure=azure))


@pytest.mark.parametrize(
    ("moment", "actions"),
    [
        ("2026-12-31T23:59:59+00:00", [Action.HELD, Action.ATTESTED]),
        ("2027-01-01T00:00:00+00:00", [Action.CREATE, Action.ATTESTED]),
        # In Auckland the year has changed; in UTC it has not.
        ("2027-01-01T08:00:00+13:00", [Action.HELD, Action.ATTESTED]),
    ],
)
def test_a_hold_ends_with_the_day_before_in_utc(
    path: Path, moment: str, actions: list[Action]
) -> None:
    """In every time zone of the machine."""
    with frozen(moment):
        assert [change.action for change in planned(selected(path)).changes] == actions


def test_findings_appear_on_their_day(path: Path) -> None:
    """An old attestation and a hold that ended are findings."""
    with frozen("2026-11-23"):
        assert selected(path).config.findings == ()
    with frozen("2027-01-02"):
        codes = [finding.code for finding in selected(path).config.findings]
    assert codes == ["hold_expired", "attestation_old"]


@pytest.mark.parametrize(
    ("later", "guards"),
    [
        (timedelta(0), []),
        (timedelta(hours=24), []),
        (timedelta(hours=24, seconds=1), ["plan-age"]),
        (timedelta(days=-1), ["plan-age"]),
    ],
)
def test_an_old_saved_plan_is_refused(path: Path, later: timedelta, guards: list[str]) -> None:
    """A plan of one day is accepted; a clock that was set back makes a plan from the future."""
    file = path.with_name("plan.json")
    with frozen("2027-02-01T02:00:00Z") as clock:
        selection = selected(path)
        save_plan(file, planned(selection))
        clock.move_to("2027-02-01T02:00:00Z")
        clock.tick(later)
        plan, refusals = load_plan(file, run_of(selection))
        refusals += check(
            plan, plan.writes, selection.config.limits, named=(), allowed=(), now=now()
        )
    assert [refusal.guard for refusal in refusals] == guards


def test_a_journal_keeps_its_order_when_the_clock_is_set_back(path: Path) -> None:
    """Lines are chained by digest, not by time."""
    journal_path = path.with_name("journal.jsonl")
    with frozen("2027-02-01T02:00:00Z") as clock:
        journal = FileJournal(journal_path, "run", {}, now)
        change = planned(selected(path)).changes[0]
        journal.intend(change)
        clock.tick(timedelta(days=-3))
        journal.recover("Fabrikam", "me", change.observed)
        journal.close()
    found = list(lines(journal_path))
    assert [line["event"] for line in found] == ["run", "intent", "recovered"]
    assert [line["at"][:10] for line in found] == ["2027-02-01", "2027-02-01", "2027-01-29"]
