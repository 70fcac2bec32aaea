"""Subscribers to notifications, and the other targets of a nightly run's result."""

from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.core.history.link_history import HistorySource
from reconciler.core.identities import SecretRef


class When(StrEnum):
    """What a subscriber wants to be notified of."""

    CHANGE = "change"
    DRIFT = "drift"
    UNREADABLE = "unreadable"
    ACCESS = "access"
    CUSTOMERS = "customers"
    FAILURE = "failure"
    RECOVERY = "recovery"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber to notifications.

    to     the reference to the address, which is a secret
    when   what to notify of
    after  the number of days for which a link must have been unreadable
    form   `text`, `markdown` or `html`
    """

    to: SecretRef
    when: frozenset[When] = frozenset({When.CHANGE})
    after: int = 1
    form: str = "text"


@dataclass(frozen=True, slots=True)
class NotificationTargets:
    """The targets of a nightly run's result, as the file lists them. Every address is a secret.

    cloud        public, usgov or china: the cloud of the key vaults that hold the addresses
    heartbeat    the ping URL of a check, in the protocol of healthchecks.io
    subscribers  who gets a message
    history      where runs are recorded, and so what was notified before
    """

    cloud: str = "public"
    heartbeat: SecretRef | None = None
    subscribers: tuple[Subscriber, ...] = ()
    history: HistorySource = field(default_factory=HistorySource)
