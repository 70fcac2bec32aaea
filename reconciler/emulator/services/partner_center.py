"""Partner Center: the customers of a cloud solution provider, and profiles of partner IDs.

The list continues with a token in a header. Profiles need a user who signed in with MFA.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from reconciler.emulator.messages import Answer, Request, json_answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.services import tokens
from reconciler.emulator.state.links import Partners
from reconciler.emulator.world import World

PATHS = {"/v1/customers": "csp_customers", "/v1/profiles/mpn": "partner_profile"}
AUDIENCES = (
    "https://api.partnercenter.microsoft.com",
    "https://partner.partnercenterapi.microsoftonline.cn",
    "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
)
CONTINUATION = "MS-ContinuationToken"
USUAL_PAGE, LARGEST_PAGE = 100, 500
SOURCE = "PartnerFD"


def owns(path: str) -> bool:
    """Say whether the path is one of Partner Center's."""
    return path.lower().startswith("/v1/")


def understand(request: Request, world: World) -> Call:
    """Parse a request to Partner Center; the partner ID is the one that is asked about."""
    operation = PATHS.get(request.path.lower().rstrip("/"), "other")
    asked = tokens.call(operation, request, world)
    return Call(
        operation,
        request,
        asked.tenant,
        asked.client_id,
        asked.object_id,
        request.parameter("mpnid"),
        asked.claims,
    )


def carry_out(call: Call, world: World) -> Answer:
    """Answer a request to Partner Center."""
    flaw = tokens.flaw(call, world, AUDIENCES)
    if flaw:
        return refusal(401, 900401, flaw)
    if call.operation == "other" or call.request.method != "GET":
        return refusal(404, 404, "The resource was not found.")
    return _customers(call, world) if call.operation == "csp_customers" else _profile(call, world)


def refusal(status: int, code: int | str, text: str) -> Answer:
    """Answer with an error in Partner Center's form."""
    body: dict[str, Any] = {"code": code, "description": text, "data": [], "source": SOURCE}
    return json_answer(status, body)


def _customers(call: Call, world: World) -> Answer:
    request = call.request
    size = request.parameter("size") or str(USUAL_PAGE)
    if not re.fullmatch(r"[1-9][0-9]{0,2}", size) or int(size) > LARGEST_PAGE:
        return refusal(400, 2000, f"The size must be from 1 to {LARGEST_PAGE}.")
    token = request.header(CONTINUATION.lower().encode())
    if bool(token) != (request.parameter("seekoperation").lower() == "next"):
        return refusal(400, 2001, f"seekOperation=Next and {CONTINUATION} belong together.")
    start, count = _start(token), int(size)
    found = [one for one in world.services.customers_of(call.tenant) if one.reseller]
    uri = f"/customers?size={size}"
    links: dict[str, Any] = {"self": {"uri": uri, "method": "GET", "headers": []}}
    if start + count < len(found):
        value = urlsafe_b64encode(f"after {start + count}".encode()).decode()
        links["next"] = {
            "uri": f"{uri}&seekOperation=Next",
            "method": "GET",
            "headers": [{"key": CONTINUATION, "value": value}],
        }
    items = [
        {
            "id": one.tenant,
            "companyProfile": {
                "tenantId": one.tenant,
                "domain": one.domain,
                "companyName": one.name,
                "attributes": {"objectType": "CustomerCompanyProfile"},
            },
            "relationshipToPartner": "reseller",
            "attributes": {"objectType": "Customer"},
        }
        for one in found[start : start + count]
    ]
    collection = {"objectType": "Collection"}
    body = {"totalCount": len(items), "items": items, "links": links, "attributes": collection}
    return json_answer(200, body)


def _start(token: str) -> int:
    try:
        return int(urlsafe_b64decode(token).decode().removeprefix("after ") or "0")
    except ValueError:
        return 0


def _profile(call: Call, world: World) -> Answer:
    if not (tokens.is_user(call) and tokens.has_mfa(call)):
        return refusal(401, 900421, "MFA is required for App+User authentication.")
    partners: Partners = world.partners
    partner_id = call.partner_id or next(iter(world.seed.partners or ()), "")
    if not partners.exists(partner_id):
        text = f"Partner Organization with partner_id {partner_id} could not be found"
        return refusal(404, 3000, text)
    name = partners.name(partner_id)
    body = {
        **({} if name is None else {"partnerName": name}),
        "mpnId": partner_id,
        "profileType": "MpnProfile",
        "links": {"self": {"uri": "/profiles/mpn", "method": "GET", "headers": []}},
        "attributes": {"objectType": "MpnProfile"},
    }
    return json_answer(200, body)
