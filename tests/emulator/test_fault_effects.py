"""Every fault: what a client gets, and what Azure holds afterwards."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests

from reconciler.emulator.entra.error_table import REFUSALS
from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from reconciler.emulator.state.links import Place, Record
from tests.emulator.caller import ADATUM, APP, CONTOSO, FABRIKAM, NORTHWIND, PARTNERS, Caller
from tests.waiting import wait_until


def held(azure: Emulator, tenant: str = FABRIKAM) -> str | None:
    """Return the partner ID that the emulator holds for APP."""
    place = Place(tenant, azure.state.directory.object_id(tenant, APP))
    record = azure.state.links.read(place)
    return record.partner_id if isinstance(record, Record) else None


WRITES = [
    ("PUT", None, CONTOSO, CONTOSO),
    ("PATCH", ADATUM, CONTOSO, CONTOSO),
    ("DELETE", CONTOSO, CONTOSO, None),
]


@pytest.mark.parametrize(("method", "before", "requested", "after"), WRITES)
@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_dropped_write_took_effect_or_not(
    azure: Emulator,
    caller: Caller,
    method: str,
    before: str | None,
    requested: str,
    after: str | None,
    takes_effect: bool,
) -> None:
    """The connection closes without an answer, before the effect or after it."""
    token = caller.token()
    if before is not None:
        caller.arm("PUT", f"/{before}", token=token)
    caller.fault(operation="write", drop=True, takes_effect=takes_effect, times=1)
    with pytest.raises(requests.ConnectionError):
        caller.arm(method, f"/{requested}", token=token)
    assert held(azure) == (after if takes_effect else before)
    assert caller.arm("GET", token=token).status_code == (200 if held(azure) else 404)


def test_a_dropped_connection_leaves_the_others(azure: Emulator, caller: Caller) -> None:
    """Only the connection of the request with the fault is closed."""
    token = caller.token()
    caller.fault(operation="create", drop=True)
    with Caller(azure.endpoint, azure.ca_path) as other:
        assert other.arm("GET", token=token).status_code == 404
        with pytest.raises(requests.ConnectionError):
            caller.arm("PUT", f"/{CONTOSO}", token=token)
        assert other.arm("GET", token=token).status_code == 404


def test_a_cut_answer_breaks_in_the_middle(azure: Emulator, caller: Caller) -> None:
    """The write took effect, half of its answer arrives."""
    caller.fault(operation="create", cut_body=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.arm("PUT", f"/{CONTOSO}")
    assert held(azure) == CONTOSO


def test_latency_comes_before_the_effect(azure: Emulator, caller: Caller) -> None:
    """A client that gives up early finds the write made later."""
    token = caller.token()
    caller.fault(operation="create", latency_s=60)
    with pytest.raises(requests.Timeout):
        caller.arm("PUT", f"/{CONTOSO}", token=token, timeout=0.1)
    assert held(azure) is None
    azure.state.faults.clear()
    wait_until(lambda: held(azure) == CONTOSO)


@pytest.mark.parametrize("pause", ["latency_s", "slow_answer_s"])
def test_a_waiting_call_continues_when_the_faults_are_cleared(
    azure: Emulator, caller: Caller, pause: str
) -> None:
    """So a test can hold a request until an event, without a guessed time."""
    token = caller.token()
    caller.fault(operation="create", **{pause: 3600})
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(caller.arm, "PUT", f"/{CONTOSO}", token=token, timeout=120)
        wait_until(lambda: "create" in azure.state.requests.by_operation())
        assert not answer.done()
        azure.state.faults.clear()
        assert answer.result(120).ok


def test_a_slow_answer_comes_after_the_effect(azure: Emulator, caller: Caller) -> None:
    """The write is made at once, its answer comes later."""
    token = caller.token()
    caller.fault(operation="create", slow_answer_s=0.5)
    with pytest.raises(requests.Timeout):
        caller.arm("PUT", f"/{CONTOSO}", token=token, timeout=0.2)
    assert held(azure) == CONTOSO


def test_latency_can_delay_every_request(azure: Emulator, caller: Caller) -> None:
    """The general latency is added to that of a fault."""
    azure.state.latency_s = 0.1
    caller.fault(operation="read", latency_s=0.1)
    token = caller.token()
    start = time.monotonic()
    caller.arm("GET", token=token)
    assert time.monotonic() - start >= 0.2


def test_429_says_how_long_to_wait(caller: Caller) -> None:
    """ARM's front door throttles with Retry-After."""
    caller.fault(operation="read", status=429, retry_after_s=7, times=1)
    token = caller.token()
    answer = caller.arm("GET", token=token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {
        "error": {"code": "TooManyRequests", "message": "The request is being throttled."}
    }
    assert caller.arm("GET", token=token).status_code == 404


@pytest.mark.parametrize(
    ("fields", "levels"),
    [
        ({"status": 403}, ["error"]),
        ({"status": 418}, ["error"]),
        ({"status": 400, "code": "BadThing", "message": "No."}, ["error"]),
        ({"status": 409, "code": "PartnerIdAlreadyLinked"}, ["error", "code", "message"]),
        ({"status": 400, "code": "PartnerIdInvalid"}, ["error", "code", "message"]),
        ({"status": 404, "code": "ManagementPartnerNotFound"}, ["error", "code", "message"]),
    ],
)
def test_an_error_has_its_senders_shape(
    azure: Emulator, caller: Caller, fields: dict[str, Any], levels: list[str]
) -> None:
    """The provider repeats code and message, all others do not; nothing was linked."""
    caller.fault(operation="create", **fields)
    answer = caller.arm("PUT", f"/{CONTOSO}")
    assert answer.status_code == fields["status"]
    assert list(answer.json()) == levels
    assert answer.json()["error"]["code"] == fields.get("code", answer.json()["error"]["code"])
    assert held(azure) is None


def test_an_error_may_come_although_the_write_took_effect(azure: Emulator, caller: Caller) -> None:
    """A 500 says nothing about what happened."""
    caller.fault(operation="create", status=500, takes_effect=True)
    assert caller.arm("PUT", f"/{CONTOSO}").status_code == 500
    assert held(azure) == CONTOSO


def test_an_html_page_is_no_json(caller: Caller) -> None:
    """A failing gateway answers 503 with HTML."""
    caller.fault(operation="read", html=True, headers={"Retry-After": "3"})
    answer = caller.arm("GET")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("body", ["<html>", "[]", "", '{"id":"/prov', "null"])
def test_any_body_can_come_with_200(caller: Caller, body: str) -> None:
    """The given body is sent unchanged, even if it is no link."""
    caller.fault(operation="read", body=body)
    answer = caller.arm("GET")
    assert (answer.status_code, answer.text) == (200, body)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_body_may_have_another_type_and_status(caller: Caller) -> None:
    """Status and content type of a given body can be set."""
    caller.fault(operation="read", body="proxy says no", status=502, content_type="text/plain")
    answer = caller.arm("GET")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/plain")


def test_a_redirect_names_another_host(caller: Caller) -> None:
    """The same path and query on another host."""
    caller.fault(operation="read", redirect="https://elsewhere.example/")
    answer = caller.arm("GET")
    assert answer.status_code == 307
    assert (
        answer.headers["Location"] == f"https://elsewhere.example{PARTNERS}?api-version=2018-02-01"
    )


def test_an_expired_token_is_401(caller: Caller) -> None:
    """ARM may report a token as expired before its `exp`."""
    caller.fault(expired_token=True, times=1)
    token = caller.token()
    answer = caller.arm("GET", token=token)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "ExpiredAuthenticationToken"
    assert "WWW-Authenticate" in answer.headers
    assert caller.arm("GET", token=token).status_code == 404


@pytest.mark.parametrize("number", [*REFUSALS, 424242])
def test_entra_refuses_with_any_number(caller: Caller, number: int) -> None:
    """Each number comes with its HTTP status and OAuth error."""
    caller.fault(aadsts=number, tenant=FABRIKAM)
    answer = caller.sign_in()
    body = answer.json()
    assert answer.status_code in (400, 401, 429, 503)
    assert body["error_codes"] == [number]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert "{" not in body["error_description"]
    assert caller.sign_in(NORTHWIND).status_code == 200


def test_status_and_error_of_a_number_can_be_overridden(caller: Caller) -> None:
    """A tenant without the app may also answer 401 invalid_client."""
    caller.fault(aadsts=700016, status=401, code="invalid_client", message="No.", retry_after_s=60)
    answer = caller.sign_in()
    assert answer.json()["error_description"].startswith("AADSTS700016: No. Trace ID")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize("operation", ["token", "openid"])
def test_errors_on_entras_routes_are_oauth_errors(caller: Caller, operation: str) -> None:
    """A status alone gives Entra's kind of error on its routes."""
    caller.fault(operation=operation, status=503)
    path = f"/{FABRIKAM}/v2.0/.well-known/openid-configuration"
    answer = caller.sign_in() if operation == "token" else caller.send("GET", path)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_the_metadata_document_can_fail(caller: Caller) -> None:
    """A client that cannot read it must report that."""
    caller.fault(operation="metadata", status=503)
    answer = caller.send("GET", "/metadata/endpoints", params={"api-version": "2022-09-01"})
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"tid": NORTHWIND}, NORTHWIND), ({"oid": None}, None), ({"oid": "other"}, "other")],
)
def test_a_token_may_be_for_another_principal(
    caller: Caller, changes: dict[str, Any], expected: str | None
) -> None:
    """Claims of the issued token can be changed or removed."""
    caller.fault(claims=changes)
    claims = jwt.decode(caller.token(), options={"verify_signature": False})
    (name,) = changes
    assert claims.get(name) == expected


