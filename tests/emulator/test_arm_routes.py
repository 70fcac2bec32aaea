"""ARM over real TLS, byte for byte where Azure's answers are known."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from reconciler.emulator.state.clock import parse_time
from tests.emulator.caller import (
    ADATUM,
    APP,
    CONTOSO,
    FABRIKAM,
    NORTHWIND,
    PARTNERS,
    VERSION,
    Caller,
)

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_LINKED = (
    b'{"error":{"code":"ManagementPartnerNotFound","message":"This user or service principal is '
    b'not linked with a Partner ID"},"code":"ManagementPartnerNotFound","message":"This user or '
    b'service principal is not linked with a Partner ID"}'
)


def code(answer: requests.Response) -> str:
    return str(answer.json()["error"]["code"])


def test_a_link_is_one_compact_object(azure: Emulator, caller: Caller) -> None:
    """GET, PUT and PATCH answer the same bytes: keys in order, no spaces, etag equal to version."""
    azure.state.clock.freeze()
    azure.state.clock.set(parse_time("2026-03-20T00:36:59.101Z"))
    object_id = azure.state.directory.object_id(FABRIKAM, APP)
    expected = (
        f'{{"id":"/providers/microsoft.managementpartner/partners/{CONTOSO}",'
        f'"type":"Microsoft.ManagementPartner/partners","name":"{CONTOSO}","etag":1,'
        f'"properties":{{"partnerId":"{CONTOSO}","partnerName":"Partner {CONTOSO}",'
        f'"tenantId":"{FABRIKAM}","objectId":"{object_id}","version":1,'
        '"updatedTime":"2026-03-20T00:36:59.101Z","createdTime":"2026-03-20T00:36:59.101Z",'
        '"state":"Active"}}'
    ).encode()
    token = caller.token()
    answers = [
        caller.arm("PUT", f"/{CONTOSO}", token=token),
        caller.arm("GET", token=token),
        caller.arm("GET", "/", token=token),
        caller.arm("GET", f"/{CONTOSO}", token=token),
        caller.arm("PATCH", f"/{CONTOSO}", token=token),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert {answer.content for answer in answers} == {expected}


def test_a_record_without_a_name_leaves_the_key_out(azure: Emulator, caller: Caller) -> None:
    """Old records have no partnerName."""
    azure.state.reset(read({"partners": {CONTOSO: None}}))
    caller.arm("PUT", f"/{CONTOSO}")
    assert "partnerName" not in caller.read()["properties"]


def test_the_life_of_a_link(caller: Caller) -> None:
    """Create, re-point, remove, create again: versions count up, the creation time stays."""
    first = caller.arm("PUT", f"/{CONTOSO}").json()["properties"]
    second = caller.arm("PATCH", f"/{ADATUM}").json()["properties"]
    assert caller.arm("DELETE", f"/{ADATUM}").status_code == 200
    last = caller.arm("PUT", f"/{CONTOSO}").json()["properties"]
    assert [first["version"], second["version"], last["version"]] == [1, 2, 4]
    assert first["createdTime"] == first["updatedTime"] == last["createdTime"]
    assert last["updatedTime"] > second["updatedTime"] > first["updatedTime"]


def test_a_delete_is_200_and_empty_even_when_nothing_was_linked(caller: Caller) -> None:
    """DELETE has no body and no content type; its Content-Length is 0."""
    answer = caller.arm("DELETE", f"/{CONTOSO}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "0"
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", f"/{CONTOSO}"), ("PATCH", f"/{CONTOSO}")]
)
def test_an_unlinked_principal_gets_404_with_repeated_code(
    caller: Caller, method: str, path: str
) -> None:
    """The provider repeats code and message at both levels."""
    answer = caller.arm(method, path)
    assert (answer.status_code, answer.content) == (404, NOT_LINKED)


def test_a_read_by_another_id_is_404(azure: Emulator, caller: Caller) -> None:
    """GET of an ID that is not the linked one fails; the status is a switch."""
    caller.arm("PUT", f"/{CONTOSO}")
    assert caller.arm("GET", f"/{ADATUM}").content == NOT_LINKED
    azure.state.reset(read({"switches": {"read_other_id_status": 400}}))
    assert caller.arm("GET", f"/{ADATUM}").status_code == 404
    caller.arm("PUT", f"/{CONTOSO}")
    assert caller.arm("GET", f"/{ADATUM}").status_code == 400


def test_an_id_that_is_no_partner_is_400(azure: Emulator, caller: Caller) -> None:
    """PUT of an unknown or malformed ID is PartnerIdInvalid, and nothing is linked."""
    azure.state.reset(read({"partners": {CONTOSO: "Contoso"}}))
    for partner_id in (ADATUM, "12a"):
        answer = caller.arm("PUT", f"/{partner_id}")
        assert answer.status_code == 400
        assert answer.content == (
            b'{"error":{"code":"PartnerIdInvalid","message":"The Partner ID is not valid"},'
            b'"code":"PartnerIdInvalid","message":"The Partner ID is not valid"}'
        )
    assert azure.state.links.records == {}


def test_a_put_while_linked_is_409(azure: Emulator, caller: Caller) -> None:
    """The default assumption: PartnerIdAlreadyLinked, with `already linked` in the message."""
    caller.arm("PUT", f"/{CONTOSO}")
    answer = caller.arm("PUT", f"/{ADATUM}")
    assert (answer.status_code, answer.json()["code"]) == (409, "PartnerIdAlreadyLinked")
    assert "already linked" in answer.json()["message"]
    caller.control("POST", "switches", {"already_linked_status": 400})
    assert caller.arm("PUT", f"/{ADATUM}").status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"partnerId":"1158331"}', b'{"properties":{"partnerId":"1158331"}}']
)
def test_the_path_wins_over_any_body(caller: Caller, body: bytes) -> None:
    """Bodies are ignored."""
    answer = caller.arm("PUT", f"/{CONTOSO}", data=body)
    assert answer.json()["properties"]["partnerId"] == CONTOSO


def test_the_path_counts_in_any_case_and_with_a_slash_at_its_end(caller: Caller) -> None:
    """Provider and type segments are case-insensitive."""
    token = caller.token()
    headers = {"Authorization": f"Bearer {token}"}
    for path in (
        PARTNERS.lower(),
        PARTNERS.upper() + "/",
        "/Providers/microsoft.ManagementPARTNER/Partners",
    ):
        answer = caller.send(
            "GET", path, params={"x": "1", "API-Version": "2018-02-01"}, headers=headers
        )
        assert answer.content == NOT_LINKED


def test_two_tenants_hold_two_links(caller: Caller) -> None:
    """The token determines tenant and object; the URL names neither."""
    here, there = caller.token(FABRIKAM), caller.token(NORTHWIND)
    caller.arm("PUT", f"/{CONTOSO}", token=here)
    caller.arm("PUT", f"/{ADATUM}", token=there)
    links = [caller.read(token)["properties"] for token in (here, there)]
    assert [link["partnerId"] for link in links] == [CONTOSO, ADATUM]
    assert [link["tenantId"] for link in links] == [FABRIKAM, NORTHWIND]


def test_every_provider_answer_carries_azures_headers(caller: Caller) -> None:
    """No caching, and the correlation ID equals the request ID."""
    answers = [
        caller.arm("GET"),
        caller.arm("PUT", f"/{CONTOSO}"),
        caller.arm("GET"),
        caller.arm("DELETE", f"/{CONTOSO}"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Pragma"] == "no-cache"
        assert answer.headers["Expires"] == "-1"
        assert GUID.fullmatch(answer.headers["request-id"])
        assert GUID.fullmatch(answer.headers["x-ms-request-id"])
        assert answer.headers["x-ms-correlation-request-id"] == answer.headers["x-ms-request-id"]
    assert answers[0].headers["Content-Type"] == "application/json; charset=utf-8"
    assert len({answer.headers["x-ms-request-id"] for answer in answers}) == 4


def test_a_missing_api_version_is_400(caller: Caller) -> None:
    """ARM's front door answers with a plain error, before it checks the token."""
    answer = caller.arm("GET", params={}, token="")
    assert answer.status_code == 400
    assert answer.content == (
        b'{"error":{"code":"MissingApiVersionParameter","message":"The api-version query '
        b'parameter (?api-version=) is required for all requests."}}'
    )


