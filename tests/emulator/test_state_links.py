"""The state machine behind ManagementPartner."""

from __future__ import annotations

import subprocess
import sys
from itertools import count

import pytest

from reconciler.emulator.state.links import Links, Partners, Place, Record, Refusal
from reconciler.emulator.state.switches import Switches

HERE = Place("2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11", "aaaaaaaa-0000-4000-8000-000000000001")
BESIDE = Place(HERE.tenant_id, "aaaaaaaa-0000-4000-8000-000000000002")
A, B = "4936128", "1158331"


def make(partners: Partners | None = None, **switches: object) -> Links:
    ticks = count(100, 10)
    return Links(lambda: next(ticks), partners or Partners(), Switches(**switches))  # type: ignore[arg-type]


def linked(links: Links, place: Place = HERE) -> str | None:
    record = links.read(place)
    return record.partner_id if isinstance(record, Record) else None


def test_nothing_is_linked_at_first() -> None:
    """A place without a record is not linked, by either kind of read."""
    links = make()
    assert links.read(HERE) is Refusal.NOT_LINKED
    assert links.read_by_id(HERE, A) is Refusal.NOT_LINKED


def test_a_first_link_has_version_1_and_one_time() -> None:
    """The first PUT makes version 1, created and updated at the same time."""
    record = make().create(HERE, A)
    assert record == Record(A, f"Partner {A}", 1, 100, 100)


def test_a_put_while_linked_is_refused_and_leaves_the_link() -> None:
    """PUT to the same ID or another fails, and the link is unchanged."""
    links = make()
    before = links.create(HERE, A)
    assert links.create(HERE, A) is Refusal.ALREADY_LINKED
    assert links.create(HERE, B) is Refusal.ALREADY_LINKED
    assert links.read(HERE) == before


def test_a_put_while_linked_overwrites_if_switched() -> None:
    """The other assumption: PUT re-points."""
    links = make(put_while_linked="overwrite")
    links.create(HERE, A)
    assert links.create(HERE, B) == Record(B, f"Partner {B}", 2, 100, 110)


def test_a_put_of_an_id_that_is_no_partner_is_refused_first() -> None:
    """PUT checks the ID before it checks the link."""
    links = make(Partners({A: "Contoso"}))
    assert links.create(HERE, B) is Refusal.INVALID_PARTNER_ID
    links.create(HERE, A)
    assert links.create(HERE, B) is Refusal.INVALID_PARTNER_ID


def test_a_patch_checks_the_link_first() -> None:
    """PATCH of an unlinked place is refused for that, even if the ID is no partner."""
    links = make(Partners({A: "Contoso"}))
    assert links.update(HERE, B) is Refusal.NOT_LINKED
    links.create(HERE, A)
    assert links.update(HERE, B) is Refusal.INVALID_PARTNER_ID
    assert linked(links) == A


def test_a_patch_re_points_and_counts() -> None:
    """PATCH changes the ID, keeps the creation time and adds 1 to the version."""
    links = make()
    links.create(HERE, A)
    assert links.update(HERE, B) == Record(B, f"Partner {B}", 2, 100, 110)


@pytest.mark.parametrize(("guess", "version"), [("unchanged", 1), ("counts", 2)])
def test_a_patch_to_the_same_id_is_a_switch(guess: str, version: int) -> None:
    """Whether a PATCH to the linked ID counts is an assumption."""
    links = make(patch_same_id=guess)
    links.create(HERE, A)
    record = links.update(HERE, A)
    assert isinstance(record, Record)
    assert record.version == version


def test_a_delete_is_soft() -> None:
    """After DELETE and a new PUT the creation time is the old one and the version continues."""
    links = make()
    links.create(HERE, A)
    assert links.remove(HERE, A) is not None
    assert links.read(HERE) is Refusal.NOT_LINKED
    record = links.create(HERE, B)
    assert isinstance(record, Record)
    assert (record.version, record.created) == (3, 100)
    assert record.updated > record.created


def test_a_delete_without_a_record_creates_none() -> None:
    """DELETE of an unlinked place succeeds and stores nothing."""
    links = make()
    assert links.remove(HERE, A) is None
    assert links.unlink(HERE) is None
    assert links.records == {}


@pytest.mark.parametrize(("guess", "version"), [("unchanged", 2), ("counts", 3)])
def test_a_second_delete_is_a_switch(guess: str, version: int) -> None:
    """Whether DELETE of a removed link counts is an assumption."""
    links = make(delete_while_unlinked=guess)
    links.create(HERE, A)
    links.remove(HERE, A)
    links.remove(HERE, A)
    assert links.records[HERE].version == version
    assert not links.records[HERE].is_linked


@pytest.mark.parametrize(("guess", "left"), [("remove", None), ("ignore", A), ("refuse", A)])
def test_a_delete_of_another_id_is_a_switch(guess: str, left: str | None) -> None:
    """The effect of DELETE of another ID is unknown; the default is the worst case."""
    links = make(delete_other_id=guess)
    links.create(HERE, A)
    result = links.remove(HERE, B)
    assert linked(links) == left
    assert (result is Refusal.NOT_LINKED) == (guess == "refuse")


def test_places_are_independent() -> None:
    """Two principals of one tenant have different IDs."""
    links = make()
    links.create(HERE, A)
    links.create(BESIDE, B)
    links.remove(HERE, A)
    assert (linked(links), linked(links, BESIDE)) == (None, B)


def test_a_read_by_another_id_fails() -> None:
    """GET by ID finds the link only by its own ID."""
    links = make()
    links.create(HERE, A)
    assert links.read_by_id(HERE, B) is Refusal.NOT_LINKED
    assert links.read_by_id(HERE, A) == links.read(HERE)


@pytest.mark.parametrize("partner_id", ["123", "12345678901", "12a4", "", "١٢٣٤", "1234\n"])
def test_only_four_to_ten_digits_are_a_partner_id(partner_id: str) -> None:
    """Without a list every well-formed ID is a partner, and nothing else."""
    assert not Partners().exists(partner_id)
    assert Partners().exists("1234")


def test_a_list_of_partners_is_complete() -> None:
    """With a list only its IDs exist, and a name may be missing."""
    partners = Partners({A: "Contoso", B: None})
    assert partners.exists(B)
    assert not partners.exists("9999")
    assert (partners.name(A), partners.name(B)) == ("Contoso", None)


def test_a_place_can_be_restored() -> None:
    """To an earlier record, or to no record."""
    links = make()
    links.restore(HERE, None)
    record = links.put(HERE, A)
    links.unlink(HERE)
    links.restore(HERE, record)
    assert links.read(HERE) == record
    links.restore(HERE, None)
    assert links.records == {}


@pytest.mark.parametrize("module", ["state.links", "state.faults"])
def test_the_pure_modules_import_no_third_party(module: str) -> None:
    """State machine and faults load without the server's libraries."""
    code = (
        f"import sys, reconciler.emulator.{module}\n"
        "print({m.partition('.')[0] for m in sys.modules} & "
        "{'uvicorn', 'trustme', 'yaml', 'jwt', 'cryptography', 'asyncio'})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
