"""Whom does a nightly run tell of its end?"""

from dataclasses import dataclass, field

from reconciler.core.history.link_history import HistorySource
from reconciler.core.history.notifications import Subscriber
from reconciler.core.identities import SecretRef


@dataclass(frozen=True, slots=True)
class NotificationTargets:
    """Who listens, as the file has it. Every address is a secret.

    cloud      public, usgov or china: whose key vaults may hold the addresses
    heartbeat  the ping URL of a check in the protocol of healthchecks.io
    listeners  who is sent a message
    history    where runs are remembered: it knows what everybody has been told
    """

    cloud: str = "public"
    heartbeat: SecretRef | None = None
    subscribers: tuple[Subscriber, ...] = ()
    history: HistorySource = field(default_factory=HistorySource)