def test_the_token_decides_where_a_link_is_written(azure: Emulator, caller: Caller) -> None:
    """As in Azure: a write with another tenant's token links there."""
    caller.fault(claims={"tid": NORTHWIND})
    caller.arm("PUT", f"/{CONTOSO}")
    assert [place.tenant_id for place in azure.state.links.records] == [NORTHWIND]


def test_a_refused_token_has_no_claims_to_change(azure: Emulator, caller: Caller) -> None:
    """A fault in the claims does not change a refusal."""
    azure.state.reset(read({"clients": []}))
    caller.fault(claims={"tid": NORTHWIND}, operation=["token", "openid"])
    assert caller.sign_in().json()["error_codes"] == [700016]
    assert caller.send("GET", f"/{FABRIKAM}/.well-known/openid-configuration").status_code == 200


@pytest.mark.parametrize(
    "changes", [{"tenantId": NORTHWIND}, {"objectId": "x"}, {"state": "Deleted"}, {"version": None}]
)
def test_properties_of_an_answer_can_be_changed(
    azure: Emulator, caller: Caller, changes: dict[str, Any]
) -> None:
    """Properties of the answered link can be changed or removed; the record stays."""
    token = caller.token()
    caller.arm("PUT", f"/{CONTOSO}", token=token)
    caller.fault(operation="*", properties=changes)
    (name,) = changes
    assert caller.read(token)["properties"].get(name) == changes[name]
    caller.control("DELETE", "faults")
    assert caller.read(token)["properties"]["tenantId"] == FABRIKAM
    assert held(azure) == CONTOSO


