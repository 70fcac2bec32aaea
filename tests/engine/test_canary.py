"""A wrong ID costs at most one write, because a new ID is tried on one tenant first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from reconciler.core.guards.partner_trust import Trust
from reconciler.core.links import Place, Problem
from reconciler.core.plan import Plan
from tests.engine.runs import FOREIGN, NAMES, OLD, OURS, Desk, codes, outcomes, where, wish
from tests.fakes import FakeAzure, FakeLink

NEW = "7777777"


def test_an_invalid_id_is_written_once() -> None:
    """The first refusal stops the ID for the whole run, and other links are not tried."""
    desk = Desk()
    report = desk.run(*(wish(n, NEW) for n in range(1, 6)))
    assert desk.azure.writes == [("C1", "create", NEW)]
    assert outcomes(report) == ["failed", *["skipped"] * 4]
    assert codes(report) == ["invalid_partner_id"] * 5


def test_one_wrong_id_does_not_stop_another() -> None:
    """Only the wrong ID is stopped, not the run."""
    desk = Desk()
    report = desk.run(wish(1, NEW), wish(2), wish(3, NEW), wish(4))
    assert outcomes(report) == ["failed", "applied", "skipped", "applied"]


def test_an_id_in_use_needs_no_canary() -> None:
    """All links are written at once if a read showed the ID."""
    together = Barrier(4, timeout=120)

    def meet(place: Place, link: FakeLink) -> None:
        together.wait()

    azure = FakeAzure(dict(NAMES), before=meet)
    with ThreadPoolExecutor(4) as pool:
        desk = Desk(azure, pool=pool)
        desk.link(9, OURS)
        assert set(outcomes(desk.run(wish(9), *(wish(n) for n in range(1, 5))))) == {
            None,
            "applied",
        }


def test_a_new_id_goes_to_one_tenant_first() -> None:
    """The other links wait until the first link of the file is verified."""
    under_way, most, lock = [0], {1: 0, 2: 0}, Lock()
    first: list[str] = []

    def begin(place: Place, link: FakeLink) -> None:
        with lock:
            first.append(place.tenant)

    with ThreadPoolExecutor(8) as pool:
        desk = Desk(FakeAzure(dict(NAMES), before=begin), pool=pool, concurrency=8)
        plan = desk.plan([wish(n) for n in range(1, 9)])
        seen_after: list[int] = []
        report = desk.apply(plan, on_result=lambda result: seen_after.append(len(first)))
    assert set(outcomes(report)) == {"applied"}
    assert first[0] == "C1"
    assert seen_after[0] == 1, "another link was written before the canary was verified"
    assert (under_way, most) == ([0], {1: 0, 2: 0})


@pytest.mark.parametrize("fate", ["refuse", "ignored", "dropped"])
def test_if_the_canary_fails_for_its_own_reason_the_next_is_the_canary(fate: str) -> None:
    """A problem of one customer says nothing about the ID."""
    desk = Desk(FakeAzure(dict(NAMES), script=[fate, fate], budget=0))
    report = desk.run(*(wish(n) for n in range(1, 5)))
    assert outcomes(report)[2:] == ["applied", "applied"]
    assert outcomes(report)[0] in ("failed", "unverified")
    assert [tenant for tenant, _, _ in desk.azure.writes] == ["C1", "C2", "C3", "C4"]


def test_an_unreadable_canary_is_followed_by_the_next_link() -> None:
    """It was readable when the plan was made. It is not written."""
    desk = Desk()
    plan = desk.plan([wish(n) for n in range(1, 4)])
    desk.azure.problems["C1"] = Problem("unavailable", "503", "again")
    assert outcomes(desk.apply(plan)) == ["skipped", "applied", "applied"]


def test_another_name_stops_an_id_after_one_write() -> None:
    """The write was applied, but the partner name differs from the file: failed, no more writes."""
    desk = Desk(names={OURS: ("Fabrikam",)})
    report = desk.run(*(wish(n) for n in range(1, 4)))
    assert outcomes(report) == ["failed", "skipped", "skipped"]
    assert codes(report) == ["partner_name_mismatch"] * 3
    assert len(desk.azure.writes) == 1
    assert "C1" in str(report.results[0].problem)


def test_another_name_on_an_existing_link_stops_all_writes_of_the_id() -> None:
    """The mismatch is found without a write. The finding names the link that carries the ID."""
    desk = Desk(names={OURS: ("Fabrikam",)})
    desk.link(1, OURS)
    report = desk.run(wish(1), wish(2), wish(3))
    assert outcomes(report) == [None, "skipped", "skipped"]
    assert desk.azure.writes == []
    assert "C1" in next(f.message for f in report.findings if f.code == "partner_name_mismatch")


def test_names_are_compared_without_case_and_spacing() -> None:
    """Case and repeated spaces do not matter, and a record without a name is no mismatch."""
    desk = Desk(names={OURS: ("  CONTOSO ",), OLD: ("Anything",)})
    desk.azure.names[OLD] = None
    assert outcomes(desk.run(wish(1), wish(2, OLD))) == ["applied", "applied"]


@pytest.mark.parametrize(
    ("in_file", "in_azure", "expected"),
    [
        ("Contoso", "Contoso", ["applied", "applied", "applied"]),
        ("Contoso", None, ["applied", "skipped", "skipped"]),
        ("Contoso", "Fabrikam", ["failed", "skipped", "skipped"]),
        (None, None, ["applied", "applied", "applied"]),
    ],
)
def test_an_unattended_run_needs_the_name_of_a_new_id(
    in_file: str | None, in_azure: str | None, expected: list[str]
) -> None:
    """The canary alone is written until Azure answers with the name in the file."""
    desk = Desk(names={OURS: (in_file,)} if in_file else {})
    desk.azure.names[OURS] = in_azure
    plan = desk.plan([wish(n) for n in range(1, 4)])
    report = desk.apply(plan, trust=Trust(frozenset(), {}))
    assert outcomes(report) == expected
    if in_file and in_azure is None:
        assert codes(report) == [None, *["partner_name_unconfirmed"] * 2]
        assert "C1" in str(report.results[1].problem)


def test_an_unattended_run_trusts_what_the_guard_says() -> None:
    """A seen ID needs no name; one whose name earlier runs did not confirm is not written."""
    desk = Desk(names={OURS: ("Contoso",)})
    desk.azure.names[OURS] = None
    desk.link(9, OURS)  # by an earlier unattended run
    plan = desk.plan([wish(9), *(wish(n) for n in range(1, 3))])
    unconfirmed = desk.apply(plan, trust=Trust(frozenset(), {OURS: ("C9",)}))
    assert outcomes(unconfirmed) == [None, "skipped", "skipped"]
    assert codes(unconfirmed) == [None, *["partner_name_unconfirmed"] * 2]
    assert desk.azure.writes == []
    seen = desk.apply(plan, trust=Trust(frozenset({OURS}), {}))
    assert outcomes(seen) == [None, "applied", "applied"]


def test_a_removal_does_not_wait_for_a_canary() -> None:
    """It writes no ID, so a wrong ID does not stop it."""
    desk = Desk()
    desk.link(3, OURS)
    report = desk.run(wish(1, NEW), wish(2, NEW), wish(3, None))
    assert outcomes(report) == ["failed", "skipped", "applied"]


def test_waiting_for_a_canary_ends_with_the_run() -> None:
    """A stop, a full journal or a limit ends the wait of all links."""
    desk = Desk()

    def stop(place: Place, link: FakeLink) -> None:
        desk.stop.event.set()

    desk.azure.before = stop
    assert outcomes(desk.run(*(wish(n) for n in range(1, 5)))) == ["applied", *["skipped"] * 3]
    desk = Desk()
    desk.journal.full_after = 0
    assert outcomes(desk.run(*(wish(n) for n in range(1, 5)))) == ["skipped"] * 4
    desk = Desk()
    plan: Plan = desk.plan([wish(n) for n in range(1, 5)])
    assert outcomes(desk.apply(plan, max_changes=2)) == ["applied"] * 2 + ["skipped"] * 2


def test_a_foreign_id_to_be_replaced_is_no_canary() -> None:
    """The links carry FOREIGN. Our ID is still new and goes to one tenant first."""
    desk = Desk(FakeAzure({FOREIGN: "Fabrikam"}))
    for number in (1, 2, 3):
        desk.link(number, FOREIGN)
    report = desk.run(*(wish(n, replaceable=None) for n in (1, 2, 3)))
    assert outcomes(report) == ["failed", "skipped", "skipped"]
    assert [desk.truth(n) for n in (1, 2, 3)] == [FOREIGN] * 3
    assert where(1).tenant == desk.azure.writes[0][0]
