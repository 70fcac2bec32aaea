"""Evidence for one customer shows no data of other customers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.core.customers.evidence import (
    CustomerHistory,
    RawReading,
    customer_of,
    names_of_others,
    without_other_directories,
    without_others,
)
from reconciler.core.errors import WrongUsage
from reconciler.core.history.link_history import LinkHistory, Write
from reconciler.core.links import (
    Action,
    Change,
    Observed,
    ObservedState,
    Place,
    Wanted,
    WantedState,
)
from reconciler.core.results import Outcome


def want(tenant: str, identity: str = "app", covers: tuple[str, ...] = ()) -> Wanted:
    place = Place(tenant, f"{tenant.lower()}.example", identity)
    return Wanted(place, WantedState.LINKED, "4936128", covers=covers)


def change(wanted: Wanted, tenant_id: str | None) -> Change:
    return Change(
        wanted, Observed(ObservedState.LINKED, tenant_id, "oid", "4936128"), Action.NONE, ""
    )


def test_evidence_is_about_one_customer() -> None:
    """A selector of several customers is refused.

    A covered customer is valid without an own link.
    """
    home = want("Contoso", covers=("Fabrikam", "Northwind"))
    assert customer_of([want("Fabrikam"), want("Fabrikam", "alice")], ["Fabrikam"]) == "Fabrikam"
    assert customer_of([home], ["Northwind"]) == "Northwind"
    assert customer_of([home], ["Contoso"]) == "Contoso"
    with pytest.raises(WrongUsage, match=r"for one customer, and 4 are selected \(A, B, C, …\)"):
        customer_of([want(name) for name in "ABCD"], ["*"])


def test_other_customers_are_known_by_every_name_in_the_file() -> None:
    """By label, domain, GUID or `covers` entry; the customer itself is not included."""
    home = want("Contoso", covers=("Fabrikam", "Northwind"))
    every = [home, want("Tailspin")]
    assert names_of_others(every, [home], "Fabrikam") == {
        *("Northwind", "Tailspin", "tailspin.example"),
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("held until fabrikam moves", "held until [another customer] moves"),
        ("see fabrikam.example.", "see [another customer]."),
        (
            "Fabrikam Ltd is ours, Fabrikam is not",
            "Fabrikam Ltd is ours, [another customer] is not",
        ),
        ("Fabrikams and xFabrikam", "Fabrikams and xFabrikam"),
        ("C+ (x)", "[another customer] (x)"),
        ("nobody", "nobody"),
    ],
)
def test_names_of_other_customers_are_removed(text: str, shown: str) -> None:
    """Whole words in any case. The customer's own name stays, even if it contains another name."""
    others = {"Fabrikam", "fabrikam.example", "C+"}
    assert without_others(text, others, ["Fabrikam Ltd"]) == shown
    assert without_others(text, set()) == text


def test_the_history_of_a_label_is_that_of_its_tenant() -> None:
    """If the label named another tenant before, those records belong to another customer."""
    past = CustomerHistory.of("Fabrikam", [change(want("Fabrikam"), "t1")], {})
    lines: list[dict[str, Any]] = [
        {"event": "run", "user": "root"},
        {"tenant": "Fabrikam", "identity": "app", "tenant_id": "t1"},
        {"tenant": "Fabrikam", "identity": "gone", "tenant_id": None},
        {"tenant": "Fabrikam", "identity": "app", "tenant_id": "t2"},
        {"tenant": "Northwind", "identity": "app", "tenant_id": "t1"},
    ]
    assert past.lines(lines) == (lines[1], lines[2])
    home = CustomerHistory.of(
        "Northwind", [change(want("Contoso", covers=("Northwind",)), "t0")], {}
    )
    assert [home.has(("Contoso", name)) for name in ("app", "other")] == [True, False]
    unread = CustomerHistory.of("Fabrikam", [change(want("Fabrikam"), None)], {})
    assert len(unread.lines(lines)) == 3
    assert unread.link_history(replace(LinkHistory("Fabrikam", "app", (), ()))).writes == ()


@pytest.mark.parametrize(
    ("directory", "read", "remembered"),
    [
        ("t1", None, {}),  # cannot be read
        ("fabrikam.example", None, {"Fabrikam": "t1"}),
        ("fabrikam.example", "t2", {"Fabrikam": "t1"}),  # the domain has moved
    ],
)
def test_the_history_of_a_customer_is_that_of_its_last_known_directory(
    directory: str, read: str | None, remembered: dict[str, str]
) -> None:
    """The file or the last run says which one it is, although it cannot be read."""
    place = replace(want("Fabrikam").place, directory=directory)
    now = change(replace(want("Fabrikam"), place=place), read)
    past = CustomerHistory.of("Fabrikam", [now], remembered)
    lines: list[dict[str, Any]] = [
        {"tenant": "Fabrikam", "identity": "app", "tenant_id": "t1"},
        {"tenant": "Fabrikam", "identity": "app", "tenant_id": "t2"},
        {"tenant": "Fabrikam", "identity": "app", "tenant_id": None},
    ]
    assert past.lines(lines) == (lines[0], lines[2])


def test_a_write_under_another_partner_name_is_a_change() -> None:
    """Azure made the link, although its outcome is failed; other failed writes changed nothing."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    failed = Write(at, "Fabrikam", "app", Action.CREATE, None, "4936128", Outcome.FAILED)
    named = replace(failed, problem="partner_name_mismatch")
    unknown = replace(failed, outcome=None)
    past = CustomerHistory.of("Fabrikam", [change(want("Fabrikam"), "t1")], {})
    history = LinkHistory("Fabrikam", "app", (), (failed, named, unknown))
    assert past.link_history(history).writes == (named, unknown)


def test_the_answer_of_another_directory_is_not_shown() -> None:
    """A domain that moved leads to the link of another customer."""
    kept, moved = want("Fabrikam").place, want("Northwind").place
    observed = Observed(ObservedState.LINKED, "tid-b", "oid", "4936128")
    reading = RawReading(
        observed, datetime(2026, 11, 20, tzinfo=UTC), "https://a", 200, b"{}", "id"
    )
    remembered = {"Fabrikam": "tid-b", "Northwind": "tid-a"}
    found = without_other_directories({kept: reading, moved: reading}, remembered)
    assert found[kept] is reading
    assert (found[moved].status, found[moved].body, found[moved].request_id) == (None, b"", None)
    assert found[moved].observed.partner_id is None
