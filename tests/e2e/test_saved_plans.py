"""A reviewed plan is applied exactly as it was reviewed, or refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.plan_json import digest, iso, seal
from tests.e2e.command import FOREIGN, OLD, OURS, Desk, Ran, tenant_id


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """Three customers, to be created, re-pointed and removed, and a saved plan for them."""
    desk.seed({2: OLD, 3: OURS})
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
        f"  - {{name: C3, tenant: {tenant_id(3)}, state: absent}}\n"
    )
    assert desk.run("plan", "--out", "plan.json").status == 0
    return desk


def edit(desk: Desk, change: Callable[[dict[str, Any]], None], *, resealed: bool = False) -> None:
    """Change the saved plan, and update its digests as a program could."""
    path = desk.path / "plan.json"
    data = json.loads(path.read_text())
    change(data)
    if resealed:
        data |= {"digest": digest(data), "seal": seal(data)}
    path.write_text(json.dumps(data))


def refused(desk: Desk, *arguments: str) -> Ran:
    """Apply the plan, and check that it is refused and that nothing was sent."""
    ran = desk.apply("plan.json", *arguments)
    assert ran.status == 3, ran.err
    assert desk.requests("create", "update", "remove") == []
    assert ran.data["kind"] == "report"
    return ran


def test_a_saved_plan_is_applied_exactly(planned: Desk) -> None:
    """Only its changes are made, although another customer drifted since."""
    path = planned.path / "plan.json"
    assert path.stat().st_mode & 0o777 == 0o600
    ran = planned.apply("plan.json")
    assert ran.status == 0
    assert ran.outcomes == {"C1": "applied", "C2": "applied", "C3": "applied"}
    assert [planned.truth(n) for n in (1, 2, 3)] == [OURS, OURS, None]
    assert ran.data["digest"] == json.loads(path.read_text())["digest"]


def test_a_plan_of_a_part_changes_that_part(planned: Desk) -> None:
    """Applying the plan does not change what --only left out."""
    assert planned.run("plan", "--only", "C2", "--out", "part.json").status == 0
    assert planned.apply("part.json").outcomes == {"C2": "applied"}
    assert [planned.truth(n) for n in (1, 2, 3)] == [None, OURS, OURS]
    assert planned.apply("part.json", "--only", "C2").status == 64


def test_links_that_moved_are_stale_and_the_rest_goes_on(planned: Desk) -> None:
    """Later changes of others stay; a change that is already made is not made again."""
    links = planned.azure.state.links
    for place, record in list(links.records.items()):
        if record.partner_id == OLD:
            links.put(place, FOREIGN)
        else:
            links.unlink(place)
    ran = planned.apply("plan.json")
    assert ran.status == 4
    assert ran.outcomes == {"C1": "applied", "C2": "stale", "C3": "already"}
    assert planned.truth(2) == FOREIGN


@pytest.mark.parametrize(
    ("change", "guard", "expected"),
    [
        (lambda p: p.update(format=2), "plan-format", "format 2"),
        (lambda p: p.update(kind="inventory"), "plan-file", "plan --out"),
        (lambda p: p["links"][0].update(action="none"), "plan-edited", "edited"),
        (lambda p: p["links"].pop(), "plan-edited", "edited"),
        (lambda p: p.update(created_at=iso(datetime.now(UTC))[:-3] + "00Z"), "plan-edited", ""),
        (lambda p: p.update(complete=not p["complete"]), "plan-edited", "edited"),
    ],
)
def test_an_edited_plan_is_refused(
    planned: Desk, change: Callable[[dict[str, Any]], None], guard: str, expected: str
) -> None:
    """Another format, another kind, an edited link or an edited age: each has its own message."""
    if guard == "plan-edited" and not expected:
        edit(planned, lambda p: p.update(created_at="2020-01-01T00:00:00Z"), resealed=True)
    edit(planned, change)
    refusals = refused(planned).data["refusals"]
    assert [refusal["guard"] for refusal in refusals] == [guard]
    assert expected in refusals[0]["message"]


@pytest.mark.parametrize(
    "raw", [b"", b"no plan", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"kind":1}']
)
def test_a_file_that_is_no_plan_is_refused(planned: Desk, raw: bytes) -> None:
    """Whatever the file contains."""
    (planned.path / "plan.json").write_bytes(raw)
    assert [refusal["guard"] for refusal in refused(planned).data["refusals"]] == ["plan-file"]


def test_a_missing_plan_is_wrong_usage(planned: Desk) -> None:
    """A typo in the file's name is no refusal of a plan."""
    ran = planned.run("apply", "nowhere.json", "--yes")
    assert (ran.status, "nowhere.json" in ran.err) == (64, True)


def test_a_plan_of_another_file_is_refused(planned: Desk) -> None:
    """One more comment makes another file: the review no longer applies."""
    with (planned.path / "tenants.yaml").open("a") as file:
        file.write("# one line more\n")
    refusals = refused(planned).data["refusals"]
    assert [refusal["guard"] for refusal in refusals] == ["config-digest"]
    assert "tenants.yaml" in refusals[0]["message"]


def test_a_plan_of_another_endpoint_is_refused(planned: Desk) -> None:
    """A plan that was reviewed for one Azure is not applied to another."""
    edit(planned, lambda p: p.update(endpoint="https://management.azure.com"), resealed=True)
    refusals = refused(planned).data["refusals"]
    assert [refusal["guard"] for refusal in refusals] == ["plan-endpoint"]
    assert "--arm-endpoint" in refusals[0]["message"]


