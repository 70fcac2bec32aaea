"""Subscriptions, role assignments and what follows from them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator.authorization.built_in_roles import BUILT_IN_ROLES
from reconciler.emulator.authorization.roles import Role
from reconciler.emulator.seed.fields import BadSeed
from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND, Caller, claims_of

SUBSCRIPTION = "0a1b2c3d-1111-4222-8333-444455556666"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{SCOPE}/resourceGroups/app"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/app"
TEAM, ALL_TEAMS = "aaaaaaaa-0000-4000-8000-00000000000a", "aaaaaaaa-0000-4000-8000-00000000000b"
CONTOSO_GROUP = "/providers/Microsoft.Management/managementGroups/contoso"
SRC = "Support Request Contributor"
FABRIKAM_PROD = {
    "subscription": SUBSCRIPTION,
    "tenant": FABRIKAM,
    "management_groups": ["prod", "contoso"],
    "resource_groups": [{"name": "app", "resources": ["Microsoft.Storage/storageAccounts/app"]}],
}
AUTHORIZATION = "providers/Microsoft.Authorization"
NOW, LATER, EARLIER = "2026-11-23T02:00:00Z", "2026-11-23T20:00:00Z", "2026-11-23T01:00:00Z"


class Reader:
    """Reads lists as APP, in one tenant."""

    def __init__(self, caller: Caller, tenant: str = FABRIKAM, **form: Any) -> None:
        self._caller = caller
        token = caller.token(tenant, **form)
        self.object_id = claims_of(token)["oid"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, version: str = "2022-04-01", **parameters: str) -> Any:
        """Return status and body; parameters are written without their dollar sign."""
        query = {"api-version": version, **{f"${name}": text for name, text in parameters.items()}}
        answer = self._caller.send("GET", path, params=query, headers=self._headers)
        return answer.status_code, answer.json()

    def values(self, path: str, **parameters: str) -> list[Any]:
        """Return the entries of a list that can be read."""
        status, body = self.get(path, **parameters)
        assert status == 200, body
        found: list[Any] = body["value"]
        return found

    def own(self, scope: str = SCOPE, kind: str = "roleAssignments") -> list[Any]:
        """Return the properties of the caller's own assignments."""
        own = "asTarget()" if "Schedule" in kind else f"assignedTo('{self.object_id}')"
        path = f"{scope}/{AUTHORIZATION}/{kind}"
        return [entry["properties"] for entry in self.values(path, filter=own)]


def plant(azure: Emulator, *assignments: dict[str, Any], **sections: Any) -> None:
    """Seed one subscription with these assignments of APP."""
    entries = [
        {"scope": SCOPE, **({} if "group" in a else {"client_id": APP}), **a} for a in assignments
    ]
    seed = {"subscriptions": [FABRIKAM_PROD], "role_assignments": entries, "clock": NOW}
    azure.state.reset(read({**seed, **sections}))


def denied(answer: tuple[int, Any], action: str) -> bool:
    """Say whether an answer is Azure's refusal of an action."""
    status, body = answer
    return status == 403 and f"to perform action '{action}' over" in body["error"]["message"]


def test_a_role_makes_its_subscription_visible(azure: Emulator, caller: Caller) -> None:
    """`tenantId` is the home tenant; vendors are named beside managing tenants."""
    vendor = "9f8e7d6c-aaaa-4bbb-8ccc-dddd00001111"
    plant(azure, {"role": "Reader"}, subscriptions=[{**FABRIKAM_PROD, "managed_by": [vendor]}])
    status, body = Reader(caller).get("/subscriptions", "2022-12-01")
    (shown,) = body["value"]
    assert (status, body["count"]) == (200, {"type": "Total", "value": 1})
    assert (shown["id"], shown["tenantId"]) == (SCOPE, FABRIKAM)
    assert shown["managedByTenants"] == [{"tenantId": vendor}]
    assert Reader(caller, NORTHWIND).values("/subscriptions") == []


