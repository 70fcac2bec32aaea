"""`customers:`: findings about customers that the file lacks, and relationships that end."""

import json
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import OURS, Desk, Ran, tenant_id
from tests.receivers import listening
from tests.services import Answer, Asked, ServiceDouble, Told, service_double

HOME = "f0000000-0000-4000-8000-000000000001"
LISTS = "/v1.0/tenantRelationships/"
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}
GDAP = f"{{from: gdap, tenant: {HOME}, identity: app, ignore: [{tenant_id(9)}]}}"


@pytest.fixture
def double(desk: Desk) -> Iterator[ServiceDouble]:
    """A server for Graph that the desk trusts."""
    with service_double(lambda asked: Told({"value": []})) as found:
        bundle = found.trusted_with(Path(desk.azure.ca_path), desk.path)
        desk.env |= {
            "REQUESTS_CA_BUNDLE": bundle,
            "PAL_RECONCILE_ENDPOINTS": f"graph={found.url} partner_center={found.url}",
        }
        yield found


def graph(count: int, *relationships: dict[str, Any]) -> Answer:
    """Graph with so many customers and these relationships."""

    def answer(asked: Asked) -> Told:
        if asked.path == f"{LISTS}delegatedAdminRelationships":
            assert asked.query["$filter"] == "status eq 'active'"
            return Told({"value": relationships})
        assert asked.path == f"{LISTS}delegatedAdminCustomers"
        entries = [{"tenantId": tenant_id(n), "displayName": f"C{n}"} for n in range(1, count + 1)]
        return Told({"value": entries})

    return answer


def relationship(number: int, days: int, **more: Any) -> dict[str, Any]:
    """A relationship with a customer that ends in so many days."""
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    return {
        "displayName": f"Admin {number}",
        "customer": {"tenantId": tenant_id(number), "displayName": f"C{number}"},
        "status": "active",
        "autoExtendDuration": "PT0S",
        "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%S.1234567Z"),
        **more,
    }


def about(ran: Ran, code: str) -> list[str]:
    """The tenant IDs of these findings."""
    return [f.get("tenant_id") for f in ran.data["findings"] if f["code"] == code]


def write(desk: Desk, customers: str = GDAP, count: int = 3) -> None:
    """So many customers, all linked, and where the list is."""
    desk.write(
        "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(1, count + 1)),
        more=f"customers: {customers}\n",
    )
    desk.seed(dict.fromkeys(range(1, count + 1), OURS))


def test_customers_that_the_file_lacks_are_findings_of_show_and_not_of_plan(
    desk: Desk, double: ServiceDouble
) -> None:
    """One for each customer, except the one that is ignored; the status stays 0."""
    write(desk)
    double.answer = graph(13)
    shown = desk.run("show", "--format", "json")
    assert (shown.status, shown.err) == (0, "")
    missing = [tenant_id(n) for n in range(4, 14) if n != 9]
    assert about(shown, "customer_not_listed") == missing
    assert double.asked[0].claims["tid"] == HOME
    asked = len(double.asked)
    planned = desk.run(
        "plan", "--format", "json", "--detailed-exitcode", PAL_RECONCILE_ENDPOINTS=""
    )
    assert (planned.status, about(planned, "customer_not_listed")) == (0, [])
    assert len(double.asked) == asked
    table = desk.run("show").out
    assert "9 times" in table
    assert "C13" in table


def test_the_command_in_the_hint_adds_the_customers(desk: Desk, double: ServiceDouble) -> None:
    """As it is printed; then nothing is missing except what is ignored."""
    write(desk)
    double.answer = graph(13)
    found = desk.run("show", "--format", "json").data["findings"]
    hint = next(f["hint"] for f in found if f["code"] == "customer_not_listed")
    command = hint.partition("run: pal-reconcile ")[2].partition(". If")[0]
    assert desk.run(*shlex.split(command)).status == 0
    assert about(desk.run("show", "--format", "json"), "customer_not_listed") == []


def test_the_digest_does_not_depend_on_the_list(desk: Desk, double: ServiceDouble) -> None:
    """What another service says of customers changes no link."""
    write(desk)
    double.answer = graph(13)
    before = desk.run("show", "--format", "json").data
    double.answer = graph(3)
    after = desk.run("show", "--format", "json").data
    assert len(before["findings"]) > len(after["findings"])
    assert before["digest"] == after["digest"]


