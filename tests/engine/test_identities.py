"""An identity is broken if two tenants refuse it and no tenant accepts it."""

from dataclasses import replace

import pytest

from reconciler.core.links import App, Observed, ObservedState, Place, Problem
from reconciler.core.problems import BROKEN_IDENTITY
from reconciler.engine.gates import Identities
from tests.engine.runs import Desk, codes, where, wish

WRONG = Problem("invalid_client_secret", "AADSTS7000215: Invalid client secret.", "mend it")
NO_APP = Problem("app_not_in_tenant", "AADSTS700016", "install it")


def place(number: int, identity: str = "app") -> Place:
    """A customer that is reached with this identity."""
    return Place(f"C{number}", f"c{number}", identity)


@pytest.mark.parametrize("code", sorted(BROKEN_IDENTITY))
def test_refusals_of_two_tenants_break_an_identity(code: str) -> None:
    """A single tenant may refuse only because the app is missing there."""
    identities = Identities()
    for number in (1, 2):
        assert identities.problem(place(3)) is None
        identities.note(place(number), Observed.unknown(Problem(code, "refused", "mend it")))
    problem = identities.problem(place(3))
    assert problem
    assert problem.code == code
    assert identities.problem(place(3, "another")) is None


def test_an_identity_that_one_tenant_accepts_is_not_broken() -> None:
    """Before or after the refusals: the problem is in the refusing tenants."""
    for accepted_at in range(3):
        identities = Identities()
        notes = [Observed.unknown(WRONG)] * 2
        notes.insert(accepted_at, Observed(ObservedState.NOT_LINKED, "tid", "oid"))
        for number, seen in enumerate(notes):
            identities.note(place(number), seen)
        assert identities.problem(place(9)) is None


def test_each_customers_own_app_is_judged_separately() -> None:
    """Refused secrets of two apps do not affect a third app. Two refusals of one app break it."""
    identities = Identities()
    places = [replace(place(n), app=App(f"app-{n}", f"c{n}")) for n in range(4)]
    for number in (1, 2):
        identities.note(places[number], Observed.unknown(WRONG))
    assert identities.problem(places[3]) is None
    identities.note(replace(places[0], app=places[1].app), Observed.unknown(WRONG))
    assert identities.problem(places[1])
    assert identities.problem(places[2]) is None


def test_two_refusals_of_one_tenant_count_once() -> None:
    """Its domain and its GUID count as the same tenant."""
    identities = Identities()
    identities.note(place(1), Observed.unknown(WRONG, tenant_id="tid-1"))
    identities.note(place(2), Observed.unknown(WRONG, tenant_id="tid-1"))
    assert identities.problem(place(3)) is None


def test_a_tenant_without_the_app_never_stops_the_others() -> None:
    """The number of such tenants does not matter."""
    desk = Desk()
    desk.azure.problems = {f"C{n}": NO_APP for n in range(1, 9)}
    report = desk.run(*(wish(n) for n in range(1, 10)))
    assert codes(report) == ["app_not_in_tenant"] * 8 + [None]
    assert desk.truth(9)


def test_a_broken_identity_asks_for_no_more_tokens() -> None:
    """The other links are unknown for the same cause, without a request."""
    desk = Desk(concurrency=1)
    desk.azure.problems = {f"C{n}": WRONG for n in range(1, 9)}
    report = desk.run(*(wish(n) for n in range(1, 9)))
    assert codes(report) == ["invalid_client_secret"] * 8
    assert desk.azure.reads == ["C1", "C2"]
    assert {r.change.action for r in report.results} == {"unknown"}


def test_an_identity_refused_during_the_writes_is_not_broken() -> None:
    """It was accepted earlier in this run, so each link still makes its own request."""
    desk = Desk(concurrency=1)
    plan = desk.plan([wish(n) for n in range(1, 5)])
    desk.azure.problems = {f"C{n}": WRONG for n in (1, 2)}
    report = desk.apply(plan)
    assert codes(report) == ["invalid_client_secret"] * 2 + [None] * 2
    assert desk.azure.writes[0][0] == where(3).tenant