def test_without_a_role_nothing_is_visible(azure: Emulator, caller: Caller) -> None:
    """The list is empty; the subscription itself refuses, and another tenant's is not found."""
    plant(azure)
    reader = Reader(caller)
    assert reader.values("/subscriptions") == []
    assert denied(reader.get(SCOPE), "Microsoft.Resources/subscriptions/read")
    status, body = Reader(caller, NORTHWIND).get(f"{SCOPE}/resourcegroups")
    assert (status, body["error"]["code"]) == (404, "SubscriptionNotFound")
    assert (
        reader.get("/subscriptions/x/resourcegroups")[1]["error"]["code"] == "InvalidSubscriptionId"
    )


def test_long_lists_come_in_pages(azure: Emulator, caller: Caller) -> None:
    """300 subscriptions are three pages, and the links keep the other parameters."""
    many = [
        {"subscription": f"0a1b2c3d-1111-4222-8333-{number:012}", "tenant": FABRIKAM}
        for number in range(300)
    ]
    plant(azure, {"scope": "/", "role": "Reader", "tenant": FABRIKAM}, subscriptions=many)
    headers = {"Authorization": f"Bearer {caller.token()}"}
    url, found = "/subscriptions?api-version=2022-12-01&x=1", []
    pages = 0
    while url:
        body = caller.send("GET", url, headers=headers).json()
        found += [entry["subscriptionId"] for entry in body["value"]]
        url = body.get("nextLink", "").removeprefix(azure.endpoint)
        assert not url or "x=1" in url
        pages += 1
    assert (pages, len(set(found))) == (3, 300)


@pytest.mark.parametrize(
    ("role", "reads", "permissions", "groups"),
    [("Reader", 200, 200, 200), (SRC, 200, 200, 200), ("AcrPull", 403, 403, 403)],
)
def test_rights_follow_from_actions(
    azure: Emulator, caller: Caller, role: str, reads: int, permissions: int, groups: int
) -> None:
    """Whether a list can be read follows from the actions of the role."""
    plant(azure, {"role": role})
    reader = Reader(caller)
    assert reader.get(f"{SCOPE}/{AUTHORIZATION}/roleAssignments")[0] == reads
    assert reader.get(f"{SCOPE}/{AUTHORIZATION}/permissions")[0] == permissions
    assert reader.get(f"{SCOPE}/resourcegroups", "2021-04-01")[0] == groups


def test_a_refusal_names_the_action(azure: Emulator, caller: Caller) -> None:
    """Code and message are on one level; with a switch the list is empty instead."""
    plant(azure, {"role": "AcrPull"})
    path, reader = f"{SCOPE}/{AUTHORIZATION}/roleAssignments", Reader(caller)
    status, body = reader.get(path)
    assert denied((status, body), "Microsoft.Authorization/roleAssignments/read")
    assert (body.keys(), body["error"]["code"]) == ({"error"}, "AuthorizationFailed")
    caller.control("POST", "switches", {"unreadable_assignments": "empty"})
    assert reader.values(path) == []


def test_groups_of_groups_are_expanded(azure: Emulator, caller: Caller) -> None:
    """`assignedTo` finds what a group of a group holds, `principalId` only what is direct."""
    groups = [
        {"tenant": FABRIKAM, "object_id": TEAM, "members": [{"client_id": APP}]},
        {"tenant": FABRIKAM, "object_id": ALL_TEAMS, "members": [{"group": TEAM}]},
    ]
    plant(azure, {"role": SRC, "group": ALL_TEAMS}, groups=groups)
    reader = Reader(caller)
    (held,) = reader.own()
    assert (held["principalId"], held["principalType"]) == (ALL_TEAMS, "Group")
    direct = f"principalId eq '{reader.object_id}'"
    assert reader.values(f"{SCOPE}/{AUTHORIZATION}/roleAssignments", filter=direct) == []
    (instance,) = reader.own(kind="roleAssignmentScheduleInstances")
    assert instance["memberType"] == "Group"


