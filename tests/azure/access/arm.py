"""A Resource Manager in memory: answers to the requests of the access check, by path."""

import json
from threading import Event
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from reconciler.azure.access.azure_roles import AzureRoles
from reconciler.azure.access.definitions import RoleDefinitions
from reconciler.azure.access.role_list import packaged_roles
from reconciler.azure.error_codes import of_arm
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.session import Session
from reconciler.core.access.values import Access
from reconciler.core.links import Place

ARM = "https://arm.example"
TENANT = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
CUSTOMER = "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"
OID = "7c1d5a0a-0f5b-4f4e-8b7e-2a51f2f3c001"
GROUP = "9a1d5a0a-0f5b-4f4e-8b7e-2a51f2f3c0aa"

SRC = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
RBAC_ADMIN = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
CUSTOM = "11111111-2222-4333-8444-555555555555"

SRC_BLOCK = {
    "actions": [
        "Microsoft.Support/*",
        "Microsoft.Authorization/*/read",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
    ],
    "notActions": [],
}

DENIED = (403, {"error": {"code": "AuthorizationFailed", "message": "does not have authorization"}})
BROKEN = (500, {"error": {"code": "InternalServerError", "message": "try later"}})
EMPTY: tuple[int, Any] = (200, {"value": []})

Answer = tuple[int, Any]
AUTHORIZATION = "/providers/Microsoft.Authorization"


def sub(number: int) -> str:
    """The GUID of a subscription."""
    return f"0a1b2c3d-0000-4000-8000-{number:012d}"


def subscriptions(*numbers: int, home: str = TENANT) -> Answer:
    """A list of subscriptions of one directory."""
    value = [
        {"id": f"/subscriptions/{sub(n)}", "subscriptionId": sub(n), "tenantId": home}
        for n in numbers
    ]
    return 200, {"value": value, "count": {"type": "Total", "value": len(value)}}


def role(role_id: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """One role assignment of the principal at a subscription."""
    return {
        "id": f"/subscriptions/{sub(number)}{AUTHORIZATION}/roleAssignments/{role_id}-a",
        "properties": {
            "roleDefinitionId": f"/subscriptions/{sub(number)}{AUTHORIZATION}/roleDefinitions/"
            + role_id.upper(),
            "principalId": OID,
            "principalType": "ServicePrincipal",
            "scope": f"/subscriptions/{sub(number)}",
            "condition": None,
        }
        | more,
    }


def listed(*entries: dict[str, Any]) -> Answer:
    """A list with these entries."""
    return 200, {"value": list(entries)}


def definition(name: str, kind: str, *actions: str) -> Answer:
    """A role definition."""
    return 200, {
        "properties": {"roleName": name, "type": kind, "permissions": [{"actions": list(actions)}]}
    }


class FakeArm:
    """Answers by path, below a subscription without its prefix; everything else is refused.

    requested  the path of each request, and its filter
    """

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.requested: list[str] = []

    def send(self, method: str, url: str, *, headers: dict[str, str], most_bytes: int) -> HttpReply:
        assert (method, headers) == ("GET", {"Authorization": "Bearer x"})
        assert most_bytes > 1 << 20
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        assert len(query["api-version"]) == 1
        path = unquote(parts.path)
        self.requested.append(" ".join([path.rpartition("/")[2], *query.get("$filter", ())]))
        status, body = answer_of(self.answers, url)
        return HttpReply(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def answer_of(answers: dict[str, Any], url: str) -> Answer:
    """The answer to a URL: by its path and page, or by the path below any subscription."""
    parts = urlsplit(url)
    pages = parse_qs(parts.query).get("page", ())
    path = unquote(parts.path) + "".join(f"?{page}" for page in pages)
    short = path.replace(AUTHORIZATION, "")
    below = short.split("/", 3)[3:] if short.startswith("/subscriptions/") else []
    keys = (path, short, *below)
    return next((answers[key] for key in keys if key in answers), DENIED)


class SignedIn:
    """The session of a principal that has signed in."""

    arm = ARM
    tenant_id = TENANT
    object_id = OID

    def __init__(self, *, is_app: bool = True, stop: Event | None = None) -> None:
        self.is_app = is_app
        self._stop = stop or Event()

    def new_budget(self) -> RetryBudget:
        return RetryBudget(CircuitBreaker(), self._stop, clock=lambda: 0.0)

    def headers(self, budget: RetryBudget) -> dict[str, str]:
        return {"Authorization": "Bearer x"}

    def refused(self, reply: HttpReply, url: str, *, is_final: bool) -> RequestFailed:
        assert not is_final  # a challenge to this check says nothing about the next sign-in
        failure = of_arm(reply, url)
        return RequestFailed(failure.problem)  # no retries: tests do not wait


def check(
    answers: dict[str, Any], *, most: int = 50, is_app: bool = True, roles: Any = None
) -> tuple[Access, FakeArm]:
    """The access of a principal for which Azure answers so, and the requests."""
    arm = FakeArm(answers)
    checker = AzureRoles(roles or packaged_roles(), most, cast(Https, arm), RoleDefinitions())
    session = cast(Session, SignedIn(is_app=is_app))
    return checker.check(Place("Fabrikam", TENANT, "app"), session), arm
