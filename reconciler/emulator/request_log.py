"""The request log, and calls: requests that are parsed but not carried out.

Faults are matched against calls. Pure.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.entra.access_tokens import Claims
from reconciler.emulator.messages import Request
from reconciler.emulator.state.clock import format_time

LINK_OPERATIONS = ("read", "read_by_id", "create", "update", "remove")
ENTRA_OPERATIONS = ("openid", "token", "authorize", "device_code")
MACHINE_OPERATIONS = ("managed_identity", "oidc_token", "secret")
ACCESS_OPERATIONS = (
    "subscriptions",
    "role_assignments",
    "assign_role",
    "unassign_role",
    "permissions",
    "resource_groups",
    "resources",
    "role_definitions",
    "assignment_schedules",
    "eligibility_schedules",
    "registration_assignments",
    "registration_definitions",
)
PARTNER_CENTER_OPERATIONS = ("csp_customers", "partner_profile")
SERVICE_OPERATIONS = (
    "gdap_customers",
    "gdap_relationships",
    "directory_objects",
    *PARTNER_CENTER_OPERATIONS,
    "discovery",
    "who_am_i",
    "flows",
    "canvas_apps",
    "solutions",
)
OPERATIONS = (
    "metadata",
    *ENTRA_OPERATIONS,
    *MACHINE_OPERATIONS,
    *LINK_OPERATIONS,
    *ACCESS_OPERATIONS,
    *SERVICE_OPERATIONS,
    "other",
)
DEFAULT_LOG_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """A request, understood.

    operation: one of OPERATIONS
    tenant: the tenant's GUID; the name as sent, in lower case, when there is no such tenant
    client_id, object_id: who asks, lower case; empty when the request does not say
    partner_id: the ID in the path or the query
    claims: those of the access token, if the emulator issued it
    """

    operation: str
    request: Request
    tenant: str = ""
    client_id: str = ""
    object_id: str = ""
    partner_id: str = ""
    claims: Claims | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the request log. It holds no token, no secret and no body.

    number: counts from 1 since the last reset
    time: ticks of 100 ns since 1970, by the emulator's clock
    body_bytes: length of the body
    """

    number: int
    time: int
    method: str
    path: str
    query: str
    operation: str
    tenant: str
    client_id: str
    partner_id: str
    body_bytes: int
    has_authorization: bool

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the control route shows it."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {**fields, "time": format_time(self.time)}


class RequestLog:
    """Counts every request and keeps the latest ones."""

    def __init__(self, size: int = DEFAULT_LOG_SIZE) -> None:
        """`size`: entries kept; 0 keeps none and still counts."""
        self.entries: deque[Entry] = deque(maxlen=size)
        self.counts: Counter[tuple[str, str]] = Counter()
        self.total = 0

    def note(self, call: Call, now: int) -> None:
        """Count the call and keep it, `now` in ticks."""
        request = call.request
        self.total += 1
        self.counts[call.tenant, call.operation] += 1
        if self.entries.maxlen == 0:
            return
        self.entries.append(
            Entry(
                self.total,
                now,
                request.method,
                request.path,
                request.query,
                call.operation,
                call.tenant,
                call.client_id,
                call.partner_id,
                len(request.body),
                bool(request.header(b"authorization")),
            )
        )

    def by_operation(self) -> dict[str, int]:
        """Return the number of requests of each operation."""
        totals: Counter[str] = Counter()
        for (_, operation), count in self.counts.items():
            totals[operation] += count
        return dict(totals)

    def by_tenant(self) -> dict[str, dict[str, int]]:
        """Return, for each tenant, the number of requests of each operation."""
        tenants: dict[str, dict[str, int]] = {}
        for (tenant, operation), count in self.counts.items():
            tenants.setdefault(tenant, {})[operation] = count
        return tenants