def test_management_groups_are_inherited(azure: Emulator, caller: Caller) -> None:
    """The scope is the management group's, and the role's path begins with the subscription."""
    plant(azure, {"role": "Reader", "scope": CONTOSO_GROUP})
    reader = Reader(caller)
    (held,) = reader.own()
    assert held["scope"] == CONTOSO_GROUP
    assert held["roleDefinitionId"].startswith(f"{SCOPE}/{AUTHORIZATION}/roleDefinitions/")
    (held,) = reader.own(CONTOSO_GROUP)
    assert held["roleDefinitionId"].startswith(f"/{AUTHORIZATION}/roleDefinitions/")
    assert reader.own(CONTOSO_GROUP.replace("contoso", "prod"))[0]["scope"] == CONTOSO_GROUP


def test_a_narrow_role_refuses_above_and_shows_below(azure: Emulator, caller: Caller) -> None:
    """A role on one resource group: 403 at the subscription, and only that group is listed."""
    other = {**FABRIKAM_PROD, "resource_groups": [{"name": "app"}, {"name": "other"}]}
    plant(azure, {"role": SRC, "scope": GROUP}, subscriptions=[other])
    reader = Reader(caller)
    assert [one["id"] for one in reader.values("/subscriptions")] == [SCOPE]
    assert reader.get(f"{SCOPE}/{AUTHORIZATION}/roleAssignments")[0] == 403
    assert [one["name"] for one in reader.values(f"{SCOPE}/resourcegroups")] == ["app"]
    (held,) = reader.own(GROUP.replace("resourceGroups", "resourcegroups"))
    assert held["scope"] == GROUP
    caller.control("POST", "switches", {"narrow_subscriptions": "hidden"})
    assert reader.values("/subscriptions") == []


def test_a_role_on_a_resource_shows_the_resource(azure: Emulator, caller: Caller) -> None:
    """The group refuses; the resource is listed and has its assignment."""
    plant(azure, {"role": "Reader", "scope": STORAGE})
    reader = Reader(caller)
    assert reader.get(f"{SCOPE}/resourcegroups")[0] == 403
    assert [one["id"] for one in reader.values(f"{SCOPE}/resources")] == [STORAGE]
    assert [one["id"] for one in reader.values(f"{GROUP}/resources")] == [STORAGE]
    assert [held["scope"] for held in reader.own(STORAGE)] == [STORAGE]


def test_lists_include_what_is_above_and_below(azure: Emulator, caller: Caller) -> None:
    """`atScope()` leaves out what is below."""
    plant(
        azure,
        {"role": "Reader", "scope": CONTOSO_GROUP},
        {"role": "Reader"},
        {"role": "Contributor", "scope": GROUP},
    )
    reader = Reader(caller)
    assert [held["scope"] for held in reader.own()] == [CONTOSO_GROUP, SCOPE, GROUP]
    both = f"atScope() and assignedTo('{reader.object_id}')"
    path = f"{SCOPE}/{AUTHORIZATION}/roleAssignments"
    assert len(reader.values(path, filter=both)) == 2
    assert reader.get(path, filter="createdOn gt 1")[1]["error"]["code"] == "UnsupportedQuery"


def test_an_activated_role_ends(azure: Emulator, caller: Caller) -> None:
    """It is a plain assignment until its end, which only PIM shows."""
    end = {"activated": True, "since": EARLIER, "until": LATER, "condition": "@x"}
    plant(azure, {"role": "Reader"}, {"role": "Contributor", **end})
    reader = Reader(caller)
    assert len(reader.own()) == 2
    assert [held["condition"] for held in reader.own()] == [None, "@x"]
    standing, activated = reader.own(kind="roleAssignmentScheduleInstances")
    assert (standing["assignmentType"], "endDateTime" in standing) == ("Assigned", False)
    assert (activated["assignmentType"], activated["endDateTime"]) == ("Activated", LATER)
    assert activated["expandedProperties"]["roleDefinition"]["displayName"] == "Contributor"
    caller.control("POST", "clock", {"set": LATER, "freeze": True})
    assert len(Reader(caller).own()) == 1


