"""`show --access` and `access` against an Azure that is not the emulator."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from tests.azure.access.arm import (
    BROKEN,
    CONTRIBUTOR,
    CUSTOM,
    DENIED,
    EMPTY,
    GROUP,
    OID,
    RBAC_ADMIN,
    READER,
    SRC,
    SRC_BLOCK,
    TENANT,
    definition,
    listed,
    role,
    sub,
    subscriptions,
)
from tests.e2e.command import Desk, Ran, tenant_id
from tests.e2e.other_azure import OtherAzure, other_azure
from tests.receivers import Receiver, listening

ONE = {"/subscriptions": subscriptions(1)}
ACTIVE = "roleAssignmentScheduleInstances"
ELIGIBLE = "roleEligibilityScheduleInstances"
CUSTOM_ROLE = f"roleDefinitions/{CUSTOM.upper()}"
UNLISTED = f"roleDefinitions/{RBAC_ADMIN.upper()}"
UNTIL = "2026-12-01T18:00:00Z"
HOME = tenant_id(50)


def eight() -> dict[str, Any]:
    """Eight subscriptions on three pages; a role that counts is on the last one."""
    pages = {"": (1, 2, 3), "?2": (4, 5, 6), "?3": (7, 8)}
    answers: dict[str, Any] = {
        f"/subscriptions{page}": subscriptions(*numbers) for page, numbers in pages.items()
    }
    return answers | {
        "roleAssignments": listed(role(READER)),
        f"/subscriptions/{sub(8)}/roleAssignments": listed(role(SRC, 8)),
    }


PRINCIPALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "listed": (ONE | {"roleAssignments": listed(role(SRC))}, "eligible", "role_listed"),
    "reader": (ONE | {"roleAssignments": listed(role(READER))}, "none", "reader_only"),
    "nothing": ({"/subscriptions": EMPTY}, "none", "no_subscription"),
    "group": (
        ONE | {"roleAssignments": listed(role(SRC, principalId=GROUP, principalType="Group"))},
        "eligible",
        "role_listed",
    ),
    "management": (
        ONE
        | {
            "roleAssignments": listed(
                role(SRC, scope="/providers/Microsoft.Management/managementGroups/contoso")
            )
        },
        "eligible",
        "role_listed",
    ),
    "custom": (
        ONE
        | {
            "roleAssignments": listed(role(CUSTOM)),
            CUSTOM_ROLE: definition("Operator", "CustomRole", "A/b/write"),
        },
        "probably",
        "custom_role",
    ),
    "custom reader": (
        ONE
        | {
            "roleAssignments": listed(role(CUSTOM)),
            CUSTOM_ROLE: definition("Viewer", "CustomRole", "A/b/read"),
        },
        "cannot_tell",
        "custom_role",
    ),
    "unlisted": (
        ONE
        | {
            "roleAssignments": listed(role(RBAC_ADMIN)),
            f"roleDefinitions/{RBAC_ADMIN.upper()}": definition(
                "New Role", "BuiltInRole", "A/b/write"
            ),
        },
        "probably",
        "role_not_on_list",
    ),
    "one group": (
        ONE
        | {
            "resourcegroups": listed({"name": "rg"}),
            "resourceGroups/rg/roleAssignments": listed(role(SRC, scope="/rg")),
        },
        "eligible",
        "role_listed",
    ),
    "denied": (ONE, "cannot_tell", "narrow_role_or_no_read"),
    "activatable": (
        ONE | {"roleAssignments": EMPTY, ELIGIBLE: listed(role(CONTRIBUTOR))},
        "none",
        "only_pim_eligible",
    ),
    "activated": (
        ONE
        | {
            "roleAssignments": listed(role(CONTRIBUTOR)),
            ACTIVE: listed(role(CONTRIBUTOR, endDateTime=UNTIL)),
        },
        "eligible",
        "role_listed",
    ),
    "eight": (eight(), "eligible", "role_listed"),
    "failing": (ONE | {"roleAssignments": (200, "no list")}, "cannot_tell", "incomplete"),
    "permissions": (
        ONE | {"roleAssignments": DENIED, "permissions": listed(SRC_BLOCK)},
        "eligible",
        "from_permissions",
    ),
    "no PIM": (
        ONE | {"roleAssignments": listed(role(SRC)), ACTIVE: BROKEN},
        "eligible",
        "role_listed",
    ),
}
"""What Azure answers for each kind of principal, with the verdict and the reason."""


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[OtherAzure]:
    """An Azure that is not the emulator."""
    with other_azure(tmp_path) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of notifications."""
    with listening() as running:
        yield running


