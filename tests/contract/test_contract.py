"""Behavior that the engine relies on, tested with the fake and with the emulator over TLS."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from reconciler.core.diff import diff
from reconciler.core.links import Action, Change, ObservedState, Place, Wanted, WantedState
from reconciler.core.ports import OpenReader
from reconciler.core.results import Outcome, Reply
from reconciler.emulator.seed.seed import read as seed
from reconciler.emulator.server import Emulator
from reconciler.engine.link_jobs import apply_change, read_link
from tests.contract.worlds import NAMES, EmulatedWorld, FakeWorld, World, place

OURS = frozenset({"4936128", "1158331"})


@pytest.fixture(params=["fake", "emulator"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One of the two. Retries wait for milliseconds; their duration is tested elsewhere."""
    if request.param == "fake":
        yield FakeWorld()
        return
    monkeypatch.setenv("PAL_TEST", "contoso-secret")
    monkeypatch.setattr("reconciler.azure.http.retry.FIRST_WAIT_S", 0.001)
    emulator: Emulator = request.getfixturevalue("emulator")
    emulator.state.reset(seed({"partners": NAMES}))
    emulated = EmulatedWorld(emulator)
    with closing(emulated.azure):
        yield emulated


def changed(reader: OpenReader, where: Place, partner_id: str | None) -> Change:
    """The planned change of one link to this ID, or to no link."""
    aim = WantedState.LINKED if partner_id else WantedState.ABSENT
    wanted = Wanted(where, aim, partner_id, replaceable=OURS)
    return diff([wanted], {where: read_link(reader, where)})[0]


def test_a_principal_without_a_link_reads_as_not_linked(world: World) -> None:
    """Its tenant and object ID are still known."""
    seen = read_link(world.reader, place(1))
    assert (seen.state, seen.partner_id, seen.problem) == (ObservedState.NOT_LINKED, None, None)
    assert seen.tenant_id
    assert seen.object_id


def test_a_link_reads_with_its_partner_name(world: World) -> None:
    """ID and partner name are those in Azure's answer."""
    world.plant(place(1), "9999999")
    seen = read_link(world.reader, place(1))
    assert (seen.state, seen.partner_id) == (ObservedState.LINKED, "9999999")
    assert seen.partner_name == "Somebody Else"


@pytest.mark.parametrize(
    ("before", "wanted", "action"),
    [
        (None, "4936128", Action.CREATE),
        ("1158331", "4936128", Action.UPDATE),
        ("4936128", None, Action.REMOVE),
    ],
)
def test_each_write_is_applied_and_read_back(
    world: World, before: str | None, wanted: str | None, action: Action
) -> None:
    """After create, update and remove the link is as wanted, and a second plan is in sync."""
    world.plant(place(1), before)
    change = changed(world.reader, place(1), wanted)
    assert change.action is action
    result = apply_change(world.writer, change)
    assert result.outcome is Outcome.APPLIED
    assert result.observed
    assert result.observed.partner_id == wanted
    assert world.truth(place(1)) == wanted
    assert changed(world.reader, place(1), wanted).action is Action.NONE


def test_a_change_made_by_another_user_is_not_sent_again(world: World) -> None:
    """The read before the write already shows the wanted state."""
    change = changed(world.reader, place(1), "4936128")
    world.plant(place(1), "4936128")
    assert apply_change(world.writer, change).outcome is Outcome.ALREADY


@pytest.mark.parametrize("now", ["9999999", "1158331"])
def test_a_link_that_changed_since_the_plan_is_not_written(world: World, now: str) -> None:
    """The read before the write shows neither the planned nor the wanted state."""
    change = changed(world.reader, place(1), "4936128")
    world.plant(place(1), now)
    result = apply_change(world.writer, change)
    assert result.outcome is Outcome.STALE
    assert result.problem
    assert result.problem.code == "changed_meanwhile"
    assert world.truth(place(1)) == now


def test_an_invalid_partner_id_is_refused(world: World) -> None:
    """The outcome has the problem of the ID, and nothing is linked."""
    result = apply_change(world.writer, changed(world.reader, place(1), "7777777"))
    assert result.outcome is Outcome.FAILED
    assert result.problem
    assert result.problem.code == "invalid_partner_id"
    assert world.truth(place(1)) is None


def test_creating_an_existing_link_is_refused(world: World) -> None:
    """Create never overwrites: Azure refuses it, and the link is unchanged."""
    world.plant(place(1), "9999999")
    with world.writer(place(1)) as link:
        link.read()
        answer = link.create("4936128")
    assert answer.reply is Reply.REFUSED
    assert answer.problem
    assert answer.problem.code == "already_linked"
    assert world.truth(place(1)) == "9999999"


def test_a_reader_cannot_write(world: World) -> None:
    """The object that a plan uses has no method that writes."""
    with world.reader(place(1)) as link:
        assert not any(hasattr(link, name) for name in ("create", "update", "remove", "delete"))


def test_tenants_are_independent(world: World) -> None:
    """A write in one tenant changes no other."""
    for number in (1, 2):
        world.plant(place(number), "1158331")
    apply_change(world.writer, changed(world.reader, place(1), "4936128"))
    assert (world.truth(place(1)), world.truth(place(2))) == ("4936128", "1158331")