@pytest.mark.parametrize(
    ("method", "path", "version", "status", "expected"),
    [
        (
            "GET",
            "/providers/Microsoft.Nope/partners",
            "2018-02-01",
            404,
            "InvalidResourceNamespace",
        ),
        ("GET", "/providers/Microsoft.ManagementPartner", "2018-02-01", 404, "InvalidResourceType"),
        (
            "GET",
            "/providers/Microsoft.ManagementPartner/links",
            "2018-02-01",
            404,
            "InvalidResourceType",
        ),
        ("GET", PARTNERS, "2017-01-01", 400, "NoRegisteredProviderFound"),
        ("POST", PARTNERS, "2018-02-01", 405, "MethodNotAllowed"),
        ("PUT", PARTNERS, "2018-02-01", 405, "MethodNotAllowed"),
        ("POST", f"{PARTNERS}/{CONTOSO}", "2018-02-01", 405, "MethodNotAllowed"),
        ("GET", f"{PARTNERS}/{CONTOSO}/more", "2018-02-01", 405, "MethodNotAllowed"),
        ("GET", "/providers", "2018-02-01", 404, "NotFound"),
        ("GET", "/nowhere", "2018-02-01", 404, "NotFound"),
    ],
)
def test_what_arm_does_not_have_gets_a_plain_error(
    caller: Caller, method: str, path: str, version: str, status: int, expected: str
) -> None:
    """The front door has code and message once."""
    headers = {"Authorization": f"Bearer {caller.token()}"}
    answer = caller.send(method, path, params={"api-version": version}, headers=headers)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert list(answer.json()) == ["error"]
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_provider_lists_its_operations(caller: Caller) -> None:
    """Each operation has a name and a display with four texts."""
    headers = {"Authorization": f"Bearer {caller.token()}"}
    path = "/providers/Microsoft.ManagementPartner/operations"
    operations = caller.send("GET", path, params=VERSION, headers=headers).json()["value"]
    assert [o["name"].rpartition("/")[2] for o in operations] == ["read", "write", "delete"]
    for operation in operations:
        assert list(operation["display"]) == ["provider", "resource", "operation", "description"]