def test_a_plan_for_a_customer_that_the_file_does_not_name_is_refused(planned: Desk) -> None:
    """Correct digests do not make it a plan of this file."""
    edit(planned, lambda p: p["links"][0].update(tenant="\x1b[2JC9"), resealed=True)
    refusals = refused(planned).data["refusals"]
    assert [refusal["guard"] for refusal in refusals] == ["plan-edited"]


@pytest.mark.parametrize(("hours", "is_refused"), [(23.9, False), (24.1, True), (-0.1, True)])
def test_a_plan_is_valid_for_a_day(planned: Desk, hours: float, is_refused: bool) -> None:
    """An older or future plan is refused; --allow plan-age overrides it."""
    made = iso(datetime.now(UTC) - timedelta(hours=hours))
    edit(planned, lambda p: p.update(created_at=made), resealed=True)
    if is_refused:
        refusals = refused(planned).data["refusals"]
        assert [refusal["guard"] for refusal in refusals] == ["plan-age"]
        assert "--allow plan-age" in refusals[0]["message"]
    assert planned.apply("plan.json", "--allow", "plan-age").status == 0


def test_a_partial_plan_is_refused(planned: Desk) -> None:
    """Unread links were not reviewed; no option overrides this."""
    assert planned.run("plan", "--deadline", "0", "--out", "plan.json").status == 4
    guards = [refusal["guard"] for refusal in refused(planned).data["refusals"]]
    assert "interrupted" in guards


def test_a_damaged_plan_that_fits_its_digest_is_refused(planned: Desk) -> None:
    """Also if another program made it: no traceback, nothing sent."""
    for change in (
        lambda p: p["links"][0].pop("wanted"),
        lambda p: p["links"][0].update(action="explode"),
        lambda p: p.update(created_at="2026-11-23T02:00:00"),
        lambda p: p.update(links=7),
    ):
        assert planned.run("plan", "--out", "plan.json").status == 0
        edit(planned, change, resealed=True)
        assert "Traceback" not in refused(planned).err


def test_a_refusal_is_below_the_plan(planned: Desk) -> None:
    """The user sees the planned changes and the option that overrides the refusal."""
    made = iso(datetime.now(UTC) - timedelta(hours=30))
    edit(planned, lambda p: p.update(created_at=made), resealed=True)
    ran = planned.run("apply", "plan.json", "--yes")
    assert ran.status == 3
    assert 0 <= ran.out.index("C2") < ran.out.index("--allow plan-age")


def test_an_approved_digest_is_applied(planned: Desk) -> None:
    """--approve counts as --yes for exactly this plan, whenever it was made."""
    reviewed = json.loads((planned.path / "plan.json").read_text())["digest"]
    ran = planned.run("apply", "--approve", reviewed, "--format=json")
    assert ran.status == 0
    assert set(ran.outcomes.values()) == {"applied"}


def test_another_digest_than_the_approved_one_is_refused(planned: Desk) -> None:
    """Azure changed since the review: nothing is sent, and the new digest is named."""
    reviewed = json.loads((planned.path / "plan.json").read_text())["digest"]
    links = planned.azure.state.links
    place = next(place for place, record in links.records.items() if record.partner_id == OLD)
    links.put(place, FOREIGN)
    ran = planned.run("apply", "--approve", reviewed, "--format=json")
    assert ran.status == 3
    (refusal,) = ran.data["refusals"]
    assert refusal["guard"] == "approval"
    assert ran.data["digest"] in refusal["message"]
    assert planned.requests("create", "update", "remove") == []


def test_an_approval_overrides_no_guard(desk: Desk) -> None:
    """--approve confirms the plan; a guard still needs its --allow."""
    desk.seed(dict.fromkeys(range(1, 12), OLD))
    desk.customers(11)
    assert desk.run("plan", "--out", "plan.json").status == 0
    reviewed = json.loads((desk.path / "plan.json").read_text())["digest"]
    ran = desk.run("apply", "--approve", reviewed, "--format=json")
    assert ran.status == 3
    assert "change-share" in [refusal["guard"] for refusal in ran.data["refusals"]]


@pytest.mark.parametrize(("name", "is_hidden"), [("Basic Solutions", False), ("sig=a", True)])
def test_a_saved_plan_that_will_be_refused_is_announced(
    desk: Desk, name: str, is_hidden: bool
) -> None:
    """A name that looks like a credential is hidden in the file, as if the plan were edited."""
    desk.write(f"  - {{name: {name}, tenant: {tenant_id(1)}}}\n")
    ran = desk.run("plan", "--out", "plan.json")
    assert ran.status == 0
    assert ('("tenant": "sig=[hidden]")' in " ".join(ran.err.split())) == is_hidden
    assert desk.apply("plan.json").status == (3 if is_hidden else 0)


def test_a_plan_that_cannot_be_saved_is_1(planned: Desk, tmp_path: Path) -> None:
    """The error says that the plan is lost; the old file stays."""
    ran = planned.run("plan", "--out", str(tmp_path / "nowhere" / "plan.json"))
    assert (ran.status, "cannot save the plan" in ran.err) == (1, True)