@pytest.fixture
def there(tmp_path: Path, emulator: Emulator, azure: OtherAzure) -> Desk:
    """A working directory that uses that Azure."""
    desk = Desk(tmp_path, emulator)
    desk.env["PAL_RECONCILE_ARM_ENDPOINT"] = azure.url
    desk.env["REQUESTS_CA_BUNDLE"] = azure.ca_path
    return desk


def at_home(answers: dict[str, Any], tenant: str) -> Any:
    """The answers, with subscriptions of this directory."""
    return json.loads(json.dumps(answers).replace(TENANT, tenant))


def plant(desk: Desk, azure: OtherAzure, *names: str) -> None:
    """Customers with these kinds of principals; all kinds by default."""
    tenants = ""
    for number, name in enumerate(names or PRINCIPALS):
        azure.answers[tenant_id(number)] = at_home(PRINCIPALS[name][0], tenant_id(number))
        tenants += f"  - {{name: {name}, tenant: {tenant_id(number)}}}\n"
        if name == "eight":
            for page, following in (("", 2), ("?2", 3)):
                _, data = azure.answers[tenant_id(number)][f"/subscriptions{page}"]
                data["nextLink"] = f"{azure.url}/subscriptions?api-version=1&page={following}"
    desk.write(tenants)


def access(ran: Ran, tenant: str) -> Any:
    """The access of a tenant's link."""
    return ran.link(tenant)["access"]


def test_sixteen_kinds_of_principals(there: Desk, azure: OtherAzure) -> None:
    """Each has its verdict; there is one sign-in a tenant, and nothing is written."""
    plant(there, azure)
    plain = there.run("show", "--format", "json")
    azure.requests.clear()
    ran = there.run("show", "--access", "--format", "json")
    assert (plain.status, ran.status) == (0, 0)
    found = {
        name: (access(ran, name)["verdict"], access(ran, name)["reason"]) for name in PRINCIPALS
    }
    assert found == {name: (verdict, reason) for name, (_, verdict, reason) in PRINCIPALS.items()}
    assert {method for method, path in azure.requests if "/token" not in path} == {"GET"}
    assert azure.count("/oauth2/v2.0/token") == len(PRINCIPALS)
    assert ran.data["digest"] == plain.data["digest"]
    assert ran.data["summary"]["access"] == {
        "eligible": 8,
        "probably": 2,
        "cannot_tell": 3,
        "none": 3,
    }
    assert all("access" not in link for link in plain.data["links"])
    assert access(ran, "activated")["assignments"][0]["until"] == UNTIL
    assert access(ran, "group")["assignments"][0]["through_group"]
    assert access(ran, "eight")["subscriptions"] == 8
    assert len(access(ran, "eight")["assignments"]) == 8


def test_findings_name_the_exact_request(there: Desk, azure: OtherAzure) -> None:
    """A link without a role that counts has the command, and its tenant's GUID."""
    plant(there, azure, "listed", "reader", "nothing", "activatable")
    ran = there.run("show", "--access", "--format", "json")
    found = {f["tenant"]: f for f in ran.data["findings"] if f["code"] == "access_none"}
    assert set(found) == {"reader", "nothing", "activatable"}
    assert found["reader"]["tenant_id"] == tenant_id(1)
    assert (
        f"az role assignment create --assignee-object-id {OID} "
        f'--assignee-principal-type ServicePrincipal --role "Support Request Contributor" '
        f"--scope /subscriptions/{sub(1)}"
    ) in found["reader"]["hint"]


