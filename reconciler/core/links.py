"""Links: what the file wants of each, what Azure shows, and the difference.

A link ties one principal in one tenant to one partner ID. The file names it by (tenant, identity),
Azure by (tenant ID, object ID). All values here are frozen and can be pickled.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reconciler.core.access.values import Access, Workload


class WantedState(StrEnum):
    """The state that the file wants."""

    LINKED = "linked"
    ABSENT = "absent"
    UNMANAGED = "unmanaged"


class ObservedState(StrEnum):
    """The state that a read showed. Only an exact answer counts as linked or not linked."""

    LINKED = "linked"
    NOT_LINKED = "not_linked"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What to do about the difference between wanted and observed."""

    NONE = "none"
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    HELD = "held"
    ATTESTED = "attested"
    UNMANAGED = "unmanaged"


WRITES = frozenset({Action.CREATE, Action.UPDATE, Action.REMOVE})
"""The actions that change a link."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The reason why a link could not be read or changed.

    code     a stable snake_case word, for programs
    message  what happened and where, one line, for people
    hint     what to do next, one line
    """

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class App:
    """The app registration of one customer, which an identity uses in that tenant only.

    client_id   in lower case
    key         the customer's value of `{key}` in references to secrets
    expires_on  the last day of its credential, as the file says it; or None
    """

    client_id: str
    key: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A link's place, as the file names it.

    tenant     the unique name of the customer
    directory  the tenant's GUID in lower case, or a verified domain
    identity   the name of the identity that signs in there
    object_id  the object ID that the principal must have, or None for any
    app        the customer's own app, if the identity has one in each tenant; else None
    """

    tenant: str
    directory: str
    identity: str
    object_id: str | None = None
    app: App | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The link's name in the file."""
        return self.tenant, self.identity

    @property
    def is_named_by_domain(self) -> bool:
        """Whether the file names the tenant by a domain and not by its GUID."""
        return "." in self.directory

    @property
    def guid(self) -> str | None:
        """The tenant's GUID; None where the file names a domain."""
        return None if self.is_named_by_domain else self.directory

    @property
    def login(self) -> tuple[str, str | None]:
        """The key of one credential: the identity, and the client ID of a customer's own app."""
        return self.identity, self.app.client_id if self.app else None


@dataclass(frozen=True, slots=True)
class Settled:
    """An action that the file itself decides, whatever a read shows: held or attested."""

    action: Action
    reason: str

    @property
    def is_read(self) -> bool:
        """Whether the link is read, to be shown. An attested link never is."""
        return self.action is not Action.ATTESTED


@dataclass(frozen=True, slots=True)
class Wanted:
    """One link as the file wants it.

    partner_id   the partner ID that it should carry; None unless `state` is linked
    replaceable  the partner IDs that may be overwritten or removed here; None means any
    covers       the customers that this link serves, if it is in our own tenant
    settled      the action that the file decides; None where the diff decides
    workload     decides which findings the link can have, and not how it is linked
    environments the hosts of the customer's Dataverse environments, for the access check
    """

    place: Place
    state: WantedState
    partner_id: str | None
    replaceable: frozenset[str] | None = frozenset()
    tags: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    settled: Settled | None = None
    workload: Workload = Workload.AZURE
    environments: tuple[str, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether a run reads this link: every link except an attested one."""
        return self.settled is None or self.settled.is_read

    def may_replace(self, partner_id: str) -> bool:
        """Whether the file allows a link to this ID to be overwritten or removed."""
        return self.replaceable is None or partner_id in self.replaceable


@dataclass(frozen=True, slots=True)
class Rotation:
    """The secret that an identity with several secrets signed in with, by reference.

    refused  the references that Entra refused before
    """

    accepted: str
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """One link as Azure shows it.

    tenant_id, object_id  the principal, as its token names it; None before a sign-in
    partner_id            None unless linked
    version               Azure's counter: every successful write adds 1
    updated_at            Azure's own text, ISO 8601 in UTC; the same for created_at
    problem               set if, and only if, the state is unknown
    rotation              set if the identity has several secrets
    access                the roles of the principal; None if they were not asked for. It is no part
                          of the link, so two reads are equal whatever it is
    """

    state: ObservedState
    tenant_id: str | None = None
    object_id: str | None = None
    partner_id: str | None = None
    partner_name: str | None = None
    version: int | None = None
    updated_at: str | None = None
    created_at: str | None = None
    problem: Problem | None = None
    rotation: Rotation | None = None
    access: Access | None = field(default=None, compare=False)

    @classmethod
    def unknown(
        cls, problem: Problem, *, tenant_id: str | None = None, object_id: str | None = None
    ) -> "Observed":
        """A link that could not be read, with the reason."""
        return cls(ObservedState.UNKNOWN, tenant_id=tenant_id, object_id=object_id, problem=problem)

    def same_link(self, other: "Observed") -> bool:
        """Whether both show the same principal with the same partner ID, or both with none."""
        return (
            ObservedState.UNKNOWN not in (self.state, other.state)
            and (self.tenant_id, self.object_id) == (other.tenant_id, other.object_id)
            and self.partner_id == other.partner_id
        )


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of one link: what is wanted, what was observed, and the action.

    observed  None if the link is not read (attested)
    problem   why the link is unknown; None otherwise
    """

    wanted: Wanted
    observed: Observed | None
    action: Action
    reason: str

    @property
    def place(self) -> Place:
        return self.wanted.place

    @property
    def problem(self) -> Problem | None:
        return self.observed.problem if self.observed else None
