"""The control routes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from reconciler.emulator.request_log import RequestLog
from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import ADATUM, APP, CONTOSO, FABRIKAM, NORTHWIND, PARTNERS, Caller

OBJECT = "aaaaaaaa-0000-4000-8000-000000000001"
HERE = {"tenant": FABRIKAM, "object_id": OBJECT}


def test_the_state_shows_links_and_counts(azure: Emulator, caller: Caller) -> None:
    """Each link is listed, each request counted by operation and tenant."""
    token = caller.token()
    caller.arm("PUT", f"/{CONTOSO}", token=token)
    caller.arm("GET", token=token)
    caller.arm("GET", token=caller.token(NORTHWIND))
    state = caller.control("GET", "state")
    (link,) = state["links"]
    assert (link["tenant_id"], link["partner_id"], link["version"]) == (FABRIKAM, CONTOSO, 1)
    assert state["requests"] == {
        "total": 5,
        "by_operation": {"token": 2, "create": 1, "read": 2},
        "by_tenant": {
            FABRIKAM: {"token": 1, "create": 1, "read": 1},
            NORTHWIND: {"token": 1, "read": 1},
        },
    }
    assert state["clock"]["is_frozen"] is False
    assert state["switches"]["put_while_linked"] == "refuse"
    assert state["faults"] == []


def test_the_log_lists_requests_in_order_without_secrets(caller: Caller) -> None:
    """Method, path, tenant, client and body length are kept; token, secret and body are not."""
    token = caller.token()
    caller.arm("PUT", f"/{CONTOSO}", token=token, data=b"{}")
    caller.send("GET", PARTNERS)
    log = caller.control("GET", "requests")
    assert log["total"] == 3
    entries = log["requests"]
    assert [e["operation"] for e in entries] == ["token", "create", "read"]
    assert [e["has_authorization"] for e in entries] == [False, True, False]
    assert entries[1]["partner_id"] == CONTOSO
    assert entries[1]["query"] == "api-version=2018-02-01"
    assert (entries[1]["tenant"], entries[1]["client_id"]) == (FABRIKAM, APP)
    assert (entries[1]["body_bytes"], entries[2]["tenant"]) == (2, "")
    assert "hunter2" not in str(log)
    assert token not in str(log)


def test_the_log_is_bounded_and_can_be_off(azure: Emulator, caller: Caller) -> None:
    """Old entries are removed, the count stays."""
    azure.state.reset(read({"request_log": 1}))
    caller.arm("GET")
    log = caller.control("GET", "requests")
    assert (log["total"], [e["operation"] for e in log["requests"]]) == (2, ["read"])
    azure.state.reset(read({"request_log": 0}))
    caller.sign_in()
    assert caller.control("GET", "requests") == {"total": 1, "requests": []}
    assert RequestLog(0).by_operation() == {}


def test_faults_are_added_shown_and_cleared(caller: Caller) -> None:
    """One fault or a list of them; each shows how many calls it matched."""
    caller.control("POST", "faults", {"operation": "read", "status": 500, "times": 1})
    both = [{"drop": True, "tenant": NORTHWIND}, {"operation": "write", "no_effect": True}]
    caller.control("POST", "faults", both)
    caller.arm("GET")
    assert caller.control("GET", "faults")["faults"] == [
        {"operation": ["read"], "status": 500, "times": 1, "seen": 1},
        {"operation": "*", "tenant": NORTHWIND, "drop": True, "seen": 0},
        {"operation": ["create", "remove", "update"], "no_effect": True, "seen": 0},
    ]
    assert caller.control("DELETE", "faults") == {"faults": []}


def test_one_bad_fault_rejects_the_whole_list(caller: Caller) -> None:
    """A list of faults is accepted completely or not at all."""
    answer = caller.send("POST", "/_emulator/faults", json=[{"drop": True}, {"drop": 1}])
    assert answer.status_code == 400
    assert answer.json() == {"error": "faults[1].drop: expected true or false, got the number 1"}
    assert caller.control("GET", "faults") == {"faults": []}


def test_links_are_written_by_another_party(caller: Caller) -> None:
    """A bare ID counts as a write, null unlinks, and an unlinked place stays unlinked."""
    link = caller.control("POST", "links", {**HERE, "partner_id": CONTOSO})
    assert (link["partner_id"], link["version"]) == (CONTOSO, 1)
    link = caller.control("POST", "links", {**HERE, "partner_id": None})
    assert (link["partner_id"], link["version"]) == (None, 2)
    other = {"tenant": "northwind.com", "client_id": APP, "partner_id": None}
    assert caller.control("POST", "links", other)["version"] == 0


def test_a_whole_record_can_be_set(caller: Caller) -> None:
    """With more than an ID, the record is replaced with the given one."""
    link = {
        "tenant": FABRIKAM,
        "client_id": APP,
        "partner_id": ADATUM,
        "partner_name": None,
        "version": 9,
        "created": "2019-01-01T00:00:00Z",
        "state": "Suspended",
    }
    caller.control("POST", "links", link)
    answer = caller.read()
    assert answer["etag"] == 9
    assert "partnerName" not in answer["properties"]
    assert answer["properties"]["createdTime"] == "2019-01-01T00:00:00Z"
    assert answer["properties"]["state"] == "Suspended"


def test_the_clock_is_moved(caller: Caller) -> None:
    """It is set, frozen, advanced and started again."""
    shown = caller.control("POST", "clock", {"freeze": True})
    assert shown["clock"]["is_frozen"]
    caller.control("POST", "clock", {"set": "2026-03-20T00:00:00Z"})
    shown = caller.control("POST", "clock", {"advance_s": -1.5})
    assert shown["clock"]["now"] == "2026-03-19T23:59:58.5Z"
    assert caller.control("POST", "clock", {"freeze": False})["clock"]["is_frozen"] is False


def test_switches_are_changed(caller: Caller) -> None:
    """Switches, the latency and the lifetime of tokens change at once, and only the named ones."""
    wanted = {"put_while_linked": "overwrite", "latency_s": 0.01, "token_lifetime_s": 30}
    shown = caller.control("POST", "switches", wanted)["switches"]
    assert wanted.items() <= shown.items()
    assert caller.sign_in().json()["expires_in"] == 30
    shown = caller.control("POST", "switches", {"foreign_status": 401})["switches"]
    assert wanted.items() <= shown.items()


def test_a_reset_ends_pending_requests(azure: Emulator, caller: Caller) -> None:
    """A slow write that is under way does not reach the new state."""
    token = caller.token()
    azure.state.latency_s = 0.5
    with ThreadPoolExecutor(1) as pool:
        write = pool.submit(caller.arm, "PUT", f"/{CONTOSO}", token=token)
        while "create" not in azure.state.requests.by_operation():
            time.sleep(0.01)
        azure.state.reset()
        with pytest.raises(requests.ConnectionError):
            write.result()
    assert caller.arm("GET", token=token).status_code == 404


def test_a_reset_restores_the_seed(azure: Emulator, caller: Caller) -> None:
    """It restores the initial seed or the one that is sent; tokens stay valid."""
    seed = {"links": [{**HERE, "partner_id": CONTOSO}]}
    token = caller.token()
    state = caller.control("POST", "reset", seed)
    assert [link["partner_id"] for link in state["links"]] == [CONTOSO]
    caller.arm("PUT", f"/{ADATUM}", token=token)
    caller.fault(drop=True)
    caller.control("POST", "clock", {"freeze": True})
    state = caller.control("POST", "reset")
    assert [link["partner_id"] for link in state["links"]] == [CONTOSO]
    assert (state["requests"]["total"], state["faults"]) == (0, [])
    assert state["clock"]["is_frozen"] is False
    assert caller.arm("GET", token=token).status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("links", {"partner_id": CONTOSO}, "tenant: is missing"),
        ("links", HERE, "partner_id is missing; null removes the link"),
        ("links", {**HERE, "partner_id": 5}, "partner_id: expected a text, got the number 5"),
        ("links", {**HERE, "partner_id": CONTOSO, "x": 1}, "x: unknown key"),
        ("links", {"tenant": "bare", "object_id": OBJECT}, "tenant: there is no tenant 'bare'"),
        ("links", [], "the body: expected a mapping, got a list"),
        ("clock", {"set": "noon"}, "set: 'noon' is not a time"),
        ("clock", {"advance": 3}, "advance: unknown key; did you mean advance_s?"),
        ("switches", {"latency": 3}, "latency: unknown key; did you mean latency_s?"),
        ("reset", {"latency_s": "x"}, "latency_s: expected seconds, got a text"),
    ],
)
def test_a_wrong_request_is_400_and_says_why(
    caller: Caller, name: str, body: Any, complaint: str
) -> None:
    """An invalid request changes nothing, and the error names its cause."""
    answer = caller.send("POST", f"/_emulator/{name}", json=body)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]


def test_a_body_that_is_no_json_is_400(caller: Caller) -> None:
    """The control routes accept JSON only."""
    answer = caller.send("POST", "/_emulator/faults", data=b"{")
    assert (answer.status_code, answer.json()["error"][:20]) == (400, "the body is not JSON")


def test_control_requests_have_no_faults_and_are_not_counted(caller: Caller) -> None:
    """A fault on everything can still be cleared."""
    caller.fault(drop=True)
    assert caller.control("GET", "state")["requests"]["total"] == 0


def test_there_is_no_other_control_route(caller: Caller) -> None:
    """An unknown name is 404, another method 405."""
    assert caller.send("GET", "/_emulator/secrets").status_code == 404
    assert caller.send("PUT", "/_emulator/faults").status_code == 405


def test_answers_are_dated_by_the_emulators_clock(azure: Emulator, caller: Caller) -> None:
    """A client that compares clocks sees the changed one."""
    caller.control("POST", "clock", {"set": "2026-03-20T00:36:59Z", "freeze": True})
    for answer in (caller.arm("GET"), caller.send("GET", "/common/discovery/instance")):
        assert answer.headers["Date"] == "Fri, 20 Mar 2026 00:36:59 GMT"
    caller.control("POST", "clock", {"advance_s": 60})
    assert caller.arm("GET").headers["Date"] == "Fri, 20 Mar 2026 00:37:59 GMT"


def test_an_empty_seed_is_one(caller: Caller) -> None:
    """`{}` lists nothing, so everything is accepted; without a body the last seed is used."""
    caller.control("POST", "reset", {"latency_s": 0.0, "request_log": 7})
    assert caller.control("POST", "reset")["links"] == []
    before = caller.control("POST", "reset", {"partners": {}})
    assert before["links"] == []
    refused = caller.arm("PUT", "/4936128")
    caller.control("POST", "reset", {})
    assert (refused.status_code, caller.arm("PUT", "/4936128").status_code) == (400, 200)
