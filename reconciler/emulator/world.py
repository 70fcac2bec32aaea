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
from reconciler.emulator.seed.fault_rules import read_rule
from reconciler.emulator.seed.fields import Fields
from reconciler.emulator.seed.sections import SeedLink
from reconciler.emulator.seed.seed import Seed
from reconciler.emulator.state.clock import Clock
from reconciler.emulator.state.directory import Directory
from reconciler.emulator.state.faults import Effect, Faults, Rule
from reconciler.emulator.state.issuers import Issuers
from reconciler.emulator.state.links import Links, Partners
from reconciler.emulator.state.people import People
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
        self.directory = Directory(seed.tenants, seed.clients)
        self.people = People(seed.users, self.directory)
        self.sessions = Sessions(self.clock.now)
        self.issuers.public_keys = seed.issuers
        self.workloads = seed.workloads
        self.vault_secrets = dict(seed.secrets)
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
        for rule in seed.faults:
            self.add_fault(rule)
        for link in seed.links:
            self.plant(link)

    def plant(self, link: SeedLink) -> None:
        """Set the record of a place, and replace any earlier one."""
        self.links.records[link.place] = link.record(self.clock.now(), self.partners)

    def add_fault(self, fault: Rule | dict[str, Any]) -> None:
        """Put a fault behind the others; a mapping is read as in a seed.

        Raises BadSeed when the mapping is no fault.
        """
        rule = fault if isinstance(fault, Rule) else read_rule(Fields(fault, ""))
        self.faults.add(rule, self._tenant_id)

    def effect_on(self, call: Call) -> Effect | None:
        """Return the fault for this call, if any, and count it."""
        return self.faults.choose(call.operation, call.tenant, call.client_id, call.partner_id)

    def _tenant_id(self, name: str) -> str:
        tenant = self.directory.tenant(name)
        return tenant.tenant_id if tenant else name
