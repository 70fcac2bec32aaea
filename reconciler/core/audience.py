"""Whom does a nightly run tell of its end?"""

from dataclasses import dataclass

from reconciler.core.identities import SecretRef


@dataclass(frozen=True, slots=True)
class Audience:
    """Who listens, as the file has it. Every address is a secret.

    cloud      public, usgov or china: whose key vaults may hold the addresses
    heartbeat  the ping URL of a check in the protocol of healthchecks.io
    """

    cloud: str = "public"
    heartbeat: SecretRef | None = None