def test_an_eligible_role_is_no_assignment(azure: Emulator, caller: Caller) -> None:
    """Only the list of eligibilities shows it, also without a scope."""
    plant(azure, {"role": "Reader"}, {"role": "Owner", "eligible": True})
    reader = Reader(caller)
    assert len(reader.own()) == 1
    kind = "roleEligibilityScheduleInstances"
    for scope in (SCOPE, ""):
        (eligible,) = reader.own(scope, kind)
        assert eligible["expandedProperties"]["roleDefinition"]["displayName"] == "Owner"


@pytest.mark.parametrize(("pim", "status"), [("no_license", 400), ("refuse", 403)])
def test_pim_may_be_unavailable(azure: Emulator, caller: Caller, pim: str, status: int) -> None:
    """The lists of PIM fail; the list of assignments does not."""
    plant(azure, {"role": "Reader"}, switches={"pim": pim})
    reader = Reader(caller)
    assert reader.get(f"{SCOPE}/{AUTHORIZATION}/roleAssignmentScheduleInstances")[0] == status
    assert len(reader.own()) == 1


def test_permissions_are_those_of_each_assignment(azure: Emulator, caller: Caller) -> None:
    """One entry for each assignment at the scope or above. Newer versions add data actions."""
    custom = {"role": "Operator", "data_actions": ["Microsoft.Storage/*/read"]}
    plant(
        azure,
        {"role": SRC},
        {"role": "Operator"},
        {"role": "Owner", "scope": GROUP},
        roles=[custom],
    )
    reader = Reader(caller)
    path = f"{SCOPE}/{AUTHORIZATION}/permissions"
    entries = reader.get(path)[1]["value"]
    assert [entry["dataActions"] for entry in entries] == [[], custom["data_actions"]]
    assert reader.get(path, "2015-07-01")[1]["value"][1] == {"actions": [], "notActions": []}


def test_role_definitions_are_built_in_or_custom(azure: Emulator, caller: Caller) -> None:
    """Built-in ones are readable without a scope, custom ones only at a scope."""
    role_id = "5d0e8a3c-5555-4222-8333-444455556666"
    custom = {"role": "Operator", "role_id": role_id, "actions": ["*/write"], "not_actions": ["x"]}
    plant(azure, {"role": SRC}, {"role": "Operator"}, roles=[custom])
    reader = Reader(caller)
    path = f"/{AUTHORIZATION}/roleDefinitions"
    assert reader.get(f"{path}/{role_id}")[0] == 404
    status, body = reader.get(f"{SCOPE}{path}/{role_id}")
    assert (status, body["properties"]["type"]) == (200, "CustomRole")
    assert body["properties"]["permissions"][0]["actions"] == ["*/write"]
    found = reader.values(path, filter="roleName eq 'acrpull'")
    assert [one["properties"]["type"] for one in found] == ["BuiltInRole"]
    assert len(reader.values(f"{SCOPE}{path}", filter="type eq 'CustomRole'")) == 1


def delegated(role: str, **changes: Any) -> dict[str, Any]:
    """Return a delegation of Fabrikam's subscription to APP in Northwind."""
    authorizations = [{"client_id": APP, "role": role}]
    base = {"subscription": SUBSCRIPTION, "managing_tenant": NORTHWIND}
    return {**base, "authorizations": authorizations, **changes}


def test_a_delegated_subscription_is_seen_from_the_managing_tenant(
    azure: Emulator, caller: Caller
) -> None:
    """It has its own home tenant; no list of assignments shows the role, permissions do."""
    plant(azure, delegations=[delegated(SRC)])
    reader = Reader(caller, NORTHWIND)
    (shown,) = reader.values("/subscriptions")
    assert (shown["tenantId"], shown["managedByTenants"]) == (FABRIKAM, [{"tenantId": NORTHWIND}])
    assert reader.own() == []
    (allowed,) = reader.values(f"{SCOPE}/{AUTHORIZATION}/permissions")
    assert "Microsoft.Support/*" in allowed["actions"]
    path = f"{SCOPE}/providers/Microsoft.ManagedServices/registrationAssignments"
    assert denied(reader.get(path), "Microsoft.ManagedServices/registrationAssignments/read")
    assert Reader(caller).values("/subscriptions") == []


