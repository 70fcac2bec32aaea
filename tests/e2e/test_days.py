"""Dated changes with the installed command: what a date changes, and plans that cross it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.plan_json import digest, seal
from tests.e2e.command import OLD, OURS, Desk, tenant_id

TODAY = datetime.now(UTC).date()
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


def merging(desk: Desk, day: object, count: int = 2) -> None:
    """Customers that all want the old ID, which becomes the new one on that day."""
    becomes = f"becomes: {{partner: uk, from: {day}}}"
    partners = f'{{uk: {{id: "{OURS}", name: Partner {OURS}}}, old: {{id: "{OLD}", {becomes}}}}}'
    tenants = "".join(
        f"  - {{name: C{n}, tenant: {tenant_id(n)}, partner: old, tags: [wave{n % 3 + 1}]}}\n"
        for n in range(1, count + 1)
    )
    desk.write(tenants, partners=partners, more="limits: {change_share: 100%}\n")
    desk.seed(dict.fromkeys(range(1, count + 1), OLD))


def test_a_future_date_is_shown_and_changes_nothing_yet(desk: Desk) -> None:
    """In sync today, two updates on the day; every format shows it, and the history does not."""
    merging(desk, TOMORROW)
    assert desk.run("plan", "--detailed-exitcode").status == 0
    ran = desk.plan("--at", str(TOMORROW), "--detailed-exitcode")
    assert (ran.status, ran.actions) == (2, {"C1": "update", "C2": "update"})
    assert ran.data["for_day"] == str(TOMORROW)
    table = desk.run("plan", "--at", str(TOMORROW))
    assert f"This plan is for {TOMORROW} and cannot be applied before that day." in table.out
    assert len(desk.run("history", "--format", "csv").out.splitlines()) == 2  # head, first plan


def test_a_plan_for_a_future_day_is_not_applied_before_it(desk: Desk) -> None:
    """No option overrides this, and nothing is sent."""
    merging(desk, TOMORROW)
    assert desk.run("plan", "--at", str(TOMORROW), "--out", "plan.json").status == 0
    ran = desk.apply("plan.json", "--allow", "plan-age")
    assert (ran.status, [r["guard"] for r in ran.data["refusals"]]) == (3, ["plan-day"])
    assert str(TOMORROW) in ran.data["refusals"][0]["message"]
    assert desk.requests("create", "update", "remove") == []


def test_a_plan_for_a_day_is_applied_on_that_day(desk: Desk) -> None:
    """The planned day has passed; equal plans have one digest, whatever the day."""
    merging(desk, YESTERDAY)
    assert desk.run("plan", "--at", str(TODAY), "--out", "plan.json").status == 0
    assert json.loads((desk.path / "plan.json").read_text())["digest"] == desk.plan().data["digest"]
    assert set(desk.apply("plan.json").outcomes.values()) == {"applied"}
    assert [desk.truth(n) for n in (1, 2)] == [OURS, OURS]
    runs = desk.run("history", "--format", "csv").out.splitlines()
    assert any(",apply," in line for line in runs)


def test_a_saved_plan_that_crosses_such_a_day_is_refused(desk: Desk) -> None:
    """The plan is from the day before the old ID was replaced; the file's bytes are the same."""
    merging(desk, TODAY)
    desk.seed({2: OURS})
    assert desk.run("plan", "--out", "plan.json").status == 0
    path = desk.path / "plan.json"
    data = json.loads(path.read_text())
    for link in data["links"]:
        link["wanted"]["partner_id"] = OLD
    path.write_text(json.dumps(data | {"digest": digest(data), "seal": seal(data)}))
    ran = desk.apply("plan.json")
    assert (ran.status, [r["guard"] for r in ran.data["refusals"]]) == (3, ["plan-day"])
    assert "C1 / app and 1 more" in ran.data["refusals"][0]["message"]
    assert desk.requests("create", "update", "remove") == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2020-01-01", "is in the past"),
        ("tomorrow", "takes a date such as"),
        ("2027-02-30", "takes a date such as"),
    ],
)
def test_an_invalid_day_is_wrong_usage(desk: Desk, day: str, expected: str) -> None:
    """One line of error; nothing is read."""
    merging(desk, TOMORROW)
    ran = desk.run("plan", "--at", day)
    assert (ran.status, expected in ran.err, desk.requests()) == (64, True, [])


def test_metrics_are_refused_for_a_future_day(desk: Desk) -> None:
    """A collector would take them for today's."""
    merging(desk, TOMORROW)
    ran = desk.run("plan", "--at", str(TOMORROW), "--metrics", "pal.prom")
    assert (ran.status, "--at" in ran.err) == (64, True)


def test_three_hundred_customers_are_re_pointed_in_waves(desk: Desk) -> None:
    """By tag and by number; each summary shows what is left, and the last one shows nothing."""
    merging(desk, TODAY, 300)
    wave = desk.run("apply", "--yes", "--only", "tag:wave1", "--concurrency", "32")
    assert wave.status == 0
    assert "100 applied" in wave.out
    assert "200 links in the file not selected." in wave.out
    wave = desk.run("apply", "--yes", "--max-changes", "150", "--concurrency", "32")
    assert "150 applied and verified; 50 skipped" in wave.out
    assert "50 changes remain." in wave.out
    wave = desk.apply("--concurrency", "32")
    assert (wave.status, wave.data["outcomes"]["applied"]) == (0, 50)
    assert wave.data["not_selected"] == 0


def test_after_its_last_day_a_link_is_removed_under_the_guards(desk: Desk) -> None:
    """A date overrides no guard: eleven removals still need their --allow."""
    desk.customers(11, until=YESTERDAY)
    desk.seed(dict.fromkeys(range(1, 12), OURS))
    ran = desk.apply()
    assert ran.status == 3
    assert "remove-count" in [refusal["guard"] for refusal in ran.data["refusals"]]
    assert desk.requests("remove") == []


def test_before_its_first_day_a_link_is_left_alone(desk: Desk) -> None:
    """It is read and shown, and never changed."""
    desk.customers(2, **{"from": TOMORROW})
    desk.seed({1: OLD})
    ran = desk.apply()
    assert (ran.status, ran.actions) == (0, {"C1": "unmanaged", "C2": "unmanaged"})