def test_a_customer_named_by_domain_is_listed(desk: Desk, double: ServiceDouble) -> None:
    """The domain is resolved by the read, or by a look-up where the link is not read."""
    desk.write(
        "  - {name: C1, tenant: c1.example}\n"
        "  - {name: C2, tenant: c2.example}\n"
        f"  - {{name: Home, tenant: {HOME}, covers: [C3]}}\n"
        "  - {name: C3, tenant: c3.example}\n",
        more=f"customers: {{from: gdap, tenant: {HOME}, identity: app, "
        "ignore: [c4.example, 'C5*']}\n",
    )
    desk.seed(
        {1: OURS},
        tenants=[
            {"tenant": HOME},
            *({"tenant": tenant_id(n), "domains": [f"c{n}.example"]} for n in range(1, 7)),
        ],
    )
    double.answer = graph(6)
    shown = desk.run("show", "--format", "json", "--only", "C1")
    assert about(shown, "customer_not_listed") == [tenant_id(6)]


@pytest.mark.parametrize(
    ("days", "more", "found"),
    [
        (29, {}, True),
        (31, {}, False),
        (29, {"autoExtendDuration": "P180D"}, False),
        (29, {"autoExtendDuration": None}, True),
        (29, {"status": "terminated"}, False),
        (29, {"endDateTime": None}, False),
    ],
)
def test_a_relationship_that_ends_within_30_days_is_a_finding(
    days: int, more: dict[str, Any], found: bool, desk: Desk, double: ServiceDouble
) -> None:
    """Unless it extends itself."""
    write(desk)
    double.answer = graph(3, relationship(2, days, **more))
    shown = desk.run("show", "--format", "json")
    assert about(shown, "gdap_ends") == ([tenant_id(2)] if found else [])


def test_a_list_that_cannot_be_read_names_the_permission(desk: Desk, double: ServiceDouble) -> None:
    """The exit status and the links are as they would be without it."""
    write(desk)
    double.answer = lambda asked: Told(DENIED, 403)
    shown = desk.run("show", "--format", "json")
    (finding,) = [f for f in shown.data["findings"] if f["code"] == "customers_unreadable"]
    assert shown.status == 0
    assert "DelegatedAdminRelationship.Read.All" in finding["hint"]
    assert "Authorization_RequestDenied" in finding["message"]
    assert about(shown, "customer_not_listed") == []


@pytest.mark.parametrize(
    "problem", ["broken page", "no secret", "another host", "redirect", "not JSON"]
)
def test_any_failure_of_the_list_is_one_finding(
    problem: str, desk: Desk, double: ServiceDouble
) -> None:
    """It never means that customers are missing, and never changes the status."""
    write(desk)
    answers = {
        "broken page": Told({"value": [{"displayName": "no ID"}]}),
        "another host": Told({"value": [], "@odata.nextLink": "https://other.example/"}),
        "redirect": Told({}, 301, {"Location": "https://other.example/"}),
        "not JSON": Told(b"<html>"),
    }
    double.answer = lambda asked: answers.get(problem, Told({"value": []}))
    if problem == "no secret":
        text = (desk.path / "tenants.yaml").read_text()
        home = f"  home: {{kind: client_secret, client_id: {HOME}, secret: {{env: PAL_NONE}}}}\n"
        text = text.replace("identities:\n", f"identities:\n{home}", 1)
        (desk.path / "tenants.yaml").write_text(text.replace("identity: app", "identity: home"))
    shown = desk.run("show", "--format", "json")
    codes = {f["code"] for f in shown.data["findings"]}
    assert shown.status == 0, shown.err
    assert "customers_unreadable" in codes
    assert "customer_not_listed" not in codes


@pytest.mark.parametrize("more", [{"status": None}, {"endDateTime": "soon"}, {"customer": 7}])
def test_a_malformed_relationship_is_a_finding(
    more: dict[str, Any], desk: Desk, double: ServiceDouble
) -> None:
    """It may end soon. The list of customers is as good as before."""
    write(desk)
    double.answer = graph(4, relationship(2, 9, **more))
    shown = desk.run("show", "--format", "json")
    codes = {f["code"] for f in shown.data["findings"]}
    assert {"customers_unreadable", "customer_not_listed"} <= codes
    assert "gdap_ends" not in codes


def test_nightly_and_the_report_have_the_findings(desk: Desk, double: ServiceDouble) -> None:
    """Also with --repair, and the status does not change."""
    write(desk)
    double.answer = graph(5)
    for more in ((), ("--repair",)):
        night = desk.run("nightly", "--format", "json", *more)
        assert (night.status, about(night, "customer_not_listed")) == (
            0,
            [tenant_id(4), tenant_id(5)],
        )
    made = desk.run("report", "--out", "report.html")
    assert made.status == 0, made.err
    assert "customer_not_listed" in (desk.path / "report.html").read_text()


