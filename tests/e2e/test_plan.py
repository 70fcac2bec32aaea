"""`plan` and `show` as users and programs use them."""

import json

import pytest

from tests.e2e.command import APP, FOREIGN, OLD, OURS, SECRET, Desk, tenant_id

LINK_KEYS = {
    *("tenant", "tenant_id", "identity", "object_id", "tags"),
    *("wanted", "observed", "action", "reason", "problem"),
}


def test_a_plan_has_the_shape_that_programs_rely_on(desk: Desk) -> None:
    """Every key of the public format is there, with its type."""
    desk.seed({1: OLD})
    desk.customers(1, tags="[emea]")
    ran = desk.plan()
    data, link = ran.data, ran.link("C1")
    assert ran.status == 0
    assert (data["kind"], data["format"], data["complete"], data["interrupted"]) == (
        *("plan", 1),
        *(True, False),
    )
    assert data["created_at"].endswith("Z")
    assert data["digest"].startswith("sha256:")
    assert data["config_digest"].startswith("sha256:")
    assert data["summary"] == {
        **{"links": 1, "none": 0, "create": 0, "update": 1, "remove": 0},
        **{"conflict": 0, "unknown": 0, "held": 0, "attested": 0, "unmanaged": 0},
    }
    assert set(link) >= LINK_KEYS
    assert (link["tenant_id"], link["identity"]) == (tenant_id(1), "app")
    assert link["tags"] == ["emea"]
    assert link["wanted"] == {"state": "linked", "partner_id": OURS}
    observed = link["observed"]
    assert (observed["state"], observed["partner_id"], observed["version"]) == ("linked", OLD, 1)
    assert (link["action"], link["problem"]) == ("update", None)


def test_each_difference_has_its_action(desk: Desk) -> None:
    """Links keep the file's order, whatever the order of their answers."""
    desk.seed(
        {1: OURS, 3: OLD, 4: OURS, 5: FOREIGN, 7: OLD, 9: FOREIGN, 10: FOREIGN},
        faults=[{"tenant": tenant_id(1), "operation": "read", "latency_s": 0.3}],
    )
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
        f"  - {{name: C3, tenant: {tenant_id(3)}}}\n"
        f"  - {{name: C4, tenant: {tenant_id(4)}, state: absent}}\n"
        f"  - {{name: C5, tenant: {tenant_id(5)}}}\n"
        f"  - {{name: C6, tenant: {tenant_id(6)}, state: absent}}\n"
        f"  - {{name: C7, tenant: {tenant_id(7)}, hold: {{until: 2999-01-01, reason: a}}}}\n"
        f"  - {{name: C8, tenant: {tenant_id(8)}, attested: "
        "{partner: uk, by: alice, on: 2026-01-01, note: gone}}\n"
        f"  - {{name: C9, tenant: {tenant_id(9)}, state: unmanaged}}\n"
        f"  - {{name: C10, tenant: {tenant_id(10)}, state: absent}}\n"
    )
    ran = desk.plan("--detailed-exitcode")
    assert ran.status == 2
    assert list(ran.actions.items()) == [
        ("C1", "none"),
        ("C2", "create"),
        ("C3", "update"),
        ("C4", "remove"),
        ("C5", "conflict"),
        ("C6", "none"),
        ("C7", "held"),
        ("C8", "attested"),
        ("C9", "unmanaged"),
        ("C10", "conflict"),
    ]
    assert ran.link("C8")["observed"] is None
    assert ran.link("C4")["wanted"] == {"state": "absent", "partner_id": None}
    assert ran.link("C9")["observed"]["partner_id"] == FOREIGN


def test_replaces_allows_a_foreign_id_to_be_overwritten(desk: Desk) -> None:
    """A listed foreign ID is overwritten or removed; `any` allows every ID."""
    desk.seed({1: FOREIGN, 2: FOREIGN, 3: FOREIGN})
    desk.write(
        f'  - {{name: C1, tenant: {tenant_id(1)}, replaces: ["{FOREIGN}"]}}\n'
        f"  - {{name: C2, tenant: {tenant_id(2)}, state: absent, replaces: any}}\n"
        f'  - {{name: C3, tenant: {tenant_id(3)}, replaces: ["1234567"]}}\n'
    )
    assert desk.plan().actions == {"C1": "update", "C2": "remove", "C3": "conflict"}