def test_every_format_shows_the_verdict(there: Desk, azure: OtherAzure) -> None:
    """The word is that of JSON."""
    plant(there, azure, "listed", "custom reader")
    for command in (("show", "--access"), ("access",)):
        for form in ("table", "csv") if command == ("access",) else ("table", "csv", "markdown"):
            ran = there.run(*command, "--format", form)
            assert ran.status == 0, ran.err
            assert "eligible" in ran.out, (command, form)
            assert "cannot_tell" in ran.out, (command, form)


def test_links_are_filtered_and_grouped_by_access(there: Desk, azure: OtherAzure) -> None:
    """As by any other field."""
    plant(there, azure, "listed", "reader", "nothing")
    ran = there.run("access", "--where", "access=none", "--format", "json")
    assert [link["tenant"] for link in ran.data["links"]] == ["reader", "nothing"]
    ran = there.run("show", "--access", "--by", "access", "--format", "json")
    assert [(g["by"], g["links"]) for g in ran.data["groups"]] == [
        ({"access": "none"}, 2),
        ({"access": "eligible"}, 1),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--where", "access=none"),
        ("--by", "access"),
        ("--where", "access_reason=x"),
        ("--roles", "x.csv"),
    ],
)
def test_access_fields_need_access(there: Desk, arguments: tuple[str, ...]) -> None:
    """Without --access they are wrong usage, and nothing is read."""
    there.customers(1)
    ran = there.run("show", *arguments)
    assert (ran.status, "--access" in ran.err) == (64, True)


def test_a_newer_list_of_roles(there: Desk, azure: OtherAzure) -> None:
    """A list from a file replaces the one in the package; a wrong one is refused with its line."""
    plant(there, azure, "listed")
    path = there.path / "roles.csv"
    head = "# date: 2026-06-01\nrole,role_definition_id,pec_eligible\n"
    path.write_text(f"{head}Support Request Contributor,{SRC},no\n", encoding="utf-8")
    ran = there.run("access", "--roles", "roles.csv", "--format", "json")
    assert access(ran, "listed")["reason"] == "reader_only"
    assert ran.data["roles_as_of"] == "2026-06-01"
    path.write_text(f"{head}X,{SRC},maybe\n", encoding="utf-8")
    ran = there.run("access", "--roles", "roles.csv")
    assert (ran.status, "roles.csv:3:" in ran.err) == (64, True)


def plant_lighthouse(desk: Desk, azure: OtherAzure) -> None:
    """A link that covers a customer who delegates, and one who has vanished."""
    delegated, vanished, unlisted = (tenant_id(n) for n in (51, 52, 53))
    azure.answers[HOME] = {
        "/subscriptions": listed(
            *subscriptions(1, home=HOME)[1]["value"],
            *subscriptions(2, home=delegated)[1]["value"],
            *subscriptions(3, home=unlisted)[1]["value"],
        ),
        "roleAssignments": EMPTY,
        f"/subscriptions/{sub(2)}/permissions": listed(SRC_BLOCK),
    }
    desk.write(
        f"  - {{name: Contoso, tenant: {HOME}, covers: [Fabrikam, Northwind]}}\n"
        f"  - {{name: Fabrikam, tenant: {delegated}}}\n"
        f"  - {{name: Northwind, tenant: {vanished}}}\n"
    )


def test_lighthouse_has_a_verdict_for_each_covered_customer(there: Desk, azure: OtherAzure) -> None:
    """One customer delegates, one has vanished, and one is not in the file."""
    delegated, vanished, unlisted = (tenant_id(n) for n in (51, 52, 53))
    plant_lighthouse(there, azure)
    ran = there.run("show", "--access", "--format", "json")
    assert ran.status == 0
    assert access(ran, "Contoso")["covers"] == [
        {
            "tenant": "Fabrikam",
            "tenant_id": delegated,
            "verdict": "eligible",
            "reason": "from_permissions",
        },
        {
            "tenant": "Northwind",
            "tenant_id": vanished,
            "verdict": "none",
            "reason": "no_subscription",
        },
    ]
    found = {f["code"]: f for f in ran.data["findings"]}
    assert found["covers_nothing"]["tenant"] == "Northwind"
    assert found["covers_nothing"]["tenant_id"] == vanished
    assert "roleDefinitionId" in found["covers_nothing"]["hint"]
    assert found["delegated_not_listed"]["tenant_id"] == unlisted
    shown = there.run("access").out
    assert "covered by Contoso: no_subscription" in shown