def test_a_reader_sees_the_delegation(azure: Emulator, caller: Caller) -> None:
    """Definition and plan are in the assignment if that is requested."""
    plan = {"name": "gold", "product": "x", "publisher": "contoso", "version": "1"}
    plant(azure, delegations=[delegated("Reader", plan=plan, resource_group="app")])
    base = f"{SCOPE}/providers/Microsoft.ManagedServices"
    reader = Reader(caller, NORTHWIND)
    assert reader.get(f"{base}/registrationDefinitions")[0] == 403
    plant(azure, delegations=[delegated("Reader", plan=plan)])
    (one,) = reader.values(f"{base}/registrationAssignments", expandRegistrationDefinition="true")
    definition = one["properties"]["registrationDefinition"]
    assert definition["plan"] == plan
    assert definition["properties"]["manageeTenantId"] == FABRIKAM
    managed = f"managedByTenantId eq '{NORTHWIND}'"
    assert len(reader.values(f"{base}/registrationDefinitions", filter=managed)) == 1
    assert reader.values(f"{base}/registrationDefinitions", filter=managed.replace("7", "8")) == []


def test_a_fault_hits_one_operation(azure: Emulator, caller: Caller) -> None:
    """Each list has a name of its own, and the log shows it."""
    plant(azure, {"role": "Reader"})
    caller.fault(operation="role_assignments", status=429, retry_after_s=1, times=1)
    reader = Reader(caller)
    assert reader.get(f"{SCOPE}/{AUTHORIZATION}/roleAssignments")[0] == 429
    assert len(reader.own()) == 1
    counts = azure.state.requests.by_operation()
    assert counts == {"token": 1, "role_assignments": 2}


def write(caller: Caller, method: str, path: str, **properties: Any) -> Any:
    """Send a write as APP and return status and body."""
    headers = {"Authorization": f"Bearer {caller.token()}"}
    url = f"{SCOPE}/{AUTHORIZATION}/{path}?api-version=2022-04-01"
    body = {"properties": properties} if properties else None
    answer = caller.send(method, url, headers=headers, json=body)
    return answer.status_code, answer.json() if answer.content else None


def test_an_owner_assigns_and_removes_roles(azure: Emulator, caller: Caller) -> None:
    """The assignment has the ID of the request. It exists once, and removing it twice is 204."""
    plant(azure, {"role": "Owner"})
    roles = {role.name: role.role_id for role in BUILT_IN_ROLES}
    role = f"{SCOPE}/{AUTHORIZATION}/roleDefinitions/{roles[SRC]}"
    wanted = {"roleDefinitionId": role, "principalId": TEAM, "principalType": "ServicePrincipal"}
    path = f"roleAssignments/{ALL_TEAMS}"
    status, body = write(caller, "PUT", path, **wanted)
    assert (status, body["name"], body["properties"]["principalId"]) == (201, ALL_TEAMS, TEAM)
    assert write(caller, "PUT", path, **wanted)[1]["error"]["code"] == "RoleAssignmentExists"
    unknown = {**wanted, "roleDefinitionId": TEAM}
    assert write(caller, "PUT", path, **unknown)[1]["error"]["code"] == "RoleDefinitionDoesNotExist"
    assert write(caller, "PUT", path, principalId=TEAM)[0] == 400
    everyone = Reader(caller).values(f"{SCOPE}/{AUTHORIZATION}/roleAssignments")
    assert [one["name"] == ALL_TEAMS for one in everyone] == [False, True]
    assert [write(caller, "DELETE", path)[0] for _ in range(2)] == [200, 204]


