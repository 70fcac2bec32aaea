"""A year of daily unattended runs with a real journal.

Routine changes pass, disasters are refused.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.guards.attended import GuardLimits
from reconciler.core.guards.partner_trust import trust
from reconciler.core.guards.past_changes import Past, past_changes
from reconciler.core.guards.unattended import check_unattended, count_managed
from reconciler.core.history.recording import NIGHTLY
from reconciler.core.links import Problem, Wanted, WantedState
from reconciler.engine.cancellation import Stop
from reconciler.engine.gates import Identities
from reconciler.engine.run import PlanMetadata, Workers, apply_plan, make_plan
from reconciler.store.history.from_journal import recordings
from reconciler.store.journal import FileJournal, lines
from tests.engine.runs import FOREIGN, NAMES, NOW, OLD, OURS, Inline, where, wish
from tests.fakes import FakeAzure

NEW = "7777777"
GONE = Problem("app_not_in_tenant", "the app is not there", "install it")
OUT = Problem("unavailable", "503", "wait")


@dataclass
class Estate:
    """A file and its Azure, reconciled daily by runs without review.

    wishes  what the file wants, in its order
    """

    path: Path
    wishes: dict[str, Wanted] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    azure: FakeAzure = field(default_factory=lambda: FakeAzure(dict(NAMES)))
    day: int = 0

    def want(self, numbers: Iterable[int], partner_id: str | None = OURS, **more: object) -> None:
        """Want this ID, or no link, for these customers."""
        for number in numbers:
            self.wishes[f"C{number}"] = wish(number, partner_id, **more)

    def link(self, numbers: Iterable[int], partner_id: str | None) -> None:
        """Let the links of these customers carry this ID."""
        for number in numbers:
            self.azure.link(where(number)).partner_id = partner_id

    def carry(self, partner_id: str | None, among: Iterable[int]) -> int:
        """The number of these customers that carry this ID."""
        return sum(self.azure.link(where(n)).partner_id == partner_id for n in among)

    def repair(
        self,
        *,
        only: Iterable[int] | None = None,
        allow: tuple[str, ...] = (),
        command: str = NIGHTLY,
        max_changes: int | None = None,
    ) -> set[str]:
        """Run once and return the guards that refused the run."""
        now = NOW + timedelta(days=self.day)
        run = f"{command}-{len(self.azure.reads)}-{self.day}"
        facts: dict[str, object] = {"command": command, "allowed": list(allow)}
        crew = Workers(Inline(), 4, Stop(), Identities())
        chosen = [self.wishes[f"C{n}"] for n in only] if only else list(self.wishes.values())
        with closing(FileJournal(self.path, run, facts, lambda: now)) as journal:
            plan_facts = PlanMetadata("sha256:00", "1", (), self.names, lambda: now)
            plan = make_plan(chosen, plan_facts, crew, self.azure.reader, lambda *_: None)
            earlier = recordings(line for line in lines(self.path) if line["run"] != run)
            past = Past(past_changes(earlier), now.date(), bool(earlier))
            refusals = check_unattended(
                plan,
                GuardLimits(),
                past,
                managed=count_managed(self.wishes.values()),
                named=self.names,
                allowed=allow,
            )
            if command == NIGHTLY and refusals:
                return {refusal.guard for refusal in refusals}
            is_trusting = command != NIGHTLY or "new-partner-id" in allow
            apply_plan(
                plan,
                crew,
                self.azure.writer,
                journal,
                names=self.names,
                max_changes=max_changes,
                on_result=lambda _: None,
                trust=None if is_trusting else trust(plan, past, self.names),
            )
        return set()


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    """An estate without customers."""
    return Estate(tmp_path / "tenants.journal.jsonl")


def settled(estate: Estate, count: int) -> range:
    """An estate in which this number of customers have carried our ID for a long time."""
    customers = range(1, count + 1)
    estate.want(customers)
    estate.link(customers, OURS)
    return customers


def test_a_year_of_ordinary_work_is_refused_only_in_the_documented_cases(
    estate: Estate,
) -> None:
    """Offboarding, 80 customers in a month, a leaver, outages and drift are never refused.

    Only a large outage with changes to make is refused, and only while it lasts.
    """
    last = settled(estate, 120)[-1]
    offboarded = 0
    refused: dict[int, set[str]] = {}
    for day in range(365):
        estate.day = day
        if day % 7 == 1:  # two customers leave; their administrators remove the app weeks later
            for number in (offboarded + 1, offboarded + 2) if offboarded < 60 else ():
                estate.want([number], None)
                offboarded = number
        if day % 7 == 5 and offboarded > 20:
            estate.azure.problems[f"C{offboarded - 20}"] = GONE
        if 60 <= day < 80:  # four new customers a day
            estate.want(range(last + 1, last + 5))
            last += 4
        if day == 150:  # a user leaves: fifteen links are unreadable until other users take over
            gone = range(100, 115)
            estate.azure.problems |= {f"C{n}": OUT for n in gone}
        if day == 160:
            for number in range(100, 115):
                estate.azure.problems.pop(f"C{number}")
                estate.link([number], None)
        if day == 200:  # nothing can be read
            before = dict(estate.azure.problems)
            estate.azure.problems = dict.fromkeys(estate.wishes, OUT)
        if day in (201, 221):
            estate.azure.problems = before
        if day == 220:  # half cannot be read, and one customer is new
            before = dict(estate.azure.problems)
            estate.want([last + 1])
            last += 1
            estate.azure.problems |= {f"C{n}": OUT for n in range(100, last, 2)}
            estate.azure.problems |= {f"C{n}": OUT for n in range(101, last, 4)}
        if day % 30 == 10:
            estate.link([80, 81, 82], OLD)  # drift
        if guards := estate.repair():
            refused[day] = guards
    assert refused == {220: {"incomplete"}}
    assert estate.carry(OURS, range(61, last + 1)) == last - 60
    assert estate.carry(None, range(1, offboarded + 1)) == offboarded


def test_a_merger_is_allowed_once_and_does_not_count_later(estate: Estate) -> None:
    """300 of 400 links change on one day: refused that day, made by one allowed run."""
    settled(estate, 400)
    estate.names = {NEW: ("Contoso",)}
    estate.azure.names[NEW] = "Contoso"
    assert estate.repair() == set()
    estate.day = 1
    estate.want(range(1, 301), NEW, replaceable=frozenset({OURS, OLD, NEW}))
    assert estate.repair() == {"change-share", "change-count"}
    assert estate.carry(NEW, range(1, 301)) == 0
    assert estate.repair(allow=("change-share", "change-count")) == set()
    assert estate.carry(NEW, range(1, 301)) == 300
    for estate.day in range(2, 9):
        estate.link([estate.day, 350 + estate.day], OLD)
        estate.want([estate.day + 380], None)
        assert estate.repair() == set()
    assert estate.carry(NEW, range(1, 301)) == 300


def all_removed(estate: Estate) -> None:
    settled(estate, 9)
    estate.want(range(1, 10), None)


def all_repointed(estate: Estate) -> None:
    settled(estate, 9)
    estate.azure.names[NEW] = "Contoso"
    estate.want(range(1, 10), NEW)


def all_taken_over(estate: Estate) -> None:
    estate.want(range(1, 10), OURS, replaceable=None)
    estate.link(range(1, 10), FOREIGN)


def diluted(estate: Estate) -> None:
    settled(estate, 100)
    estate.want(range(1, 31), OLD)
    for number in range(31, 101):
        where_ = wish(number)
        estate.wishes[f"C{number}"] = replace(where_, state=WantedState.UNMANAGED, partner_id=None)


def mistyped(estate: Estate) -> None:
    settled(estate, 5)
    estate.azure.names[NEW] = None
    estate.want(range(6, 46), NEW)


def mistyped_but_carried(estate: Estate) -> None:
    mistyped(estate)
    estate.wishes["C99"] = replace(wish(99), state=WantedState.UNMANAGED, partner_id=None)
    estate.link([99], NEW)


def many_created(estate: Estate) -> None:
    settled(estate, 1)
    estate.want(range(2, 301))


@pytest.mark.parametrize(
    ("disaster", "guards"),
    [
        (all_removed, {"remove-share", "change-share"}),
        (all_repointed, {"change-share"}),
        (all_taken_over, {"change-share"}),
        (diluted, {"change-share", "new-partner-id"}),
        (mistyped, {"new-partner-id"}),
        (mistyped_but_carried, {"new-partner-id"}),
        (many_created, {"create-count"}),
    ],
)
@pytest.mark.parametrize("max_changes", [None, 1])
def test_each_disaster_is_refused_on_its_first_day(
    estate: Estate, disaster: Callable[..., Any], guards: set[str], max_changes: int | None
) -> None:
    """Nothing is written then or later. `--max-changes` does not avoid the refusal."""
    disaster(estate)
    for estate.day in range(3):
        assert estate.repair(max_changes=max_changes) == guards
    assert estate.azure.writes == []


def test_partial_runs_do_not_get_around_the_guards(estate: Estate) -> None:
    """Runs over parts of the file, on one or many days, remove at most the limit of a week."""
    customers = settled(estate, 81)
    estate.want(customers, None)
    for start in range(1, 82, 9):
        estate.repair(only=range(start, start + 9))
    assert estate.carry(None, customers) <= 8
    for estate.day in (1, 3, 6):
        for number in customers[::3]:
            estate.repair(only=[number])
    assert estate.carry(None, customers) == 8


def test_an_unattended_run_needs_the_name_of_a_new_id(estate: Estate) -> None:
    """At most one link gets an ID without a name in Azure's answers, on any day of a year."""
    settled(estate, 5)
    estate.names = {NEW: ("Contoso",)}
    estate.azure.names[NEW] = None
    estate.want(range(6, 46), NEW)
    for estate.day in (0, 1, 6, 7, 30, 300):
        assert estate.repair() == set()
        assert estate.carry(NEW, range(6, 46)) == 1
    assert estate.repair(command="apply") == set()
    assert estate.carry(NEW, range(6, 46)) == 40


@pytest.mark.parametrize(("answered", "count"), [("Contoso", 40), ("CONTOSO ", 40), ("Other", 1)])
def test_the_name_of_a_new_id_is_compared_with_the_canarys_answer(
    estate: Estate, answered: str, count: int
) -> None:
    """The same name allows the ID for all links. Another name stops it after the canary."""
    settled(estate, 5)
    estate.names = {NEW: ("Contoso",)}
    estate.azure.names[NEW] = answered
    estate.want(range(6, 46), NEW)
    assert estate.repair() == set()
    assert estate.carry(NEW, range(6, 46)) == count
