"""Power Platform: Dataverse environments and the discovery service."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator.seed.fields import BadSeed
from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from reconciler.emulator.services.odata import BadFilter, matching
from tests.emulator.bearer import app_token, get, user_token
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND, Caller, claims_of

HOST = "fabrikam.crm4.dynamics.com"
RESOURCE = f"https://{HOST}"
BASE = f"/{HOST}/api/data/v9.2"
DISCOVERY, INSTANCES = "https://globaldisco.crm.dynamics.com", "/api/discovery/v2.0/Instances"
ALICE = "alice@contoso.com"
USER_ID = "5d0e8a3c-aaaa-4222-8333-444455556666"


def plant(azure: Emulator, *members: dict[str, Any], **more: Any) -> None:
    """Seed one environment of Fabrikam with these members."""
    entry = {"url": RESOURCE, "tenant": FABRIKAM, "members": list(members), **more}
    azure.state.reset(read({"environments": [entry]}))


def error_of(caller: Caller, token: str, name: str) -> tuple[int, str]:
    """Return status and code of a refusal."""
    answer = get(caller, token, f"{BASE}/{name}")
    return answer.status_code, answer.json()["error"]["code"]


def test_a_member_knows_who_it_is(azure: Emulator, caller: Caller) -> None:
    """WhoAmI answers with the user's ID in Dataverse."""
    plant(azure, {"client_id": APP, "user_id": USER_ID})
    body = get(caller, app_token(caller, RESOURCE), f"{BASE}/WhoAmI").json()
    assert body["UserId"] == USER_ID
    assert body["@odata.context"].endswith("$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse")


def test_refusals_differ(azure: Emulator, caller: Caller) -> None:
    """No member, a disabled one, and one without a role have codes of their own."""
    plant(azure)
    token = app_token(caller, RESOURCE)
    assert error_of(caller, token, "WhoAmI") == (403, "0x80072560")
    plant(azure, {"client_id": APP, "disabled": True})
    assert error_of(caller, token, "WhoAmI") == (403, "0x80040225")
    plant(azure, {"client_id": APP, "without_role": True})
    assert get(caller, token, f"{BASE}/WhoAmI").status_code == 200
    assert error_of(caller, token, "workflows")[0] == 403


def test_a_token_is_for_one_environment(azure: Emulator, caller: Caller) -> None:
    """Another environment's token is 401; a principal of another tenant is no member."""
    plant(azure, {"client_id": APP})
    other = app_token(caller, "https://northwind.crm4.dynamics.com")
    answer = get(caller, other, f"{BASE}/WhoAmI")
    assert answer.status_code == 401
    assert f"resource_id={RESOURCE}/" in answer.headers["WWW-Authenticate"]
    foreign = app_token(caller, RESOURCE, NORTHWIND)
    assert error_of(caller, foreign, "WhoAmI") == (403, "0x80072560")
    answer = get(caller, other, "/northwind.crm4.dynamics.com/api/data/v9.2/WhoAmI")
    assert answer.status_code == 404
    assert error_of(caller, app_token(caller, RESOURCE), "accounts")[0] == 404


@pytest.mark.parametrize(
    ("table", "column", "filter_text"),
    [
        ("workflows", "workflowid", "category eq 5 and _ownerid_value eq {}"),
        ("canvasapps", "canvasappid", "_ownerid_value eq {}"),
        (
            "solutions",
            "uniquename",
            "ismanaged eq true and (_createdby_value eq {0} or _modifiedby_value eq {0})",
        ),
    ],
)
def test_tables_are_filtered_by_owner(
    azure: Emulator, caller: Caller, table: str, column: str, filter_text: str
) -> None:
    """Each owner finds its own rows, with the requested columns."""
    owner = {"client_id": APP, "user_id": USER_ID}
    other = {"username": ALICE, "flows": 1, "canvas_apps": 1, "solutions": ["x"]}
    plant(azure, {**owner, "flows": 3, "canvas_apps": 3, "solutions": ["a", "b", "c"]}, other)
    token = app_token(caller, RESOURCE)
    asked = {"$select": column, "$filter": filter_text.format(USER_ID)}
    found = get(caller, token, f"{BASE}/{table}", params=asked).json()["value"]
    assert [list(row) for row in found] == [[column]] * 3
    assert (
        len(get(caller, token, f"{BASE}/{table}", params={**asked, "$top": "1"}).json()["value"])
        == 1
    )
    assert len(get(caller, token, f"{BASE}/{table}").json()["value"]) == 4
    quoted = {"$filter": filter_text.format(f"'{USER_ID}'")}
    assert get(caller, token, f"{BASE}/{table}", params=quoted).status_code == 400