def test_a_plan_only_reads(desk: Desk) -> None:
    """ARM gets only GET; no link is read by its ID; nothing is attested."""
    desk.seed({1: OURS, 2: OLD})
    desk.customers(3)
    desk.plan()
    to_arm = [e for e in desk.requests() if e.operation not in ("openid", "token")]
    assert {e.method for e in to_arm} == {"GET"}
    assert {e.operation for e in to_arm} == {"metadata", "read"}
    assert {e.body_bytes for e in to_arm} == {0}


def test_a_tenant_costs_two_round_trips(desk: Desk) -> None:
    """One token and one read per tenant, and no OpenID document of a tenant with a GUID."""
    desk.customers(10)
    desk.plan()
    assert len(desk.requests("token")) == 10
    assert len(desk.requests("read")) == 10
    assert len(desk.requests("openid")) == 0
    assert len(desk.requests("metadata")) == 1


def test_the_same_file_and_azure_give_the_same_bytes(desk: Desk) -> None:
    """Two plans differ only in their times, and their digests are equal."""
    desk.seed({1: OLD}, faults=[{"tenant": tenant_id(2), "aadsts": 53003}])
    desk.customers(3)
    first, second = desk.plan().data, desk.plan().data
    assert first["digest"] == second["digest"]
    for data in (first, second):
        del data["created_at"], data["seal"]
    assert json.dumps(first) == json.dumps(second)


def test_a_domain_is_shown_as_its_guid(desk: Desk) -> None:
    """The tenant's OpenID document has the GUID of the domain."""
    desk.azure.state.reset()
    desk.seed(
        tenants=[{"tenant": tenant_id(7), "domains": ["northwind.onmicrosoft.com"]}],
    )
    desk.write("  - {name: Northwind, tenant: northwind.onmicrosoft.com}\n")
    assert desk.plan().link("Northwind")["tenant_id"] == tenant_id(7)


def test_two_entries_for_one_principal_are_never_written(desk: Desk) -> None:
    """A GUID and a domain of one tenant would re-point one link back and forth."""
    desk.seed(tenants=[{"tenant": tenant_id(1), "domains": ["fabrikam.com"]}])
    desk.write(
        f"  - {{name: A, tenant: {tenant_id(1)}}}\n"
        "  - {name: B, tenant: fabrikam.com, partner: old}\n"
    )
    ran = desk.plan()
    assert ran.status == 4
    assert {link["problem"]["code"] for link in ran.data["links"]} == {"duplicate_principal"}
    assert desk.apply().status == 4
    assert desk.requests("create", "update", "remove") == []


def test_an_unreadable_tenant_is_reported(desk: Desk) -> None:
    """It has its own action, a code, a hint and the status 4; the others are still read."""
    desk.seed({2: OURS}, faults=[{"tenant": tenant_id(1), "aadsts": 53003}])
    desk.customers(2)
    ran = desk.plan()
    assert ran.status == 4
    assert ran.actions == {"C1": "unknown", "C2": "none"}
    assert ran.data["complete"] is False
    problem = ran.link("C1")["problem"]
    assert problem["code"] == "conditional_access"
    assert problem["hint"]
    assert "No changes" not in desk.run("plan").out


def test_an_absent_link_without_its_principal_is_in_sync(desk: Desk) -> None:
    """If the app or the tenant no longer exists, there is no link to remove."""
    desk.seed(
        tenants=[{"tenant": tenant_id(1)}],
        clients=[{"client_id": APP, "secret": SECRET, "absent_from": [tenant_id(1)]}],
    )
    desk.customers(2, state="absent")
    ran = desk.plan()
    assert ran.status == 0
    assert ran.actions == {"C1": "none", "C2": "none"}
    assert "app_not_in_tenant" in ran.link("C1")["reason"]
    assert "no_such_tenant" in ran.link("C2")["reason"]


@pytest.mark.parametrize("number", [5000224, 5000225, 900023])
def test_an_absent_link_in_a_blocked_tenant_is_in_sync(desk: Desk, number: int) -> None:
    """A tenant that Microsoft has blocked allows no sign-in, so no link can be removed."""
    desk.seed(faults=[{"aadsts": number}])
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}, state: absent}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}}}\n"
    )
    ran = desk.apply()
    assert ran.status == 4
    assert ran.actions == {"C1": "none", "C2": "unknown"}
    assert "no_such_tenant" in ran.link("C1")["reason"]
    assert ran.link("C2")["problem"]["code"] == "no_such_tenant"
    assert desk.requests("create", "update", "remove") == []