def test_the_metadata_document_needs_no_token(azure: Emulator, caller: Caller) -> None:
    """ARM describes its cloud without a sign-in; both hosts in it are this one."""
    document = caller.send(
        "GET", "/metadata/endpoints", params={"api-version": "2022-09-01"}
    ).json()
    assert list(document) == [
        "name",
        "authentication",
        "resourceManager",
        "graphAudience",
        "microsoftGraphResourceId",
        "gallery",
        "portal",
        "batch",
        "suffixes",
    ]
    assert document["authentication"]["loginEndpoint"] == azure.endpoint
    assert document["resourceManager"] == azure.endpoint
    assert "management." in document["authentication"]["audiences"][0]
    assert list(document["suffixes"]) == ["keyVaultDns", "storage"]


def listed(caller: Caller, token: str, path: str = "/tenants") -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = caller.send("GET", path, params={"api-version": "2022-12-01"}, headers=headers)
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def test_there_are_no_subscriptions_and_without_a_seed_the_own_tenant(caller: Caller) -> None:
    """The Azure CLI continues without subscriptions; the only tenant is that of the request."""
    assert listed(caller, caller.token(), "/subscriptions") == []
    assert [tenant["tenantId"] for tenant in listed(caller, caller.token())] == [FABRIKAM]