def test_a_write_needs_its_right(azure: Emulator, caller: Caller) -> None:
    """Contributor may not assign roles. Other writes are 405; a missing api-version is 400."""
    plant(azure, {"role": "Contributor"})
    path = f"roleAssignments/{ALL_TEAMS}"
    wanted = write(caller, "PUT", path, principalId=TEAM)
    assert denied(wanted, "Microsoft.Authorization/roleAssignments/write")
    assert denied(write(caller, "DELETE", path), "Microsoft.Authorization/roleAssignments/delete")
    assert write(caller, "PUT", "permissions")[0] == 405
    headers = {"Authorization": f"Bearer {caller.token()}"}
    path = f"{SCOPE}/{AUTHORIZATION}/roleAssignments"
    assert caller.send("GET", path, headers=headers).status_code == 400
    assert caller.send("GET", f"{path}?api-version=1").status_code == 401


def test_access_is_changed_by_a_control_route(azure: Emulator, caller: Caller) -> None:
    """Given sections replace the earlier ones; names of roles and tenants are still known."""
    plant(azure, {"role": "Reader"}, roles=[{"role": "Operator"}])
    entry = {"scope": SCOPE, "client_id": APP, "role": "Operator", "until": LATER}
    shown = caller.control("POST", "access", {"role_assignments": [entry]})
    assert shown == caller.control("GET", "access")
    assert shown["role_assignments"] == [entry]
    assert shown["subscriptions"][0]["tenant"] == FABRIKAM
    caller.control("POST", "access", {"role_assignments": []})
    assert Reader(caller).values("/subscriptions") == []


@pytest.mark.parametrize(
    ("sections", "complaint"),
    [
        ({"role_assignments": [{"role": "Redaer"}]}, r"\.role: .* 'Redaer'; did you mean Reader?"),
        ({"role_assignments": [{"scope": "x"}]}, "'x' is not a scope"),
        (
            {"role_assignments": [{"scope": "/", "role": "Owner", "client_id": APP}]},
            "tenant is mis",
        ),
        ({"role_assignments": [{"scope": SCOPE, "role": "Owner"}]}, "needs one of object_id"),
        ({"subscriptions": [FABRIKAM_PROD] * 2}, f"subscriptions: {SUBSCRIPTION} is listed twice"),
        ({"delegations": [{"subscription": APP, "managing_tenant": FABRIKAM}]}, "is not listed"),
        ({"subscriptions": [{"tenant": "x"}]}, r"\.tenant: there is no tenant 'x'"),
    ],
)
def test_wrong_sections_are_refused(sections: dict[str, Any], complaint: str) -> None:
    """The error names the entry, the field and what is expected."""
    with pytest.raises(BadSeed, match=complaint.replace("?", r"\?")):
        read(sections)


def test_an_error_of_one_section_is_not_repeated_in_another() -> None:
    """What a section with an error defines counts as defined."""
    entry = {"scope": SCOPE, "client_id": APP, "role": "Operator"}
    sections = {
        "subscriptions": [{**FABRIKAM_PROD, "nam": "x"}],
        "roles": [{"role": "Operator", "action": []}],
        "role_assignments": [entry],
    }
    with pytest.raises(BadSeed) as caught:
        read(sections)
    assert str(caught.value).splitlines() == [
        "subscriptions[0].nam: unknown key; did you mean name?",
        "roles[0].action: unknown key; did you mean actions?",
    ]


def test_a_wildcard_spans_slashes_and_each_role_is_judged_alone() -> None:
    """`notActions` of a role take away from its own actions only. Case does not matter."""
    roles = {role.name: role for role in BUILT_IN_ROLES}
    write = "Microsoft.Authorization/roleAssignments/write"
    assert roles["Owner"].allows(write)
    assert not roles["Contributor"].allows(write.upper())
    assert roles[SRC].allows("microsoft.authorization/permissions/READ")
    assert not Role("x", "x", ("Microsoft.Support/*",)).allows("Microsoft.Supports/x")
    assert len(roles) == len({role.role_id for role in BUILT_IN_ROLES})