def test_an_unreadable_link_has_no_access(there: Desk, azure: OtherAzure) -> None:
    """Its access is null, and the status is that of the link."""
    plant(there, azure, "listed", "reader")
    azure.links[tenant_id(1)] = "not an ID"
    ran = there.run("show", "--access", "--format", "json")
    assert ran.status == 4
    assert access(ran, "reader") is None
    assert access(ran, "listed")["verdict"] == "eligible"


def test_a_power_platform_customer_without_an_environment(there: Desk, azure: OtherAzure) -> None:
    """Azure roles say nothing about it, so none are requested."""
    azure.answers[tenant_id(1)] = PRINCIPALS["listed"][0]
    there.customers(1, workload="power_platform")
    ran = there.run("show", "--access", "--format", "json")
    assert access(ran, "C1")["reason"] == "no_environment_listed"
    assert azure.count("/subscriptions") == 0


def test_the_limit_of_subscriptions_is_in_the_file(there: Desk, azure: OtherAzure) -> None:
    """What was left out is incomplete."""
    plant(there, azure, "eight")
    text = (there.path / "tenants.yaml").read_text(encoding="utf-8")
    limited = text.replace("tenants:\n", "limits: {access_subscriptions: 2}\ntenants:\n")
    (there.path / "tenants.yaml").write_text(limited, encoding="utf-8")
    ran = there.run("access", "--format", "json")
    assert access(ran, "eight")["reason"] == "incomplete"
    assert azure.count("roleAssignments?") == 2


def a_day_later(desk: Desk) -> None:
    """Date everything in the history one day earlier."""
    (path,) = Path(desk.env["PAL_RECONCILE_STATE_DIR"]).glob("*.history.sqlite3")
    with closing(sqlite3.connect(path)) as connection:
        for table, columns in (
            ("runs", ("at",)),
            ("periods", ("at", "last_at", "standing_since", "read_at", "linked_since")),
            ("verdicts", ("at", "last_at")),
        ):
            moved = ", ".join(f"{c} = datetime({c}, '-1 day') || '.000000'" for c in columns)
            connection.execute(f"UPDATE {table} SET {moved}")
        connection.commit()


def test_lost_access_is_shown_and_notified(
    there: Desk, azure: OtherAzure, receiver: Receiver
) -> None:
    """Once to those who want it; a run without --access says nothing about it."""
    plant(there, azure, "listed", "reader")
    text = (there.path / "tenants.yaml").read_text(encoding="utf-8")
    notify = "notify: [{to: {env: PAL_NOTIFY}, when: [access]}]\n"
    (there.path / "tenants.yaml").write_text(
        text.replace("tenants:\n", f"{notify}tenants:\n"), encoding="utf-8"
    )
    there.env["PAL_NOTIFY"] = receiver.url.replace("http://", "json://")
    assert there.run("nightly", "--access", "-q").status == 0
    a_day_later(there)
    azure.answers[tenant_id(0)] = at_home(PRINCIPALS["reader"][0], tenant_id(0))
    assert there.run("nightly", "-q").status == 0
    assert receiver.got == []
    a_day_later(there)
    metrics = there.path / "pal.prom"
    ran = there.run("nightly", "--access", "-q", "--metrics", str(metrics))
    assert (ran.status, ran.err) == (0, "")
    ((_, body),) = receiver.got
    message = json.loads(body)
    assert message["title"] == "pal-reconcile: 1 access lost"
    assert "access_none" in there.run("nightly", "--access").out
    assert "listed / app: access lost (reader_only)" in message["message"]
    assert "Next step: run access: it shows what to ask" in message["message"]
    assert 'pal_reconcile_links_by_access{verdict="none"} 2.0' in metrics.read_text()
    ran = there.run("show", "--access", "--since", "last-night", "--format", "json")
    assert [(item["tenant"], item["news"]) for item in ran.data["news"]["links"]] == [
        ("listed", "access_lost")
    ]
    assert "access lost (1): listed / app" in there.run("access", "--since", "last-night").out