def test_properties_are_changed_in_links_only(caller: Caller) -> None:
    """An answer without properties, or without a body, is sent unchanged."""
    caller.fault(operation="*", properties={"state": "Deleted"})
    path = "/metadata/endpoints"
    document = caller.send("GET", path, params={"api-version": "2022-09-01"}).json()
    assert "properties" not in document
    assert caller.arm("DELETE", f"/{CONTOSO}").content == b""
    assert caller.arm("GET").status_code == 404


@pytest.mark.parametrize(("method", "before", "requested", "after"), WRITES)
def test_a_write_may_answer_200_and_change_nothing(
    azure: Emulator,
    caller: Caller,
    method: str,
    before: str | None,
    requested: str,
    after: str | None,
) -> None:
    """Only a read shows whether a write took effect."""
    token = caller.token()
    if before is not None:
        caller.arm("PUT", f"/{before}", token=token)
    caller.fault(no_effect=True)
    assert caller.arm(method, f"/{requested}", token=token).status_code == 200
    assert held(azure) == before


@pytest.mark.parametrize(("method", "before", "requested", "after"), WRITES)
def test_a_write_may_show_late(
    azure: Emulator,
    caller: Caller,
    method: str,
    before: str | None,
    requested: str,
    after: str | None,
) -> None:
    """The link changes at once; reads show the old one until the time has passed."""
    token = caller.token()
    if before is not None:
        caller.arm("PUT", f"/{before}", token=token)
    shown = caller.arm("GET", token=token).json()
    caller.fault(visible_after_s=300, times=1)
    assert caller.arm(method, f"/{requested}", token=token).status_code == 200
    assert held(azure) == after
    assert caller.arm("GET", token=token).json() == shown
    azure.state.clock.advance(301)
    assert caller.arm("GET", token=token).json() != shown


@pytest.mark.parametrize(("drift", "after"), [(ADATUM, ADATUM), ("unlink", None)])
def test_another_party_writes_between_two_requests(
    azure: Emulator, caller: Caller, drift: str, after: str | None
) -> None:
    """After the second read and before the next request, the link is changed."""
    token = caller.token()
    caller.arm("PUT", f"/{CONTOSO}", token=token)
    caller.fault(drift=drift, after=1, times=1)
    seen = [caller.read(token)["properties"]["partnerId"] for _ in range(2)]
    assert seen == [CONTOSO, CONTOSO]
    assert held(azure) == after


def test_there_is_no_drift_without_a_token(azure: Emulator, caller: Caller) -> None:
    """A request without a principal has no place to write to."""
    caller.fault(drift=ADATUM)
    caller.send("GET", PARTNERS)
    assert azure.state.links.records == {}


def test_a_fault_for_a_domain_hits_its_tenant(azure: Emulator, caller: Caller) -> None:
    """Rules name tenants by GUID or by domain, known or unknown."""
    azure.state.reset(read({"tenants": [{"tenant": FABRIKAM, "domains": ["fabrikam.com"]}]}))
    caller.fault(tenant="Fabrikam.com", operation="token", status=500)
    caller.fault(tenant="nowhere.example", operation="token", status=501)
    assert caller.sign_in(FABRIKAM).status_code == 500
    assert caller.sign_in("nowhere.example").status_code == 501


def test_a_fault_for_an_id_hits_its_writes(caller: Caller) -> None:
    """Rules can be about one partner ID or one client."""
    caller.fault(partner_id=CONTOSO, status=400, code="PartnerIdInvalid")
    caller.fault(client_id=NORTHWIND, status=500)
    assert caller.arm("PUT", f"/{CONTOSO}").status_code == 400
    assert caller.arm("PUT", f"/{ADATUM}").status_code == 200
    assert caller.sign_in(client_id=NORTHWIND).status_code == 500