def test_a_list_that_hangs_delays_no_link(desk: Desk, double: ServiceDouble) -> None:
    """Even if the run has one thread: Graph answers only after every link was read."""
    write(desk)
    answer = graph(4)

    def late(asked: Asked) -> Told:
        desk.wait_for("read", 3)
        return answer(asked)

    double.answer = late
    shown = desk.run("show", "--format", "json", "--concurrency", "1")
    assert (shown.status, about(shown, "customer_not_listed")) == (0, [tenant_id(4)])


def test_names_from_graph_are_shown_safely(desk: Desk, double: ServiceDouble) -> None:
    """No control character of a customer's name reaches the terminal."""
    write(desk)
    entry = {"tenantId": tenant_id(7), "displayName": "Evil\u001b[2J\u202e\nname"}
    double.answer = lambda asked: Told({"value": [entry] if "Customers" in asked.path else []})
    shown = desk.run("show")
    assert "\x1b[2J" not in shown.out
    assert "Evil\\x1b[2J\\u202e\\nname" in shown.out


def test_partner_center_knows_customers_by_domain(desk: Desk, double: ServiceDouble) -> None:
    """A customer that the file names by the domain of the list needs no look-up."""
    desk.write(
        "  - {name: C1, tenant: c1.example}\n",
        more=f"customers: {{from: partner_center, tenant: {HOME}, identity: app}}\n",
    )
    items = [
        {"id": tenant_id(n), "companyProfile": {"companyName": f"C{n}", "domain": f"c{n}.example"}}
        for n in (1, 2)
    ]
    double.answer = lambda asked: Told({"items": items, "links": {}})
    shown = desk.run("show", "--format", "json")
    assert about(shown, "customer_not_listed") == [tenant_id(2)]


def test_customers_that_come_or_leave_are_notified_once(desk: Desk, double: ServiceDouble) -> None:
    """Not with the first list, and not by a run in between."""
    write(desk)
    path = desk.path / "tenants.yaml"
    path.write_text(path.read_text() + "notify: [{to: {env: PAL_NOTIFY}, when: [customers]}]\n")
    with listening() as receiver:
        env = {"PAL_NOTIFY": receiver.url.replace("http://", "json://")}
        for count in (3, 5, 5, 4):
            double.answer = graph(count)
            desk.run("show")
            night = desk.run("nightly", "-q", **env)
            assert (night.status, night.err) == (0, "")
        titles = [json.loads(body)["title"] for _, body in receiver.got]
    assert titles == [
        "pal-reconcile: 2 new in the list of customers",
        "pal-reconcile: 1 no longer in the list of customers",
    ]
    assert "C4" in receiver.got[0][1]


def test_customers_that_come_or_leave_are_in_show_the_report_and_the_history(
    desk: Desk, double: ServiceDouble
) -> None:
    """Since the first list: two came, and one of them left again."""
    write(desk)
    double.answer = graph(4)
    desk.run("show")
    double.answer = graph(6)
    desk.run("report", "--out", "report.html")
    page = (desk.path / "report.html").read_text(encoding="utf-8")
    assert "new in the list of customers" in page
    assert "<bdi>C5</bdi>, <bdi>C6</bdi>" in page
    double.answer = graph(5)
    news = desk.run("show", "--since", "last-night", "--format", "json").data["news"]
    assert news["customers"] == [
        {"tenant_id": tenant_id(5), "name": "C5", "news": "customer_new"},
        {"tenant_id": tenant_id(6), "name": "C6", "news": "customer_left"},
    ]
    shown = desk.run("show", "--since", "last-night").out
    assert "new in the list of customers (1): C5" in shown
    events = desk.run("history", "--since", "2026-01-01", "--format", "json").data["events"]
    found = [(e["event"], e["tenant"], e["tenant_id"]) for e in events if "customer" in e["event"]]
    assert found == [
        ("customer_new", "C5", tenant_id(5)),
        ("customer_new", "C6", tenant_id(6)),
        ("customer_left", "C6", tenant_id(6)),
    ]
    rows = desk.run("history", "--since", "2026-01-01", "--format", "csv").out
    assert f"customer_left,C6,,{tenant_id(6)}" in rows
    assert "customer" not in desk.run("history", "C1").out
