"""Everything that one emulated Azure holds: who exists, what is linked, what goes wrong, when.

The one mutable whole that routes and control share. It is touched by a single event loop.
"""

from __future__ import annotations

from reconciler.emulator.calls import RequestLog
from reconciler.emulator.clock import Clock
from reconciler.emulator.directory import Directory
from reconciler.emulator.state import Links, Partners
from reconciler.emulator.tokens import Tokens


class World:
    """One emulated Azure."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.endpoint = ""
        self.tokens = Tokens()
        self.directory = Directory()
        self.links = Links(self.clock.now, Partners())
        self.requests = RequestLog()
        self.latency_s = 0.0
        self.token_lifetime_s = 3599