@pytest.mark.parametrize(
    "claims", [{"tid": tenant_id(9)}, {"oid": None}, {"oid": "", "tid": tenant_id(1)}]
)
def test_a_token_for_another_tenant_is_not_used(desk: Desk, claims: dict[str, str]) -> None:
    """If tid or oid do not match the file, no request goes to ARM."""
    desk.seed(faults=[{"tenant": tenant_id(1), "claims": claims}])
    desk.customers(1)
    assert desk.plan().link("C1")["problem"]["code"] == "wrong_tenant_token"
    assert desk.requests("read") == []


def test_a_pinned_object_id_must_be_the_principals(desk: Desk) -> None:
    """Another principal than the pinned one stops the link before any request to ARM."""
    desk.write(f"  - {{name: C1, tenant: {tenant_id(1)}, object_ids: {{app: {tenant_id(5)}}}}}\n")
    assert desk.plan().link("C1")["problem"]["code"] == "wrong_tenant_token"
    assert desk.requests("read") == []


@pytest.mark.parametrize(
    "properties", [{"tenantId": tenant_id(9)}, {"objectId": tenant_id(9)}, {"objectId": None}]
)
def test_an_answer_about_another_principal_is_rejected(
    desk: Desk, properties: dict[str, str]
) -> None:
    """tenantId and objectId of Azure's answer must be those of the token."""
    desk.seed({1: OLD}, faults=[{"tenant": tenant_id(1), "properties": properties}])
    desk.customers(1)
    ran = desk.plan()
    assert ran.actions == {"C1": "unknown"}
    assert ran.link("C1")["problem"]["code"] in ("wrong_tenant_token", "unexpected_answer")


@pytest.mark.parametrize(
    "fault",
    [
        {"html": True, "status": 200},
        {"body": "[]"},
        {"body": '{"value": []}'},
        {"body": ""},
        {"body": '{"properties": {"partnerId": 4936128}}'},
        {"properties": {"state": "Deleted"}},
        {"properties": {"partnerId": "49361x8"}},
        {"status": 404, "code": "ResourceNotFound"},
        {"status": 202},
        {"redirect": "https://127.0.0.1:1/elsewhere"},
    ],
)
def test_only_the_exact_answers_count(desk: Desk, fault: dict[str, object]) -> None:
    """An answer that is not exactly a link or its absence is unknown; nothing is written."""
    desk.seed({1: OLD}, faults=[{"tenant": tenant_id(1), "operation": "read", **fault}])
    desk.customers(1)
    ran = desk.apply()
    assert ran.status == 4
    assert ran.link("C1")["problem"]["code"] == "unexpected_answer"
    assert desk.requests("create", "update", "remove") == []


def test_a_busy_azure_is_retried(desk: Desk) -> None:
    """429, 5xx and dropped connections are retried until Azure answers."""
    read = {"tenant": tenant_id(1), "operation": "read", "times": 1}
    desk.seed(
        {1: OURS},
        faults=[
            {"tenant": tenant_id(1), "operation": "token", "times": 1, "aadsts": 90033},
            {**read, "status": 429, "retry_after_s": 1},
            {**read, "status": 503, "html": True},
            {**read, "drop": True},
        ],
    )
    desk.customers(1)
    assert desk.plan().actions == {"C1": "none"}
    assert len(desk.requests("read")) == 4


def test_a_wait_beyond_the_budget_is_not_started(desk: Desk) -> None:
    """A Retry-After of five minutes ends that link at once."""
    desk.seed(faults=[{"operation": "read", "status": 429, "retry_after_s": 300}])
    desk.customers(1)
    ran = desk.plan()
    assert ran.link("C1")["problem"]["code"] == "throttled"
    assert len(desk.requests("read")) == 1


def test_an_expired_token_is_renewed_once(desk: Desk) -> None:
    """A 401 causes one new sign-in; a second one makes the link unknown."""
    desk.seed({1: OURS}, faults=[{"operation": "read", "times": 1, "expired_token": True}])
    desk.customers(1)
    assert desk.plan().actions == {"C1": "none"}
    assert len(desk.requests("token")) == 2
    desk.seed({1: OURS}, faults=[{"operation": "read", "expired_token": True}])
    assert desk.plan().link("C1")["problem"]["code"] == "token_refused"
    assert len(desk.requests("read")) == 2


