"""A plan's JSON has the documented shape, and equal plans have equal digests."""

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from reconciler.core.errors import Refused
from reconciler.core.findings import Finding
from reconciler.core.links import Action, Observed, ObservedState, Place, Settled, Wanted
from reconciler.core.plan import FactKind, Plan, Refusal, not_applied
from reconciler.core.plan_json import digest, iso, plan_data, report_data, seal, text
from reconciler.core.saved_plan import read_plan
from tests.core import worlds
from tests.core.worlds import OLD, linked, unknown, wanted

Pairs = list[tuple[Wanted, Observed | None]]

FINDING = Finding("odd", "look at this", "do that", "T1", "automation")


def _saved(plan: Plan) -> bytes:
    return text(plan_data(plan)).encode()


def test_a_plan_has_the_documented_keys() -> None:
    """Programs rely on these keys."""
    data = plan_data(worlds.plan((wanted(), linked(OLD)), findings=(FINDING,)))
    assert {
        "kind",
        "format",
        "created_at",
        "tool_version",
        "config_digest",
        "cloud",
        "endpoint",
        "digest",
        "seal",
        "complete",
        "interrupted",
        "summary",
        "links",
        "findings",
        "not_selected",
    } == set(data)
    assert {
        "tenant",
        "tenant_id",
        "identity",
        "object_id",
        "tags",
        "covers",
        "wanted",
        "observed",
        "action",
        "reason",
        "problem",
    } == set(data["links"][0])
    assert data["kind"] == "plan"
    assert data["created_at"] == "2026-11-23T02:00:00Z"


def test_an_unknown_link_carries_its_problem() -> None:
    """It has code, message and hint, and the plan is not complete."""
    data = plan_data(worlds.plan((wanted(), unknown())))
    assert data["links"][0]["problem"] == {
        "code": "unavailable",
        "message": "503 from the host",
        "hint": "try again later",
    }
    assert not data["complete"]


def test_an_attested_link_has_no_observation() -> None:
    """No request was made for it."""
    settled = Settled(Action.ATTESTED, "by Ana")
    assert plan_data(worlds.plan((wanted(settled=settled), None)))["links"][0]["observed"] is None


def test_the_tenant_id_of_an_unresolved_domain_is_null() -> None:
    """The domain is never shown as a tenant ID."""
    want = replace(wanted(), place=Place("T", "fabrikam.onmicrosoft.com", "a"))
    assert plan_data(worlds.plan((want, unknown())))["links"][0]["tenant_id"] is None


def test_an_inventory_has_the_reads_of_the_plan() -> None:
    """Only the kind differs, and therefore the digest."""
    plan = worlds.plan((wanted(), linked(OLD)))
    one, other = plan_data(plan), plan_data(plan, FactKind.INVENTORY)
    assert other["kind"] == "inventory"
    assert one["links"] == other["links"]


def test_a_report_carries_the_digest_of_its_plan() -> None:
    """Programs can match the report with its plan."""
    plan = worlds.plan((wanted(), linked(OLD)))
    data = report_data(not_applied(plan, [Refusal("remove-count", "too many")]))
    assert data["kind"] == "report"
    assert data["digest"] == plan_data(plan)["digest"]
    assert data["refusals"] == [{"guard": "remove-count", "message": "too many"}]
    assert data["links"][0]["outcome"] is None


@given(worlds.pairs())
def test_documents_are_json(pairs: Pairs) -> None:
    """Parsing the written text gives the same data."""
    plan = worlds.plan(*pairs, findings=(FINDING,))
    for data in (plan_data(plan), report_data(not_applied(plan))):
        assert json.loads(text(data)) == data


@given(worlds.pairs())
def test_a_saved_plan_asks_for_the_same_changes(pairs: Pairs) -> None:
    """After a JSON round trip it has the same writes, reads and digest."""
    plan = worlds.plan(*pairs, findings=(FINDING,))
    copy = read_plan(_saved(plan))
    assert plan_data(copy) == plan_data(plan)
    assert [c.observed for c in copy.writes] == [c.observed for c in plan.writes]


@given(worlds.pairs())
def test_equal_plans_have_equal_digests(pairs: Pairs) -> None:
    """The digest leaves out times and versions; the seal holds the time."""
    plan = worlds.plan(*pairs)
    later = replace(plan, created_at=plan.created_at + timedelta(hours=1), tool_version="2.0")
    assert digest(plan_data(plan)) == digest(plan_data(later))
    assert seal(plan_data(plan)) != seal(plan_data(later))


@pytest.mark.parametrize(
    "other",
    [
        worlds.plan((wanted(), linked(OLD, version=2))),
        worlds.plan((wanted(), unknown())),
        worlds.plan((wanted(), linked(OLD)), findings=(FINDING,)),
        worlds.plan((wanted(), linked(OLD)), config_digest="sha256:01"),
        worlds.plan((wanted(), linked(OLD)), interrupted=True),
    ],
)
def test_different_plans_have_different_digests(other: Plan) -> None:
    """Everything that a reviewer sees is part of the approved digest."""
    plan = worlds.plan((wanted(), linked(OLD)))
    assert digest(plan_data(plan)) != digest(plan_data(other))


@pytest.mark.parametrize(
    ("edit", "guard"),
    [
        (lambda data: data | {"kind": "report"}, "plan-file"),
        (lambda data: data | {"format": 2}, "plan-format"),
        (lambda data: data | {"created_at": "2027-01-01T00:00:00Z"}, "plan-edited"),
        (lambda data: data | {"links": []}, "plan-edited"),
        (lambda data: [data], "plan-file"),
    ],
)
def test_an_edited_plan_is_refused(edit: Callable[[Any], Any], guard: str) -> None:
    """Each case has its own message."""
    data = edit(plan_data(worlds.plan((wanted(), linked(OLD)))))
    with pytest.raises(Refused) as refused:
        read_plan(json.dumps(data).encode())
    assert refused.value.guard == guard


@pytest.mark.parametrize("raw", [b"", b"\xff", b"no json", b"[" * 100_000])
def test_a_file_that_is_no_plan_is_refused(raw: bytes) -> None:
    """Any other bytes are refused without a traceback."""
    with pytest.raises(Refused, match="not a plan"):
        read_plan(raw)


def test_a_sealed_plan_with_missing_parts_is_refused() -> None:
    """A valid digest does not make the content valid."""
    data = {"kind": "plan", "format": 1, "endpoint": "https://management.azure.com"}
    sealed = data | {"digest": digest(data), "seal": seal(data)}
    with pytest.raises(Refused, match="damaged"):
        read_plan(json.dumps(sealed).encode())


def test_half_a_surrogate_pair_in_a_name_is_accepted() -> None:
    """JSON from Azure may contain one, and no encoding can write it."""
    seen = Observed(ObservedState.LINKED, "tid1", "oid1", OLD, "Contoso\ud800")
    plan = worlds.plan((wanted(), seen))
    assert read_plan(_saved(plan)).changes[0].observed == seen


def test_times_are_written_in_utc() -> None:
    """Times of any time zone are converted."""
    moment = datetime(2026, 11, 23, 4, 0, 0, 999, timezone(timedelta(hours=2)))
    assert iso(moment) == iso(moment.astimezone(UTC)) == "2026-11-23T02:00:00Z"


def test_text_takes_little_more_memory_than_its_result() -> None:
    """A plan of 20,000 links is 12 MB of JSON. A list of its pieces would be another 60 MB."""
    data = {"links": [plan_data(worlds.plan((wanted(), linked(OLD))))["links"][0]] * 5000}
    text(data)
    tracemalloc.start()
    try:
        size = len(text(data))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * size
