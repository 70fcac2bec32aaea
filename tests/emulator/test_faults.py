"""Selection of the fault rule for a call."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator.seed.fault_rules import FaultEntry
from reconciler.emulator.seed.fields import BadSeed, check
from reconciler.emulator.state.faults import Effect, Faults, Match, Rule
from tests.emulator.caller import ADATUM, APP, CONTOSO, FABRIKAM, NORTHWIND

DROP = Effect(drop=True)


def rule(**fields: Any) -> Rule:
    return check(FaultEntry, fields).rule()


def hits(match: Match, **changes: str) -> bool:
    call = {
        "operation": "create",
        "tenant": FABRIKAM,
        "client_id": APP,
        "partner_id": CONTOSO,
        "path": "/subscriptions/1/x",
        **changes,
    }
    return Faults([Rule(match, DROP)]).choose(**call) is DROP


def test_a_rule_without_conditions_hits_everything() -> None:
    """A missing condition matches every call."""
    assert hits(Match())


@pytest.mark.parametrize(
    ("match", "other"),
    [
        (Match(tenant=FABRIKAM), {"tenant": NORTHWIND}),
        (Match(operations=frozenset({"create"})), {"operation": "update"}),
        (Match(client_id=APP), {"client_id": NORTHWIND}),
        (Match(partner_id=CONTOSO), {"partner_id": ADATUM}),
        (Match(path="/Subscriptions/*/x"), {"path": "/subscriptions/1/y"}),
    ],
)
def test_each_condition_must_hold(match: Match, other: dict[str, str]) -> None:
    """A rule matches the call it names, and none that differs in one condition."""
    assert hits(match)
    assert not hits(match, **other)


def sequence(faults: Faults, calls: int) -> list[bool]:
    return [faults.choose("read", FABRIKAM, APP, "") is not None for _ in range(calls)]


def test_a_rule_skips_first_and_hits_a_number_of_times() -> None:
    """`after` skips the first matches, `times` ends the rule."""
    faults = Faults([Rule(Match(after=1, times=2), DROP)])
    assert sequence(faults, 5) == [False, True, True, False, False]
    assert faults.rules[0].seen == 3


def test_the_first_rule_that_hits_decides() -> None:
    """A rule that is skipping or used up leaves the call to the next one."""
    slow = Effect(latency_s=1)
    faults = Faults([Rule(Match(after=1, times=1), DROP), Rule(Match(times=2), slow)])
    chosen = [faults.choose("read", FABRIKAM, APP, "") for _ in range(4)]
    assert chosen == [slow, DROP, slow, None]


def test_a_domain_in_a_rule_means_its_tenant() -> None:
    """A rule with a domain matches calls with the tenant's GUID."""
    faults = Faults()
    faults.add(Rule(Match(tenant="fabrikam.com"), DROP), {"fabrikam.com": FABRIKAM}.__getitem__)
    faults.add(Rule(Match(), DROP), str.upper)
    assert [r.match.tenant for r in faults.rules] == [FABRIKAM, "*"]
    faults.clear()
    assert sequence(faults, 1) == [False]


def test_write_means_the_three_writes() -> None:
    """A rule can name operations, lists of them, and groups."""
    assert rule(drop=True, operation="write").match.operations == {"create", "update", "remove"}
    assert rule(drop=True, operation=["read", "create"]).match.operations == {"read", "create"}
    assert rule(drop=True, operation="*").match.operations == frozenset()


@pytest.mark.parametrize(
    ("fields", "operations"),
    [
        ({"drop": True}, set()),
        ({"aadsts": 53003}, {"token"}),
        ({"claims": {"oid": None}}, {"token"}),
        ({"drift": "unlink"}, {"read"}),
        ({"no_effect": True}, {"create", "update", "remove"}),
        ({"visible_after_s": 3}, {"create", "update", "remove"}),
        ({"expired_token": True}, {"read", "read_by_id", "create", "update", "remove"}),
    ],
)
def test_an_effect_that_fits_some_operations_is_about_those(
    fields: dict[str, Any], operations: set[str]
) -> None:
    """A fault without an operation matches those that its effect fits."""
    assert rule(**fields).match.operations == operations


def test_headers_and_retry_after_are_collected() -> None:
    """`retry_after_s` is short for a header."""
    effect = rule(status=429, retry_after_s=7, headers={"X-Test": 1}).effect
    assert effect.headers == {"X-Test": "1", "Retry-After": "7"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "does nothing"),
        ({"tenant": FABRIKAM, "times": 3}, "does nothing"),
        ({"drop": True, "stauts": 1}, "stauts: unknown key; did you mean status?"),
        ({"drop": True, "operation": "raed"}, "operation: expected one of metadata"),
        ({"drop": True, "html": True}, "drop and html exclude each other"),
        ({"drop": True, "status": 500}, "status does not go with drop"),
        ({"html": True, "code": "X"}, "code does not go with html"),
        ({"status": 500, "content_type": "X"}, "content_type does not go with status"),
        ({"status": 500, "no_effect": True}, "no_effect needs the usual answer"),
        ({"latency_s": 1, "takes_effect": True}, "takes_effect needs an answer"),
        ({"latency_s": 1, "code": "X"}, "code needs a status"),
        ({"no_effect": True, "visible_after_s": 3}, "visible_after_s needs a write that"),
        ({"drop": True, "visible_after_s": 3}, "visible_after_s needs a write that"),
        (
            {"aadsts": 53003, "operation": "read"},
            "aadsts is an answer to openid, token, authorize, device_code only",
        ),
        (
            {"aadsts": 53003, "operation": "*"},
            "aadsts is an answer to openid, token, authorize, device_code only",
        ),
        ({"status": "500"}, "status: expected a whole number, got a text"),
        ({"status": 42}, "status: expected at least 200, got 42"),
        ({"drop": 1}, "drop: expected true or false, got the number 1"),
        ({"drop": True, "times": 0}, "times: expected at least 1, got 0"),
        ({"latency_s": -1}, "latency_s: expected no negative number"),
        ({"latency_s": True}, "latency_s: expected seconds, got true or false"),
        ({"drift": 1158331}, "drift: expected a text, got the number 1158331; quote it"),
        ({"drift": "away"}, "drift: expected a partner ID or unlink"),
        ({"status": 429, "headers": []}, "headers: expected a mapping, got a list"),
        ({"status": 429, "headers": {1: "x"}}, "headers: the key 1 is the number 1; quote it"),
    ],
)
def test_a_contradictory_fault_is_refused(fields: dict[str, Any], complaint: str) -> None:
    """The error for a fault without effect or with a contradiction has its place."""
    with pytest.raises(BadSeed, match=complaint.replace("?", r"\?")):
        rule(**fields)
