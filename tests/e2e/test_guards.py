"""Each guard with the installed command: one above the limit is refused, --allow overrides."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.command import OLD, OURS, Desk, tenant_id


@dataclass(frozen=True)
class World:
    """The number of customers of each kind; `limits` as in the file."""

    creates: int = 0
    updates: int = 0
    removes: int = 0
    unread: int = 0
    in_sync: int = 0
    limits: str = ""
    links: dict[int, str] = field(default_factory=dict)

    def lay(self, desk: Desk) -> None:
        """Seed Azure with it, and write its file."""
        kinds = (
            ["create"] * self.creates
            + ["update"] * self.updates
            + ["remove"] * self.removes
            + ["unread"] * self.unread
            + ["none"] * self.in_sync
        )
        there = {"update": OLD, "remove": OURS, "none": OURS}
        rows = list(enumerate(kinds, start=1))
        desk.seed(
            {number: there[kind] for number, kind in rows if kind in there},
            faults=[
                {"tenant": tenant_id(number), "aadsts": 700016}
                for number, kind in rows
                if kind == "unread"
            ],
        )
        desk.write(
            "".join(
                f"  - {{name: C{number}, tenant: {tenant_id(number)}"
                f"{', state: absent' * (kind == 'remove')}}}\n"
                for number, kind in rows
            ),
            more=f"limits: {{{self.limits}}}\n" if self.limits else "",
        )


LIMITS: dict[str, tuple[World, World]] = {
    "change-share": (World(updates=3, in_sync=7), World(updates=4, in_sync=6)),
    "remove-count": (World(removes=10, in_sync=90), World(removes=11, in_sync=99)),
    "remove-share": (World(removes=1, in_sync=9), World(removes=2, in_sync=9)),
    "change-count": (
        World(creates=2, in_sync=1, limits="change_count: 2"),
        World(creates=3, in_sync=1, limits="change_count: 2"),
    ),
    "incomplete": (World(creates=1, unread=5, in_sync=4), World(creates=1, unread=6, in_sync=3)),
    "new-partner-id": (World(creates=10), World(creates=11)),
}
"""Each guard: what is just allowed, and what is one too many."""


@pytest.mark.parametrize("guard", LIMITS)
def test_a_guard_refuses_one_too_many(desk: Desk, guard: str) -> None:
    """Nothing is sent, the plan is above the refusal, and --allow GUARD overrides it."""
    fits, too_many = LIMITS[guard]
    too_many.lay(desk)
    ran = desk.apply()
    assert ran.status == 3
    (refusal,) = ran.data["refusals"]
    assert refusal["guard"] == guard
    assert f"--allow {guard}" in refusal["message"]
    assert desk.requests("create", "update", "remove") == []
    assert set(ran.outcomes.values()) == {None}
    shown = desk.run("apply", "--yes").out
    assert shown.index("C1") < shown.index(f"--allow {guard}")
    allowed = desk.apply("--allow", guard)
    assert "applied" in allowed.outcomes.values()
    fits.lay(desk)
    assert "applied" in desk.apply().outcomes.values()


def test_the_override_of_another_guard_does_not_count(desk: Desk) -> None:
    """No single option overrides every guard."""
    World(updates=4, in_sync=6).lay(desk)
    assert desk.apply("--allow", "remove-count", "--allow", "incomplete").status == 3
    assert desk.apply("--allow", "everything").status == 64


def test_the_first_n_changes_are_made(desk: Desk) -> None:
    """In the file's order. The others are skipped and remain as differences: the status is 2."""
    World(creates=5, in_sync=1).lay(desk)
    ran = desk.apply("--max-changes", "2")
    assert ran.status == 2
    assert list(ran.outcomes.values()) == ["applied"] * 2 + ["skipped"] * 3 + [None]
    assert {link["problem"]["code"] for link in ran.data["links"][2:5]} == {"limit"}
    again = desk.apply("--max-changes", "2")
    assert list(again.outcomes.values()) == [None, None, "applied", "applied", "skipped", None]


@pytest.mark.parametrize(
    "arguments", [("--max-changes", "3"), ("--only", "C1"), ("--exclude", "C[2-9]")]
)
def test_guards_count_only_the_changes_of_this_run(desk: Desk, arguments: tuple[str, ...]) -> None:
    """Guards check the changes that remain."""
    World(updates=9, in_sync=1).lay(desk)
    assert desk.apply().status == 3
    ran = desk.apply(*arguments)
    assert "applied" in ran.outcomes.values()


def test_an_expected_name_confirms_a_new_id(desk: Desk) -> None:
    """The name in Azure's first answer is checked, so eleven changes are allowed."""
    desk.seed(partners={OURS: "Contoso Ltd"})
    tenants = "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(1, 12))
    desk.write(tenants, partners=f'{{uk: {{id: "{OURS}", name: Contoso  LTD}}}}')
    assert desk.apply().status == 0


def test_no_guard_stops_a_run_without_changes(desk: Desk) -> None:
    """Even if many links could not be read."""
    World(unread=9, in_sync=1).lay(desk)
    ran: Any = desk.apply()
    assert (ran.status, ran.data["refusals"]) == (4, [])


def test_deleting_a_line_removes_nothing(desk: Desk) -> None:
    """A customer that is not in the file is not read; `state: absent` removes a link."""
    desk.seed({1: OURS, 2: OURS})
    desk.customers(1)
    assert desk.apply().status == 0
    assert desk.truth(2) == OURS
    assert {entry.tenant for entry in desk.requests("token", "read")} == {tenant_id(1)}