def test_seeded_tenants_are_listed_where_the_principal_is(azure: Emulator, caller: Caller) -> None:
    """An app and a user see the tenants that have an object of theirs."""
    wingtip = "9b1d6c1e-2f7a-4c55-8d0e-3b7c5a9e4f10"
    tenants = [
        {"tenant": FABRIKAM, "name": "Fabrikam", "domains": ["fabrikam.com", "fabrikam.org"]},
        {"tenant": NORTHWIND},
        {"tenant": wingtip},
    ]
    seed = {
        "tenants": tenants,
        "clients": [{"client_id": APP, "absent_from": [NORTHWIND], "foreign_in": [wingtip]}],
        "users": [{"username": "alice@fabrikam.com", "guest_in": [wingtip]}],
    }
    azure.state.reset(read(seed))
    assert listed(caller, caller.token()) == [
        {
            "id": f"/tenants/{FABRIKAM}",
            "tenantId": FABRIKAM,
            "displayName": "Fabrikam",
            "defaultDomain": "fabrikam.com",
            "domains": ["fabrikam.com", "fabrikam.org"],
            "tenantCategory": "Home",
            "tenantType": "AAD",
        }
    ]
    claims = {"idtyp": "user", "unique_name": "alice@fabrikam.com"}
    caller.fault(claims=claims)
    assert [t["tenantId"] for t in listed(caller, caller.token())] == [FABRIKAM, wingtip]
    caller.control("DELETE", "faults")
    # A managed identity is no app of the seed, and is in its own tenant alone.
    caller.fault(claims={"appid": wingtip})
    assert [t["tenantId"] for t in listed(caller, caller.token())] == [FABRIKAM]


def test_a_request_without_a_token_is_401(azure: Emulator, caller: Caller) -> None:
    """The answer says where to sign in."""
    answer = caller.send("GET", PARTNERS, params=VERSION)
    assert (answer.status_code, code(answer)) == (401, "AuthenticationFailed")
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith(f'Bearer authorization_uri="{azure.endpoint}"')


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer", "Basic eDp5", "Bearer a.b.c", "Bearer \xff"]
)
def test_a_text_that_is_no_token_is_401(caller: Caller, header: str) -> None:
    """Only tokens signed by this emulator are accepted."""
    answer = caller.arm("GET", token="", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, code(answer)) == (401, "InvalidAuthenticationToken")
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("claims", [{"oid": None}, {"tid": None}, {"exp": None}, {"exp": "soon"}])
def test_a_token_without_what_arm_needs_is_401(caller: Caller, claims: dict[str, Any]) -> None:
    """ARM requires tenant, object and expiry."""
    caller.fault(claims=claims)
    answer = caller.arm("GET")
    assert (answer.status_code, code(answer)) == (401, "InvalidAuthenticationToken")


def test_a_token_expires_by_the_emulators_clock(caller: Caller) -> None:
    """A test can advance the clock by an hour."""
    token = caller.token()
    caller.control("POST", "clock", {"advance_s": 3590})
    assert caller.arm("GET", token=token).status_code == 404
    caller.control("POST", "clock", {"advance_s": 10})
    answer = caller.arm("GET", token=token)
    assert (answer.status_code, code(answer)) == (401, "ExpiredAuthenticationToken")


def test_a_token_for_another_audience_is_401(azure: Emulator, caller: Caller) -> None:
    """A token for Microsoft Graph is rejected; one for the host itself is accepted."""
    graph = caller.token(scope="https://graph.microsoft.com/.default")
    answer = caller.arm("GET", token=graph)
    assert (answer.status_code, code(answer)) == (401, "InvalidAuthenticationTokenAudience")
    for audience in (azure.endpoint, "https://management.core.windows.net/"):
        token = caller.token(scope=f"{audience}/.default")
        assert caller.arm("GET", token=token).status_code == 404


def test_a_foreign_principal_can_never_link(azure: Emulator, caller: Caller) -> None:
    """A GDAP or CSP principal has a token but no account in the tenant."""
    azure.state.reset(read({"clients": [{"client_id": APP, "foreign_in": [FABRIKAM]}]}))
    for method, path in (("GET", ""), ("PUT", f"/{CONTOSO}")):
        answer = caller.arm(method, path)
        assert answer.status_code == 403
        assert "If you are a CSP partner logged in the customer tenant" in answer.json()["message"]
    assert caller.arm("GET", token=caller.token(NORTHWIND)).status_code == 404


def test_throttling_is_a_switch(caller: Caller) -> None:
    """With Azure's buckets the 251st read at once is 429 with Retry-After."""
    caller.control("POST", "clock", {"freeze": True})
    caller.control("POST", "switches", {"throttling": "public"})
    token = caller.token()
    statuses = [caller.arm("GET", token=token).status_code for _ in range(250)]
    assert set(statuses) == {404}
    answer = caller.arm("GET", token=token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
