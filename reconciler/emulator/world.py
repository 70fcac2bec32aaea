"""The whole state of one emulated Azure: principals, links, faults and clock.

Routes and control routes share this mutable object. A single event loop uses it. A test can read it
from its own thread and change it between requests.
"""

from __future__ import annotations

import secrets
from typing import Any

from reconciler.emulator.entra.access_tokens import Tokens
from reconciler.emulator.entra.assertions import Notary
from reconciler.emulator.request_log import Call, RequestLog
from reconciler.emulator.seed.access import PrincipalEntry
from reconciler.emulator.seed.access_sections import AccessSections
from reconciler.emulator.seed.fault_rules import FaultEntry
from reconciler.emulator.seed.fields import check
from reconciler.emulator.seed.sections import LinkEntry
from reconciler.emulator.seed.seed import Seed
from reconciler.emulator.seed.services import ServiceSections
from reconciler.emulator.state.clock import Clock
from reconciler.emulator.state.faults import Effect, Faults
from reconciler.emulator.state.issuers import Issuers
from reconciler.emulator.state.links import Links, Partners, Place
from reconciler.emulator.state.people import People, object_id
from reconciler.emulator.state.sessions import Sessions
from reconciler.emulator.state.throttle import Throttle


class World:
    """One emulated Azure."""

    def __init__(self, seed: Seed, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.endpoint = ""
        self.plain_endpoint = ""
        self.tokens = Tokens()
        self.issuers = Issuers()
        self.notary = Notary(self.tokens, self.issuers)
        # The secret with which the machine and its pipelines call their token endpoints.
        self.machine_secret = secrets.token_urlsafe(24)
        self.resets = 0
        self.seed = seed
        self.reset(seed)

    def reset(self, seed: Seed | None = None) -> None:
        """Start again with `seed`, or with the last one; tokens stay valid.

        A request that still waits for its answer gets none.
        """
        self.resets += 1
        self.seed = seed = seed or self.seed
        self.clock.reset()
        if seed.clock is not None:
            self.clock.set(seed.clock)
        self.directory = seed.directory()
        self.people = People(seed.people(self.directory), self.directory)
        self.sessions = Sessions(self.clock.now)
        self.issuers.public_keys = {entry.issuer: entry.key for entry in seed.issuers}
        self.workloads = seed.workloads(self.directory)
        self.vault_secrets = dict(seed.secrets)
        self.services: ServiceSections = seed
        self.sections: AccessSections = seed
        self.access = seed.access(self.principal)
        self.partners = Partners(seed.partners)
        self.links = Links(self.clock.now, self.partners, seed.switches)
        self.throttle = Throttle(self.clock.now)
        self.requests = RequestLog(seed.request_log)
        self.latency_s = seed.latency_s
        self.token_lifetime_s = seed.token_lifetime_s
        self.refresh_token_lifetime_s = seed.refresh_token_lifetime_s
        self.device_code_interval_s = seed.device_code_interval_s
        self.approve_as = seed.approve_as
        self.faults = Faults()
        for fault in seed.faults:
            self.add_fault(fault)
        for link in seed.links:
            self.plant(link)

    def plant(self, link: LinkEntry | dict[str, Any]) -> Place:
        """Set the record of a place, replace any earlier one, and return the place.

        A mapping is read as one of a seed's `links`. Raises BadSeed when it is none.
        """
        entry = link if isinstance(link, LinkEntry) else check(LinkEntry, link, self.directory)
        place = entry.place(self.directory)
        self.links.records[place] = entry.record(self.clock.now(), self.partners)
        return place

    def add_fault(self, fault: FaultEntry | dict[str, Any]) -> None:
        """Put a fault behind the others; a mapping is read as one of a seed's `faults`.

        Raises BadSeed when the mapping is no fault.
        """
        entry = fault if isinstance(fault, FaultEntry) else check(FaultEntry, fault)
        self.faults.add(entry.rule(), self._tenant_id)

    def principal(self, tenant_id: str, entry: PrincipalEntry) -> tuple[str, str]:
        """Return the object ID and the type of a principal that a seed names."""
        if entry.username is not None:
            user = self.people.find(entry.username)
            return (object_id(user, tenant_id) if user else "", "User")
        if entry.client_id is not None:
            return self.directory.object_id(tenant_id, entry.client_id), "ServicePrincipal"
        return entry.group or entry.object_id or "", "Group" if entry.group else "ServicePrincipal"

    def change_access(self, **sections: Any) -> None:
        """Replace sections about access with entries that were checked."""
        self.sections = self.sections.model_copy(update=sections)
        self.access = self.sections.access(self.principal)

    def effect_on(self, call: Call) -> Effect | None:
        """Return the fault for this call, if any, and count it."""
        return self.faults.choose(
            call.operation, call.tenant, call.client_id, call.partner_id, call.request.path
        )

    def _tenant_id(self, name: str) -> str:
        tenant = self.directory.tenant(name)
        return tenant.tenant_id if tenant else name