def test_the_report_shows_access(there: Desk, azure: OtherAzure) -> None:
    """With the findings of the check."""
    plant(there, azure, "listed", "reader")
    ran = there.run("report", "--access", "--out", "report.html")
    assert ran.status == 0, ran.err
    page = (there.path / "report.html").read_text(encoding="utf-8")
    assert "only roles that Microsoft lists as not eligible" in page
    assert "list of roles of 2022-11-08" in page
    assert "access_none" in page


def test_evidence_shows_which_roles_we_hold(there: Desk, azure: OtherAzure) -> None:
    """As they were checked last; without a check there is no such section."""
    plant(there, azure, "listed", "reader")
    only = ("evidence", "--only", "listed", "--out")
    assert there.run(*only, "before").status == 0
    assert "Which of your roles" not in (there.path / "before/explanation.md").read_text()
    there.run("access")
    assert there.run(*only, "after").status == 0
    page = (there.path / "after/explanation.md").read_text(encoding="utf-8")
    assert "Support Request Contributor on 1 of 1 subscription" in page
    history = json.loads((there.path / "after/history.json").read_text(encoding="utf-8"))
    assert history["links"][0]["access"]["verdict"] == "eligible"
    assert "Reader" not in page


def test_doctor_writes_the_request_for_a_role(there: Desk, azure: OtherAzure) -> None:
    """To the customer whose link is ready but had no role that counts at the last check."""
    plant(there, azure, "listed", "reader")
    there.run("access")
    ran = there.run("doctor", "--format", "markdown")
    assert ran.status == 0, ran.err
    assert "## reader: what our partner link needs" in ran.out
    assert f"az role assignment create --assignee-object-id {OID}" in ran.out
    assert f"--scope /subscriptions/{sub(1)}`" in ran.out
    assert "counts only while it is active" in ran.out
    assert "## listed" not in ran.out


def test_doctor_asks_covered_customers_for_a_delegated_role(there: Desk, azure: OtherAzure) -> None:
    """A note has the Lighthouse authorization, and names neither our own nor another customer."""
    plant_lighthouse(there, azure)
    there.run("access")
    ran = there.run("doctor", "--format", "markdown", "--out", "notes")
    assert ran.status == 0, ran.err
    notes = {path.stem: path.read_text(encoding="utf-8") for path in there.path.glob("notes/*")}
    assert list(notes) == ["Northwind"]
    note = notes["Northwind"]
    assert f'`{{"managedByTenantId": "{HOME}", "authorizations": [{{"principalId": "{OID}"' in note
    assert "Support Request Contributor is enough" in note
    assert "We work for you through Azure Lighthouse" in note
    assert "counts only while it is active" in note
    assert "Fabrikam" not in note
    assert "Contoso" not in note
    ran = there.run("doctor", "--format", "json")
    assert [(one["tenant"], one["covered_by"]["tenant"]) for one in ran.data["covered"]] == [
        ("Northwind", "Contoso")
    ]
    assert f"{tenant_id(52)}" in there.run("doctor", "--format", "csv").out.splitlines()[-1]


def test_evidence_shows_a_covered_customer_which_of_its_roles_we_hold(
    there: Desk, azure: OtherAzure
) -> None:
    """Those on its own subscriptions only; a name that means another directory shows none."""
    plant_lighthouse(there, azure)
    there.run("access")
    assert there.run("evidence", "--only", "Fabrikam", "--out", "one").status == 0
    page = (there.path / "one/explanation.md").read_text(encoding="utf-8")
    assert "Support Request Contributor on 1 of 1 subscription" in page
    assert sub(1) not in (there.path / "one/history.json").read_text(encoding="utf-8")
    file = there.path / "tenants.yaml"
    file.write_text(file.read_text().replace(tenant_id(51), tenant_id(54)))
    assert there.run("evidence", "--only", "Fabrikam", "--out", "two").status == 0
    page = (there.path / "two/explanation.md").read_text(encoding="utf-8")
    assert "Which of your roles" not in page
