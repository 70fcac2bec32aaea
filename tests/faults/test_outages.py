"""Faults of more than one customer: outage, throttling, broken identity, wrong ID."""

import time

import pytest

from tests.e2e.command import FOREIGN, OLD, OURS, Desk, tenant_id
from tests.faults.cases import false_claims


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": ["token", "read"], "drop": True},
        {"operation": ["openid", "token", "read"], "html": True},
    ],
)
def test_a_long_outage_ends_retries(desk: Desk, fault: dict[str, object]) -> None:
    """After twenty failures in a row nothing is retried, and all links are unknown at once."""
    desk.seed(dict.fromkeys(range(1, 201), OLD), faults=[fault])
    desk.customers(200)
    began = time.monotonic()
    ran = desk.apply()
    assert time.monotonic() - began < 30
    assert ran.status == 4
    assert set(ran.actions.values()) == {"unknown"}
    assert {link["problem"]["code"] for link in ran.data["links"]} == {"unavailable"}
    assert desk.requests("create", "update", "remove") == []


def test_an_outage_between_plan_and_writes_writes_nothing(desk: Desk) -> None:
    """The read before each write fails, so the write is skipped and never based on an old read."""
    desk.seed(
        {0: OURS} | dict.fromkeys(range(1, 61), OLD),
        faults=[{"operation": "read", "after": 61, "html": True}],
    )
    desk.write("".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(61)))
    ran = desk.apply("--allow=change-share", "--concurrency=8")
    assert ran.status == 4
    assert set(list(ran.outcomes.values())[1:]) == {"skipped"}
    assert desk.requests("create", "update", "remove") == []


def test_throttling_of_many_customers_is_waited_for(desk: Desk) -> None:
    """Each of forty customers asks for two waits, and no request is sent before they end."""
    desk.seed(
        {0: OURS} | dict.fromkeys(range(1, 41), OLD),
        faults=[
            {
                "tenant": tenant_id(n),
                "operation": ["read", "update"],
                "status": 429,
                "retry_after_s": 1,
                "times": 2,
                "after": n % 4,
            }
            for n in range(1, 41)
        ],
    )
    desk.write("".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(41)))
    ran = desk.apply("--allow=change-share", "--concurrency=64")
    assert ran.status == 0, ran.err
    assert false_claims(desk, ran) == []
    assert {desk.truth(n) for n in range(41)} == {OURS}


def test_a_broken_identity_asks_for_no_more_tokens(desk: Desk) -> None:
    """Two customers refuse its secret, none accepts it: the rest is unknown for that cause.

    Another identity continues. The first refusal is retried once, 20 s later.
    """
    other = "11111111-1111-4111-8111-111111111111"
    desk.seed(
        dict.fromkeys(range(1, 41), OLD),
        faults=[{"client_id": "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11", "aadsts": 7000215}],
    )
    desk.write(
        "".join(
            f"  - {{name: C{n}, tenant: {tenant_id(n)}, identities: [app, other]}}\n"
            for n in range(1, 41)
        )
    )
    path = desk.path / "tenants.yaml"
    path.write_text(
        path.read_text().replace(
            "identities:\n",
            f"identities:\n  other: {{kind: client_secret, client_id: {other}, "
            "secret: {env: PAL_SECRET}}\n",
            1,
        )
    )
    ran = desk.plan("--concurrency=4")
    assert ran.status == 4
    broken = [link for link in ran.data["links"] if link["identity"] == "app"]
    assert {link["action"] for link in broken} == {"unknown"}
    assert {link["problem"]["code"] for link in broken} == {"invalid_client_secret"}
    assert {li["action"] for li in ran.data["links"] if li["identity"] == "other"} == {"create"}
    refused = [entry for entry in desk.requests("token") if entry.client_id != other]
    assert len(refused) <= 5, "two refusals, the ones under way, and the second try"


def test_customers_without_the_app_do_not_stop_the_others(desk: Desk) -> None:
    """Entra answers them as for a wrong secret, but one tenant accepted the identity."""
    desk.seed(
        {1: OURS},
        faults=[
            {"tenant": tenant_id(n), "aadsts": number, "status": 401, "code": "invalid_client"}
            for n, number in zip(range(2, 30), [700016, 7000229, 700011, 500011] * 7, strict=True)
        ],
    )
    desk.customers(32)
    ran = desk.apply("--allow=incomplete")
    assert ran.status == 4
    codes = [link["problem"] and link["problem"]["code"] for link in ran.data["links"]]
    assert codes == [None, *["app_not_in_tenant"] * 28, None, None, None]
    assert [desk.truth(n) for n in (30, 31, 32)] == [OURS] * 3


def test_an_invalid_partner_id_is_sent_once(desk: Desk) -> None:
    """The first refusal stops it for all customers, and another ID continues."""
    desk.seed({21: FOREIGN}, partners={OLD: "Contoso", FOREIGN: None})
    desk.write(
        "".join(
            f"  - {{name: C{n}, tenant: {tenant_id(n)}{', partner: old' * (n > 10)}}}\n"
            for n in range(1, 22)
        )
    )
    ran = desk.apply()
    assert ran.status == 4
    assert list(ran.outcomes.values()) == ["failed"] + ["skipped"] * 9 + ["applied"] * 10 + [None]
    sent = [entry.partner_id for entry in desk.requests("create")]
    assert (sent.count(OURS), sent.count(OLD)) == (1, 10)
    assert ran.link("C2")["problem"]["code"] == "invalid_partner_id"
    assert desk.truth(21) == FOREIGN


def test_an_id_with_another_name_is_written_once(desk: Desk) -> None:
    """The write is applied with the wrong name: no further write, and a finding names the link."""
    desk.seed(partners={OURS: "Somebody Else Ltd"})
    tenants = "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(1, 6))
    desk.write(tenants, partners=f'{{uk: {{id: "{OURS}", name: Contoso}}}}')
    ran = desk.apply()
    assert ran.status == 4
    assert list(ran.outcomes.values()) == ["failed"] + ["skipped"] * 4
    assert len(desk.requests("create")) == 1
    assert false_claims(desk, ran) == []
    finding = next(f for f in ran.data["findings"] if f["code"] == "partner_name_mismatch")
    assert "C1" in finding["message"]


def test_a_new_id_is_verified_at_one_customer_first(desk: Desk) -> None:
    """Nothing else is written before the canary is verified. A failed canary is replaced."""
    desk.seed(faults=[{"tenant": tenant_id(1), "operation": "create", "status": 403}])
    desk.customers(6)
    ran = desk.apply()
    assert list(ran.outcomes.values()) == ["failed"] + ["applied"] * 5
    log = [(e.operation, e.tenant) for e in desk.requests("create", "read")]
    verified = log.index(("create", tenant_id(2))) + 1
    assert log.index(("create", tenant_id(1))) < verified
    assert ("read", tenant_id(2)) in log[verified:]
    read_back = log.index(("read", tenant_id(2)), verified)
    assert all(log.index(("create", tenant_id(n))) > read_back for n in range(3, 7))
