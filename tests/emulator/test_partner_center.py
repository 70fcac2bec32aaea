"""Partner Center: customers and profiles of partner IDs."""

from __future__ import annotations

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.bearer import app_token, get, user_token
from tests.emulator.caller import CONTOSO, Caller
from tests.emulator.test_graph import customer

RESOURCE = "https://api.partnercenter.microsoft.com"
PROFILE = f"/v1/profiles/mpn?mpnId={CONTOSO}"
ALICE = "alice@contoso.com"


def test_customers_continue_with_a_token_in_a_header(azure: Emulator, caller: Caller) -> None:
    """The next page needs the address and the header of the link; customers have a domain."""
    entries = [customer(n, domain=f"customer{n}.example") for n in range(7)]
    azure.state.reset(read({"customers": [*entries, customer(8, reseller=False)]}))
    headers: dict[str, str] = {}
    token, path, found = app_token(caller, RESOURCE), "/customers?size=3", []
    while path:
        body = get(caller, token, f"/v1{path}", headers=headers).json()
        found += [item["companyProfile"]["domain"] for item in body["items"]]
        following = body["links"].get("next")
        path = following["uri"] if following else ""
        headers = {one["key"]: one["value"] for one in following["headers"]} if following else {}
    assert found == [entry["domain"] for entry in entries]


def test_a_next_page_without_its_token_is_refused(azure: Emulator, caller: Caller) -> None:
    """The same holds for a page that is too large."""
    token = app_token(caller, RESOURCE)
    for query in ("size=3&seekOperation=Next", "size=501", "size=x"):
        assert get(caller, token, f"/v1/customers?{query}").status_code == 400
    assert get(caller, token, "/v1/customers").json()["items"] == []


def test_a_profile_needs_a_user_with_mfa(azure: Emulator, caller: Caller) -> None:
    """Apps and users without MFA get 401 with code 900421."""
    for token in (app_token(caller, RESOURCE), user_token(caller, ALICE, RESOURCE)):
        answer = get(caller, token, PROFILE)
        assert (answer.status_code, answer.json()["code"]) == (401, 900421)
    azure.state.reset(read({"users": [{"username": ALICE, "mfa_required": "*"}]}))
    body = get(caller, user_token(caller, ALICE, RESOURCE), PROFILE).json()
    assert (body["mpnId"], body["partnerName"]) == (CONTOSO, f"Partner {CONTOSO}")


def test_an_unknown_partner_id_has_no_profile(azure: Emulator, caller: Caller) -> None:
    """404 with code 3000; an ID without a name has a profile without one."""
    users = [{"username": ALICE, "mfa_required": "*"}]
    azure.state.reset(read({"users": users, "partners": {"1158331": None}}))
    token = user_token(caller, ALICE, RESOURCE)
    answer = get(caller, token, PROFILE)
    assert (answer.status_code, answer.json()["code"]) == (404, 3000)
    own = get(caller, token, "/v1/profiles/mpn").json()
    assert (own["mpnId"], "partnerName" in own) == ("1158331", False)


def test_a_token_must_be_for_partner_center(azure: Emulator, caller: Caller) -> None:
    """Graph's token is 401, and another path 404."""
    token = app_token(caller, "https://graph.microsoft.com")
    assert get(caller, token, "/v1/customers").status_code == 401
    assert get(caller, app_token(caller, RESOURCE), "/v1/invoices").status_code == 404


def test_faults_have_partner_centers_form(azure: Emulator, caller: Caller) -> None:
    """Code and description stand alone, and a rule may name the partner ID."""
    caller.fault(operation="partner_profile", partner_id=CONTOSO, status=403, code="2003")
    caller.fault(operation="csp_customers", status=503, retry_after_s=1)
    token = app_token(caller, RESOURCE)
    answer = get(caller, token, PROFILE)
    assert (answer.status_code, answer.json()["code"]) == (403, "2003")
    answer = get(caller, token, "/v1/customers")
    assert (answer.status_code, answer.json()["code"]) == (503, 503)
    assert answer.headers["Retry-After"] == "1"
