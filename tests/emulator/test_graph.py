"""Microsoft Graph: delegated admin customers and relationships."""

from __future__ import annotations

import pytest

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.bearer import app_token, get, user_token
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND, Caller

GRAPH = "https://graph.microsoft.com"
CUSTOMERS = "/v1.0/tenantRelationships/delegatedAdminCustomers"
RELATIONSHIPS = "/v1.0/tenantRelationships/delegatedAdminRelationships"
ENDS = "2026-12-01T00:00:00Z"


def customer(number: int, **more: object) -> dict[str, object]:
    """Return a customer of the seed."""
    tenant = f"4fdbff88-0000-4000-8000-{number:012}"
    return {"tenant": tenant, "name": f"Customer {number}", **more}


def test_customers_come_in_pages_of_300(azure: Emulator, caller: Caller) -> None:
    """700 customers are three pages, whose links stay on the same host."""
    azure.state.reset(read({"customers": [customer(number) for number in range(700)]}))
    token, url, sizes = app_token(caller, GRAPH), f"{CUSTOMERS}?$top=300", []
    while url:
        body = get(caller, token, url).json()
        sizes.append(len(body["value"]))
        url = body.get("@odata.nextLink", "").removeprefix(azure.endpoint)
    assert sizes == [300, 300, 100]
    assert body["value"][-1].keys() >= {"id", "tenantId", "displayName", "@odata.etag"}
    assert get(caller, token, f"{CUSTOMERS}?$top=301").status_code == 400


def test_a_customer_is_listed_while_a_relationship_is_active(
    azure: Emulator, caller: Caller
) -> None:
    """Relationships have an end, and a filter by status or by customer."""
    ended = {"status": "terminated"}
    active = {"name": "Support", "ends": ENDS, "extends": "PT0S", "roles": ["x"]}
    entries = [
        customer(1, relationships=[active, ended]),
        customer(2, relationships=[ended]),
        customer(3, partner=NORTHWIND),
    ]
    azure.state.reset(read({"customers": entries}))
    token = app_token(caller, GRAPH)
    assert [one["displayName"] for one in get(caller, token, CUSTOMERS).json()["value"]] == [
        "Customer 1"
    ]
    assert len(get(caller, token, RELATIONSHIPS).json()["value"]) == 3
    asked = {"$filter": "status eq 'active'"}
    (one,) = get(caller, token, RELATIONSHIPS, params=asked).json()["value"]
    assert (one["endDateTime"], one["autoExtendDuration"]) == (ENDS, "PT0S")
    assert one["customer"]["displayName"] == "Customer 1"
    asked = {"$filter": f"customer/tenantId eq '{entries[1]['tenant']}'"}
    assert len(get(caller, token, RELATIONSHIPS, params=asked).json()["value"]) == 1
    asked = {"$filter": "displayName gt 1"}
    assert get(caller, token, RELATIONSHIPS, params=asked).status_code == 400


@pytest.mark.parametrize("path", [CUSTOMERS, RELATIONSHIPS])
def test_the_permission_is_needed(azure: Emulator, caller: Caller, path: str) -> None:
    """Without it both lists are 403; a listed principal has it."""
    azure.state.reset(read({"graph_permissions": []}))
    answer = get(caller, app_token(caller, GRAPH), path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "Authorization_RequestDenied")
    assert error["innerError"].keys() == {"date", "request-id", "client-request-id"}
    granted = {"client_id": APP, "permissions": ["DelegatedAdminRelationship.Read.All"]}
    caller.control("POST", "services", {"graph_permissions": [granted]})
    assert get(caller, app_token(caller, GRAPH), path).status_code == 200
    assert caller.control("GET", "services")["graph_permissions"] == [granted]


def test_a_token_must_be_for_graph(azure: Emulator, caller: Caller) -> None:
    """Graph's own resource and the one in the metadata document are accepted; ARM's is not."""
    document = caller.send("GET", "/metadata/endpoints?api-version=2022-09-01").json()
    resource = document["microsoftGraphResourceId"].rstrip("/")
    assert resource == azure.endpoint
    assert get(caller, app_token(caller, resource), CUSTOMERS).status_code == 200
    for token in (caller.token(), "x"):
        answer = get(caller, token, CUSTOMERS)
        assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
        assert answer.status_code == 401
    token = app_token(caller, GRAPH)
    caller.control("POST", "clock", {"advance_s": 7200})
    assert get(caller, token, CUSTOMERS).status_code == 401


def test_users_may_read_the_lists(azure: Emulator, caller: Caller) -> None:
    """A user is a principal as well, and another path is not found."""
    username = "alice@contoso.com"
    granted = {"username": username, "permissions": ["DelegatedAdminRelationship.Read.All"]}
    azure.state.reset(read({"graph_permissions": [granted]}))
    token = user_token(caller, username, GRAPH)
    assert get(caller, token, CUSTOMERS).status_code == 200
    assert get(caller, token, "/v1.0/me").status_code == 404


def test_names_of_principals_are_found_by_id(azure: Emulator, caller: Caller) -> None:
    """The Azure CLI asks for the names behind the IDs of assignments."""
    azure.state.reset(read({"clients": [{"client_id": APP}]}))
    object_id = azure.state.directory.object_id(FABRIKAM, APP)
    headers = {"Authorization": f"Bearer {app_token(caller, GRAPH)}"}
    path = "/v1.0/directoryObjects/getByIds"
    for body, names in (({"ids": [object_id]}, [APP]), ({"ids": []}, []), ([], [])):
        answer = caller.send("POST", path, headers=headers, json=body)
        assert [one["displayName"] for one in answer.json()["value"]] == names


def test_faults_hit_one_list(azure: Emulator, caller: Caller) -> None:
    """Each list has an operation of its own."""
    caller.fault(operation="gdap_customers", status=429, retry_after_s=2)
    token = app_token(caller, GRAPH)
    answer = get(caller, token, CUSTOMERS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert get(caller, token, RELATIONSHIPS).status_code == 200