def test_show_lists_every_link(desk: Desk) -> None:
    """The inventory includes links in sync; the status is 4 if one could not be read."""
    desk.seed({1: OURS}, faults=[{"tenant": tenant_id(2), "aadsts": 53003}])
    desk.customers(2)
    ran = desk.run("show", "--format", "json")
    assert (ran.status, ran.data["kind"]) == (4, "inventory")
    assert ran.link("C1")["observed"]["partner_id"] == OURS
    table = desk.run("show").out
    assert "C1" in table
    assert "C2" in table
    assert desk.run("show", "--only", "C1").status == 0


def test_a_selection_reads_nothing_else(desk: Desk) -> None:
    """--only and --exclude decide which tenants get a request."""
    desk.customers(4)
    ran = desk.plan("--only", "C*", "--exclude", tenant_id(2), "--exclude", "C4")
    assert list(ran.actions) == ["C1", "C3"]
    assert {e.tenant for e in desk.requests("token")} == {tenant_id(1), tenant_id(3)}


def test_names_cannot_control_the_terminal(desk: Desk) -> None:
    """A partner name with escape codes is shown as text."""
    desk.seed({1: OLD}, partners={OLD: "\x1b[2JEvil\u202e", OURS: "x"})
    desk.customers(1)
    for form in ("table", "markdown", "csv", "json"):
        out = desk.run("plan", "--format", form).out
        assert "Evil" in out
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.parametrize(
    ("form", "beginning"), [("markdown", "#"), ("csv", "tenant,tenant_id,identity,")]
)
def test_other_formats(desk: Desk, form: str, beginning: str) -> None:
    """Markdown and CSV go to stdout alone; the log stays on stderr."""
    desk.customers(2)
    ran = desk.run("plan", "--format", form, "--log-level", "info")
    assert ran.out.startswith(beginning)
    assert "C2" in ran.out
    assert "command=plan" in ran.err


def test_quiet_prints_nothing_if_everything_is_in_sync(desk: Desk) -> None:
    """-q prints no table if everything is in sync, and the table otherwise."""
    desk.seed({1: OURS})
    desk.customers(1)
    ran = desk.run("plan", "-q")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    desk.seed()
    assert "C1" in desk.run("plan", "-q").out


def test_show_reports_dependencies_and_plan_does_not(desk: Desk) -> None:
    """Each dependency once, with all its customers; none of it is drift."""
    desk.customers(3)
    desk.seed({1: OURS, 2: OURS})
    shown = desk.run("show")
    assert shown.status == 0
    assert "only_one_principal, 2 times: linked through one principal only" in shown.out
    assert (
        "covered_by_nothing, C3: this customer has no link to one of our partner IDs" in shown.out
    )
    assert "only_one_principal" not in desk.run("plan").out


def test_an_inventory_is_filtered_and_rolled_up(desk: Desk) -> None:
    """The history adds first and last dates; an unreadable link is never reported as not linked."""
    desk.seed({1: OURS, 2: OURS, 3: OLD})
    desk.customers(4)
    assert desk.run("show").status == 0
    desk.azure.state.add_fault({"operation": "read", "tenant": tenant_id(1), "status": 403})
    ran = desk.run("show", "--by", "partner", "--format", "json")
    groups = {group["by"]["partner"]: group["customers"] for group in ran.data["groups"]}
    assert (ran.status, groups) == (4, {OURS: ["C2"], OLD: ["C3"], "": ["C1", "C4"]})
    link = ran.link("C1")
    assert (link["observed"]["state"], link["observed"]["partner_id"]) == ("unknown", None)
    assert link["last_partner_id"] == OURS
    assert link["verified_at"] <= ran.link("C2")["verified_at"]
    old = desk.run("show", "--where", "partner=old", "--format", "json")
    assert (old.status, list(old.actions)) == (4, ["C3"])
    assert "1 of 4 links match" in old.err
    for arguments, expected in (
        (("--by", "money"), "--by: unknown field money"),
        (("--where", "money=1"), "--where: unknown field money"),
        (("--by", "x", "--where", "money=1"), "error: --where: unknown field money"),
    ):
        wrong = desk.run("show", *arguments)
        assert (wrong.status, expected in wrong.err) == (64, True)
