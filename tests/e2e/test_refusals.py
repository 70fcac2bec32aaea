"""Every known refusal of Entra, once each, in one run over many customers."""

from tests.azure.test_error_codes import CODES
from tests.e2e.command import APP, OURS, SECRET, Desk, tenant_id

PASSING = ("throttled", "unavailable", "sign_in_refused")
REFUSALS = [
    (code, number) for code, numbers in CODES.items() if code not in PASSING for number in numbers
]


def test_each_refusal_has_its_code_and_is_not_retried(desk: Desk) -> None:
    """Every hint names an action; only the first rejection of a secret is retried."""
    customers = dict(enumerate(REFUSALS, start=2))
    desk.seed(
        {1: OURS},
        clients=[{"client_id": APP, "secret": SECRET}],
        faults=[{"tenant": tenant_id(n), "aadsts": number} for n, (_, number) in customers.items()],
    )
    desk.customers(len(customers) + 1)
    # One at a time, the healthy one first: once a secret was accepted, no refusal condemns it.
    ran = desk.plan("--concurrency=1")
    assert ran.status == 4
    assert ran.link("C1")["action"] == "none"
    counted = desk.azure.state.requests.by_tenant()
    twice = []
    for number, (code, _) in customers.items():
        problem = ran.link(f"C{number}")["problem"]
        assert problem["code"] == code
        assert len(problem["hint"]) > 40
        assert "read" not in counted[tenant_id(number)]
        twice += [code] * (counted[tenant_id(number)]["token"] - 1)
    assert len(twice) == 1
    assert twice[0] in ("invalid_client_secret", "expired_client_secret")
