"""Generated worlds: existing links, wanted links, and faults during a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

from reconciler.core.links import (
    WRITES,
    Action,
    Change,
    Place,
    Problem,
    Settled,
    Wanted,
    WantedState,
)
from reconciler.core.plan import Plan, Report
from reconciler.engine.cancellation import Stop
from tests.engine.runs import FOREIGN, NAMES, OLD, OURS, Desk, MemoryJournal, where
from tests.fakes import FakeAzure, FakeLink

NO_PARTNER = "7777777"
"""An ID that Azure refuses."""

LIMIT = 10
"""Links in a world: few enough to be shrunk to something that can be read."""

FATES = ("ok", "refuse", "busy", "lost", "dropped", "ignored")
TROUBLE = tuple(
    Problem(code, "refused", "mend it")
    for code in ("unavailable", "app_not_in_tenant", "invalid_client_secret", "unexpected_answer")
)


@dataclass(frozen=True)
class Script:
    """The faults of one plan and apply.

    unread    links that the plan cannot read; `lost` has those that are unreadable later
    moved     changes by another user between plan and apply: number to ID or None
    fates     of each write, in order
    hands     changes by another user between the read and the write; None means no change
    stop_at   the run is stopped before this write; None means never
    room      number of lines until the journal is full; None means unlimited
    """

    unread: dict[int, Problem]
    lost: dict[int, Problem]
    moved: dict[int, str | None]
    fates: list[str]
    hands: dict[int, str | None]
    stop_at: int | None
    room: int | None


@dataclass
class World:
    """Links, the wanted state, and a script. `hand` has the links that another user changed."""

    links: dict[int, str | None]
    wishes: list[Wanted]
    script: Script
    hand: set[int] = field(default_factory=set)
    sent: list[tuple[Place, str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.azure = FakeAzure(dict(NAMES), budget=2)
        for number, partner_id in self.links.items():
            self.azure.link(where(number)).partner_id = partner_id

    def truth(self, number: int) -> str | None:
        """The ID that a link really carries."""
        return self.azure.link(where(number)).partner_id

    def disturbed_run(self, concurrency: int) -> tuple[Plan, Report]:
        """Plan and apply, with all faults of the script."""
        script, azure, stop = self.script, self.azure, Stop()
        desk = Desk(azure, MemoryJournal(script.room), concurrency=concurrency, stop=stop)
        azure.problems = {f"C{n}": problem for n, problem in script.unread.items()}
        plan = desk.plan(self.wishes)
        azure.problems = {f"C{n}": problem for n, problem in script.lost.items()}
        for number, partner_id in script.moved.items():
            self._touch(number, azure.link(where(number)), partner_id)
        azure.script = list(script.fates)

        def before(place: Place, link: FakeLink) -> None:
            count = len(self.sent)
            self.sent.append((place, azure.writes[-1][1], link.partner_id))
            if count in script.hands:
                self._touch(int(place.tenant[1:]), link, script.hands[count])
            if count == script.stop_at:
                stop.event.set()
                azure.is_stopped = True

        azure.before = before
        return plan, desk.apply(plan)

    def clean_run(self) -> Report:
        """Plan and apply without faults."""
        azure = self.azure
        azure.problems, azure.script, azure.is_stopped = {}, [], False
        azure.before = lambda place, link: None
        return Desk(azure).run(*self.wishes)

    def _touch(self, number: int, link: FakeLink, partner_id: str | None) -> None:
        self.hand.add(number)
        link.partner_id = partner_id


def numbered(changes: tuple[Change, ...]) -> Iterator[tuple[int, Change]]:
    """Each change with the number of its customer."""
    return ((int(change.place.tenant[1:]), change) for change in changes)


def fits(change: Change, have: str | None) -> bool:
    """Whether this write may be sent to a link in this state."""
    allowed = {
        Action.CREATE: have is None,
        Action.UPDATE: have is not None and change.wanted.may_replace(have),
        Action.REMOVE: have is not None and change.wanted.may_replace(have),
    }
    assert set(allowed) == WRITES
    return allowed[change.action]


IDS = st.sampled_from([OURS, OLD, FOREIGN, None])
NUMBERS = st.integers(1, LIMIT)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world with up to ten links."""
    count = draw(NUMBERS)
    links = {n: draw(IDS) for n in range(1, count + 1)}
    return World(links, [draw(_wishes(n)) for n in links], draw(_scripts(count)))


@st.composite
def _wishes(draw: st.DrawFn, number: int) -> Wanted:
    kind = draw(
        st.sampled_from(["linked"] * 5 + ["absent", "absent", "unmanaged", "held", "attested"])
    )
    aim = {"absent": WantedState.ABSENT, "unmanaged": WantedState.UNMANAGED}.get(
        kind, WantedState.LINKED
    )
    settled = {"held": Settled(Action.HELD, "x"), "attested": Settled(Action.ATTESTED, "y")}
    ours = frozenset({OURS, OLD, NO_PARTNER})
    return Wanted(
        where(number),
        aim,
        draw(st.sampled_from([OURS, OURS, OLD, NO_PARTNER])) if aim is WantedState.LINKED else None,
        replaceable=draw(st.sampled_from([ours, ours, ours | {FOREIGN}, None])),
        settled=settled.get(kind),
    )


@st.composite
def _scripts(draw: st.DrawFn, count: int) -> Script:
    number = st.integers(1, count)
    return Script(
        draw(st.dictionaries(number, st.sampled_from(TROUBLE), max_size=2)),
        draw(st.dictionaries(number, st.sampled_from(TROUBLE), max_size=1)),
        draw(st.dictionaries(number, IDS, max_size=2)),
        draw(st.lists(st.sampled_from(FATES), max_size=12)),
        draw(
            st.dictionaries(st.integers(0, 8), st.sampled_from([FOREIGN, OURS, None]), max_size=2)
        ),
        draw(st.none() | st.integers(0, 8)),
        draw(st.none() | st.integers(0, 12)),
    )
