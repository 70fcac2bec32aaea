"""Properties of the state machine for any sequence of requests."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.state.links import Links, Partners, Place, Record
from reconciler.emulator.state.switches import Switches

TENANT = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
PLACES = [Place(TENANT, f"aaaaaaaa-0000-4000-8000-00000000000{n}") for n in range(3)]
PARTNER_IDS = ["4936128", "1158331", "2222222", "not-a-partner"]

requests = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "remove", "read", "read_by_id"]),
        st.sampled_from(PLACES),
        st.sampled_from(PARTNER_IDS),
    ),
    max_size=30,
)
switches = st.builds(
    Switches,
    put_while_linked=st.sampled_from(["refuse", "overwrite"]),
    patch_same_id=st.sampled_from(["unchanged", "counts"]),
    delete_other_id=st.sampled_from(["remove", "ignore", "refuse"]),
    delete_while_unlinked=st.sampled_from(["unchanged", "counts"]),
)


def ask(links: Links, request: tuple[str, Place, str]) -> object:
    operation, place, partner_id = request
    if operation == "read":
        return links.read(place)
    return getattr(links, operation)(place, partner_id)


def make(guesses: Switches) -> Links:
    ticks = count(1)
    return Links(lambda: next(ticks), Partners(), guesses)


@given(requests, switches)
def test_a_request_touches_one_place_by_one_version_at_most(
    sequence: list[tuple[str, Place, str]], guesses: Switches
) -> None:
    """A request changes only its own record, and adds at most 1 to its version."""
    links = make(guesses)
    for request in sequence:
        before = dict(links.records)
        ask(links, request)
        changed = {p for p in links.records if links.records[p] != before.get(p)}
        assert changed <= {request[1]}
        for place in changed:
            old = before[place].version if place in before else 0
            assert links.records[place].version == old + 1


@given(requests, switches)
def test_the_creation_time_never_changes_and_no_record_is_lost(
    sequence: list[tuple[str, Place, str]], guesses: Switches
) -> None:
    """A record's creation time survives every delete."""
    links = make(guesses)
    for request in sequence:
        before = dict(links.records)
        ask(links, request)
        for place, record in before.items():
            assert links.records[place].created == record.created
            assert links.records[place].updated >= record.updated


@given(requests, switches)
def test_a_read_shows_what_the_last_success_wrote(
    sequence: list[tuple[str, Place, str]], guesses: Switches
) -> None:
    """The next read of a place returns the last successful PUT or PATCH."""
    links = make(guesses)
    for request in sequence:
        result = ask(links, request)
        if request[0] in ("create", "update") and isinstance(result, Record):
            assert links.read(request[1]) == result
            assert result.partner_id == request[2]


@given(requests, switches)
def test_reading_changes_nothing(sequence: list[tuple[str, Place, str]], guesses: Switches) -> None:
    """No kind of read changes a record."""
    links = make(guesses)
    for request in sequence:
        ask(links, request)
    before = dict(links.records)
    for place in PLACES:
        links.read(place)
        links.read_by_id(place, PARTNER_IDS[0])
    assert links.records == before
