"""Every fault at a read, a create, an update and a remove, with the installed command."""

from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from tests.e2e.command import FOREIGN, OLD, OURS, Desk, tenant_id
from tests.faults.cases import (
    ALLOWED,
    BELIEVED_BY_NOBODY,
    TRIED_AGAIN,
    Case,
    cases,
    check_converges,
    check_promises,
    false_claims,
    set_up_cases,
)


def outcomes_of(given: list[Case], got: dict[str, str | None]) -> dict[str, str | None]:
    """The outcomes by the names of the cases, for readable failures."""
    return {case.name: got[f"C{case.number}"] for case in given}


def expected(given: list[Case]) -> dict[str, str | None]:
    """The expected outcomes in the table of cases."""
    return {case.name: case.outcome for case in given}


def test_a_temporary_fault_has_no_effect(desk: Desk) -> None:
    """Each write is retried once or twice, after a read. At the end all links are as wanted."""
    given = cases(TRIED_AGAIN, passes=True, times=1)
    set_up_cases(desk, given)
    ran = desk.apply(*ALLOWED, "--concurrency=64")
    assert outcomes_of(given, ran.outcomes) == expected(given)
    check_promises(desk, given, ran)
    check_converges(desk, given)


def test_an_ambiguous_answer_decides_nothing(desk: Desk) -> None:
    """The link is unknown, skipped, unverified or failed, depending on what is known."""
    given = cases(BELIEVED_BY_NOBODY, passes=False, times=1)
    set_up_cases(desk, given)
    ran = desk.apply(*ALLOWED, "--concurrency=64")
    assert ran.status == 4
    assert outcomes_of(given, ran.outcomes) == expected(given)
    for case in given:
        link = ran.link(f"C{case.number}")
        is_known = case.outcome == "applied" or link["action"] == "conflict"
        assert (link["problem"] is None) is is_known, case.name
        assert link["action"] == "unknown" or "the plan's read" not in case.moment, case.name
    check_promises(desk, given, ran)
    check_converges(desk, given)


def test_a_lasting_fault_is_reported_truthfully(desk: Desk) -> None:
    """Endless drops, throttling, 503 and refused tokens.

    True reports, no loss, then convergence.
    """
    lasting = {name: TRIED_AGAIN[name] for name in ("dropped", "lost", "gateway", "expired token")}
    lasting["throttled for long"] = {"status": 429, "retry_after_s": 600}
    given = cases(lasting, passes=False)
    set_up_cases(desk, given)
    ran = desk.apply(*ALLOWED, "--concurrency=64")
    assert ran.status == 4
    got = outcomes_of(given, ran.outcomes)
    for case in given:
        if case.at.operation == "read":
            assert got[case.name] == case.outcome, case.name
        else:
            took = case.fault == "lost"
            assert (got[case.name] == "applied") is took, case.name
            assert took or got[case.name] in ("failed", "unverified"), case.name
    check_promises(desk, given, ran)
    check_converges(desk, given)


def test_a_redirect_is_never_followed(desk: Desk) -> None:
    """At any moment: the other host receives no request, and the redirect decides nothing."""
    with Emulator() as elsewhere:
        faults: dict[str, dict[str, Any]] = {
            "307": {"redirect": elsewhere.endpoint},
            "302": {"redirect": elsewhere.endpoint, "status": 302},
        }
        given = cases(faults, passes=False, times=1)
        set_up_cases(desk, given)
        ran = desk.apply(*ALLOWED)
        assert outcomes_of(given, ran.outcomes) == expected(given)
        assert list(elsewhere.state.requests.entries) == []
    check_promises(desk, given, ran)
    check_converges(desk, given)


def test_a_change_by_another_user_is_never_overwritten(desk: Desk) -> None:
    """Linked, re-pointed or unlinked between plan and write: stale and not written.

    Azure refuses a create after the last read. For updates and removals this race is open, and
    the read after them reports it.
    """
    hands = [
        (1, None, FOREIGN, 0),
        (2, OLD, FOREIGN, 0),
        (3, OLD, "unlink", 0),
        (4, None, FOREIGN, 1),
        (5, None, OLD, 1),
        (6, OLD, FOREIGN, 2),
    ]
    desk.seed(
        {0: OURS} | {number: link for number, link, _, _ in hands if link},
        faults=[
            {"tenant": tenant_id(n), "drift": drift, "after": after, "times": 1}
            for n, _, drift, after in hands
        ],
    )
    desk.write("".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(7)))
    ran = desk.apply(*ALLOWED)
    assert ran.status == 4
    assert list(ran.outcomes.values()) == [
        *(None, "stale", "stale", "stale", "failed", "failed"),
        "applied",  # changed after its last read: the next plan shows it
    ]
    assert false_claims(desk, ran) == [
        f"C6: says {OURS}, is {FOREIGN}",
        f"C6: applied, is {FOREIGN}",
    ]
    there = [OURS, FOREIGN, FOREIGN, None, FOREIGN, OLD, FOREIGN]
    assert [desk.truth(n) for n in range(7)] == there
    again = desk.apply(*ALLOWED)
    assert list(again.actions.values()) == [
        *("none", "conflict", "conflict", "create", "conflict", "update", "conflict")
    ]


def test_a_refused_token_is_renewed_once(desk: Desk) -> None:
    """401 during a run: one new token, then unknown. Nothing is written from that state."""
    desk.seed(
        {0: OURS, 1: OLD, 2: OLD},
        faults=[
            {"tenant": tenant_id(1), "operation": "read", "expired_token": True, "times": 1},
            {"tenant": tenant_id(2), "operation": "read", "expired_token": True},
        ],
    )
    desk.write("".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(3)))
    ran = desk.plan()
    assert ran.actions == {"C0": "none", "C1": "update", "C2": "unknown"}
    assert ran.link("C2")["problem"]["code"] == "token_refused"
    tokens = [entry.tenant for entry in desk.requests("token")]
    assert [tokens.count(tenant_id(n)) for n in range(3)] == [1, 2, 2]


def test_an_expired_token_does_not_affect_a_saved_plan(desk: Desk) -> None:
    """A saved plan contains no token, so a later apply requests new ones."""
    desk.seed({1: OLD}, token_lifetime_s=60)
    desk.customers(1)
    assert desk.run("plan", "--out", "plan.json").status == 0
    desk.azure.state.clock.advance(7200)
    assert desk.apply("plan.json").status == 0
    assert desk.truth(1) == OURS


@pytest.mark.parametrize("status", [409, 400, 403])
def test_the_read_after_a_refused_create_decides(desk: Desk, status: int) -> None:
    """It may be refused with no link present, or refused although it was applied."""
    refusal = {"operation": "create", "status": status, "code": "Refused"}
    desk.seed(
        {0: OURS},
        faults=[
            {"tenant": tenant_id(1), **refusal},
            {"tenant": tenant_id(2), **refusal, "takes_effect": True},
        ],
    )
    desk.write("".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(3)))
    ran = desk.apply()
    assert ran.outcomes == {"C0": None, "C1": "failed", "C2": "applied"}
    assert [desk.truth(n) for n in (1, 2)] == [None, OURS]
    assert len(desk.requests("create")) == 2
