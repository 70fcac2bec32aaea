"""Subscribers to notifications, and the other targets of a nightly run's result."""

from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.core.history.link_history import HistorySource
from reconciler.core.identities import SecretRef


class When(StrEnum):
    """What somebody wants to be told of."""

    CHANGE = "change"
    DRIFT = "drift"
    UNREADABLE = "unreadable"
    FAILURE = "failure"
    RECOVERY = "recovery"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who is told.

    to     where the address is to be found: it is a secret
    when   what they want to be told of
    after  so many nights a link must have been unreadable
    form   `text`, `markdown` or `html`
    """

    to: SecretRef
    when: frozenset[When] = frozenset({When.CHANGE})
    after: int = 1
    form: str = "text"


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
