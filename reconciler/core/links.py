"""What is a link, what is wanted of it, and what was seen of it?

A link ties one principal in one tenant to one partner ID. The file names it by (tenant, identity);
Azure by (tenant ID, object ID). These values are frozen, picklable and know nothing of how they
were read.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class WantedState(StrEnum):
    """What the file wants of a link."""

    LINKED = "linked"
    ABSENT = "absent"
    UNMANAGED = "unmanaged"


class Workload(StrEnum):
    """What a principal works on at a customer: it says what a link needs besides, and no more."""

    AZURE = "azure"
    POWER_PLATFORM = "power_platform"


class ObservedState(StrEnum):
    """What a read showed. Only an exact answer counts as linked or not linked."""

    LINKED = "linked"
    NOT_LINKED = "not_linked"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What the difference between wanted and observed asks for."""

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


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read or changed.

    code     stable snake_case word, for programs
    message  what happened and where, one line, for people
    hint     what to do next, one line
    """

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class App:
    """A customer's own app registration: an identity signs in by it there, and nowhere else.

    client_id   in lower case
    key         the customer's word in references to secrets: what `{key}` stands for
    expires_on  the day its credential ends, as the operator noted it
    """

    client_id: str
    key: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link is, in the words of the file.

    tenant     the customer's unique label
    directory  the tenant's GUID in lower case, or a verified domain
    identity   the name of the identity that signs in there
    object_id  the object ID that the principal must have (a pin), or None
    app        the customer's own, where the identity has one in each tenant; else None
    """

    tenant: str
    directory: str
    identity: str
    object_id: str | None = None
    app: App | None = None

    @property
    def is_named_by_domain(self) -> bool:
        """Whether only Entra knows the tenant's GUID."""
        return "." in self.directory

    @property
    def login(self) -> tuple[str, str | None]:
        """What one credential is judged by: the identity, and whose app it signs in with."""
        return self.identity, self.app.client_id if self.app else None


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision that the file has already made, whatever a read may say: held or attested."""

    action: Action
    reason: str

    @property
    def is_read(self) -> bool:
        """Whether the link is read all the same, to show it. An attested one never is."""
        return self.action is not Action.ATTESTED


@dataclass(frozen=True, slots=True)
class Wanted:
    """One link as the file wants it.

    partner_id   the ID it should carry; None unless `state` is linked
    replaceable  the IDs that may be overwritten or removed here; None means any
    covers       the customers that this link serves, where it is in our own tenant
    settled      set where no diff is to be made
    workload     what is said about the link depends on it; the link does not
    """

    place: Place
    state: WantedState
    partner_id: str | None
    replaceable: frozenset[str] | None = frozenset()
    tags: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    settled: Settled | None = None
    workload: Workload = Workload.AZURE

    def may_replace(self, partner_id: str) -> bool:
        """Whether the file allows to overwrite or remove a link to this ID."""
        return self.replaceable is None or partner_id in self.replaceable


@dataclass(frozen=True, slots=True)
class Rotation:
    """Which of several secrets an identity signed in with; references, as the file has them.

    refused  those that were tried before, in vain
    """

    accepted: str
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """One link as Azure shows it.

    tenant_id, object_id  the principal, as its token names it; None while nobody has signed in
    partner_id            None unless linked
    version               Azure's counter: every successful write adds 1
    updated_at            Azure's own text, ISO 8601 in UTC; likewise created_at
    problem               set when, and only when, the state is unknown
    rotation              set where the identity has several secrets
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

    @classmethod
    def unknown(
        cls, problem: Problem, *, tenant_id: str | None = None, object_id: str | None = None
    ) -> "Observed":
        """A link that could not be read, and why."""
        return cls(ObservedState.UNKNOWN, tenant_id=tenant_id, object_id=object_id, problem=problem)

    def same_link(self, other: "Observed") -> bool:
        """Whether both show the same principal with the same partner ID (or with none)."""
        return (
            ObservedState.UNKNOWN not in (self.state, other.state)
            and (self.tenant_id, self.object_id) == (other.tenant_id, other.object_id)
            and self.partner_id == other.partner_id
        )


@dataclass(frozen=True, slots=True)
class Change:
    """The difference for one link: what is wanted, what was seen, what follows.

    observed  None where no read was made (attested)
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