def test_pages_follow_the_preference(azure: Emulator, caller: Caller) -> None:
    """`odata.maxpagesize` limits a page, and the link leads to the next one."""
    plant(azure, {"client_id": APP, "flows": 5})
    token, url, sizes = app_token(caller, RESOURCE), f"{BASE}/workflows?$select=workflowid", []
    while url:
        prefer = {"Prefer": "odata.maxpagesize=2"}
        body = get(caller, token, url, headers=prefer).json()
        sizes.append(len(body["value"]))
        url = body.get("@odata.nextLink", "").removeprefix(azure.endpoint)
    assert sizes == [2, 2, 1]


def test_discovery_lists_the_environments_of_a_user(azure: Emulator, caller: Caller) -> None:
    """Those where the user is an enabled member, in the tenant of the token."""
    plant(azure, {"username": ALICE, "admin": True}, name="Fabrikam", enabled=False)
    columns = "ApiUrl,FriendlyName,State,TenantId,IsUserSysAdmin"
    token = user_token(caller, ALICE, DISCOVERY)
    assert get(caller, token, f"{INSTANCES}?$select={columns}").json()["value"] == [
        {
            "ApiUrl": "https://fabrikam.api.crm4.dynamics.com",
            "FriendlyName": "Fabrikam",
            "State": 1,
            "TenantId": FABRIKAM,
            "IsUserSysAdmin": True,
        }
    ]
    elsewhere = user_token(caller, ALICE, DISCOVERY, NORTHWIND)
    assert get(caller, elsewhere, INSTANCES).json()["value"] == []
    plant(azure, {"username": ALICE, "disabled": True})
    assert get(caller, token, INSTANCES).json()["value"] == []


def test_discovery_rejects_apps(azure: Emulator, caller: Caller) -> None:
    """The status is a guess, so it is a switch. Another audience is 401."""
    plant(azure, {"client_id": APP})
    token = app_token(caller, DISCOVERY)
    assert claims_of(token)["idtyp"] == "app"
    assert get(caller, token, INSTANCES).status_code == 403
    caller.control("POST", "switches", {"discovery_for_apps_status": 401})
    assert get(caller, token, INSTANCES).status_code == 401
    assert get(caller, user_token(caller, ALICE, RESOURCE), INSTANCES).status_code == 401


def test_each_table_has_an_operation(azure: Emulator, caller: Caller) -> None:
    """A fault hits one of them, and the log names them."""
    plant(azure, {"client_id": APP})
    caller.fault(operation="who_am_i", status=503, times=1)
    token = app_token(caller, RESOURCE)
    statuses = [
        get(caller, token, f"{BASE}/{name}").status_code
        for name in ("WhoAmI", "WhoAmI", "solutions")
    ]
    assert statuses == [503, 200, 200]
    counts = azure.state.requests.by_operation()
    assert (counts["who_am_i"], counts["solutions"]) == (2, 1)


@pytest.mark.parametrize("text", ["a", "a gt 1", "(a eq 1", "a eq 1 b", "a eq b", "#", "b eq 1"])
def test_a_filter_that_is_not_understood_is_refused(text: str) -> None:
    """An unknown column, operator or value is an error, never an empty list."""
    with pytest.raises(BadFilter):
        matching(text)({"a": 1})


def test_filters_combine() -> None:
    """`and` binds more strongly than `or`."""
    test = matching("a eq 1 or a eq 2 and b eq 'it''s'")
    assert test({"a": 1, "b": ""})
    assert test({"a": 2, "b": "it's"})
    assert not test({"a": 2, "b": ""})


def test_an_environment_is_listed_once() -> None:
    """Two entries of one host are refused, and so is another URL than https."""
    entry = {"url": f"{RESOURCE}/", "tenant": FABRIKAM}
    with pytest.raises(BadSeed, match=f"environments: {HOST} is listed twice"):
        read({"environments": [entry, {**entry, "url": RESOURCE}]})
    with pytest.raises(BadSeed, match="is not an https URL"):
        read({"environments": [{**entry, "url": "http://x"}]})
