"""A saved plan is checked against the file and the recorded reads before it is applied."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.errors import Refused
from reconciler.core.findings import Finding
from reconciler.core.guards.saved_plan_checks import decide_again
from reconciler.core.links import Observed, Wanted, WantedState
from reconciler.core.plan import Plan
from reconciler.core.plan_json import digest, plan_data, seal, text
from reconciler.core.saved_plan import read_plan, saved_digest
from tests.core import worlds
from tests.core.worlds import FOREIGN, OLD, OURS, linked, unknown, unlinked, wanted

Pairs = list[tuple[Wanted, Observed | None]]

PAIRS: Pairs = [
    (wanted(number=1), linked(OLD, 1)),
    (wanted(number=2), linked(FOREIGN, 2)),
    (wanted(number=3), unlinked(3)),
    (wanted(WantedState.ABSENT, 4), linked(OURS, 4)),
    (wanted(number=5), unknown()),
]
FINDING = Finding("odd", "look at this", "do that", "T1", "automation")


def data_of(pairs: Pairs) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text(plan_data(worlds.plan(*pairs, findings=(FINDING,)))))
    return data


def resealed(data: dict[str, Any]) -> bytes:
    """The plan with valid digests, as after a deliberate edit."""
    return json.dumps(data | {"digest": digest(data), "seal": seal(data)}).encode()


def checked(raw: bytes, pairs: Pairs) -> Plan | str:
    """The plan that may be applied, or the guard that refuses it."""
    try:
        plan = read_plan(raw)
    except Refused as refused:
        return refused.guard
    again, refusals = decide_again(plan, [want for want, _ in pairs], saved_digest(raw))
    return refusals[0].guard if refusals else again


@given(worlds.pairs())
def test_an_unedited_plan_is_accepted(pairs: Pairs) -> None:
    """For any wanted state and any read, the same plan is computed again."""
    raw = resealed(data_of(pairs))
    again = checked(raw, pairs)
    assert isinstance(again, Plan)
    assert again.writes == worlds.plan(*pairs).writes
    assert plan_data(again)["links"] == data_of(pairs)["links"]


@pytest.mark.parametrize(
    ("number", "edit"),
    [
        (1, {"action": "update"}),
        (1, {"action": "remove"}),
        (0, {"action": "create"}),
        (0, {"action": "none"}),
        (0, {"reason": "because"}),
        (4, {"action": "create"}),
        (0, {"wanted": {"state": "linked", "partner_id": FOREIGN}}),
        (0, {"wanted": {"state": "absent", "partner_id": None}}),
        (0, {"tenant": "T9"}),
        (0, {"tenant": "T3"}),
        (0, {"identity": "other"}),
        (0, {"covers": ["T2"]}),
        (0, {"tags": ["x"]}),
        (0, {"extra": 1}),
    ],
)
def test_a_resealed_edit_is_refused(number: int, edit: dict[str, Any]) -> None:
    """An action, ID, place or key that does not follow from the file and the reads."""
    data = data_of(PAIRS)
    data["links"][number] |= edit
    assert checked(resealed(data), PAIRS) == "plan-edited"


def test_a_link_that_is_listed_twice_is_refused() -> None:
    """It would be written by two jobs at once."""
    for number in range(len(PAIRS)):
        data = data_of([*PAIRS, PAIRS[number]])
        assert checked(resealed(data), PAIRS) == "plan-edited"


def test_a_link_without_a_read_is_refused() -> None:
    """Only an attested link needs none."""
    data = data_of(PAIRS)
    data["links"][0]["observed"] = None
    assert checked(resealed(data), PAIRS) == "plan-edited"


@pytest.mark.parametrize("code", [[], {}, None, 1])
def test_a_finding_with_an_odd_code_is_refused(code: object) -> None:
    """Its digest can be computed, although the code cannot be looked up in a set."""
    data = data_of(PAIRS)
    data["findings"][0]["code"] = code
    assert checked(resealed(data), PAIRS) == "plan-file"


def test_a_foreign_id_stays_a_conflict() -> None:
    """The link is not written, even if summary, action and reason are edited consistently."""
    ours = [(w, linked(OLD, 2) if s and s.partner_id == FOREIGN else s) for w, s in PAIRS]
    data = data_of(ours)
    data["links"][1]["observed"]["partner_id"] = FOREIGN
    assert checked(resealed(data), PAIRS) == "plan-edited"


@given(worlds.pairs().filter(bool), st.data())
def test_no_edit_changes_what_is_written(pairs: Pairs, draw: st.DataObject) -> None:
    """With any value anywhere in the JSON, the plan is refused or writes what the file wants."""
    data = data_of(pairs)
    place, key = draw.draw(st.sampled_from(list(_places(data))))
    value = draw.draw(ODD)
    place[key] = value
    again = checked(resealed(data), pairs)
    if isinstance(again, Plan):
        allowed = {want.place: want for want, _ in pairs}
        for change in again.writes:
            want = allowed[change.place]
            assert change.wanted == want
            assert change.observed
            have = change.observed.partner_id
            assert have is None or want.may_replace(have)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**4000),
    st.floats(),
    st.text(),
    st.sampled_from(["create", "update", "remove", "linked", "unknown", OURS, OLD, FOREIGN]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=2),
)


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in JSON data that holds a value."""
    keys = list(data) if isinstance(data, dict) else range(len(data))
    for key in keys:
        yield data, key
        if isinstance(data[key], dict | list):
            yield from _places(data[key])


def test_an_edited_time_changes_only_the_age_of_the_plan() -> None:
    """A resealed plan with another time is a plan of another age, which its guard checks."""
    data = data_of(PAIRS) | {"created_at": "2020-01-01T00:00:00Z"}
    assert isinstance(checked(resealed(data), PAIRS), Plan)
    for odd in ("0001-01-01T00:00:00+23:59", "2026-11-23T02:00:00", "now", 7, None, ""):
        assert checked(resealed(data | {"created_at": odd}), PAIRS) == "plan-file"


@pytest.mark.parametrize(
    ("raw", "guard"),
    [
        (b'{"kind": "plan", "kind": "plan"}', "plan-edited"),
        (b'{"kind": "plan", "links": [{"action": "none", "action": "create"}]}', "plan-edited"),
        (b'{"kind": "plan", "format": NaN}', "plan-file"),
        (b'{"kind": "plan", "format": -Infinity}', "plan-file"),
        (b'{"kind": "plan", "format": true}', "plan-format"),
        (b'{"kind": "plan", "format": 1e400}', "plan-format"),
        (b'{"kind": "plan", "format": %s}' % (b"9" * 5000), "plan-file"),
        (b'{"kind": "plan", "format": "\\u001b[2J"}', "plan-format"),
        (b'{"kind": "plan", "format": 1, "x": %s%s}' % (b"[" * 900, b"]" * 900), "plan-edited"),
        ('{"kind": "plan", "format": 1}'.encode("utf-16"), "plan-file"),
        (b"\xff", "plan-file"),
        (b"null", "plan-file"),
        (b"", "plan-file"),
    ],
)
def test_odd_json_is_refused(raw: bytes, guard: str) -> None:
    """Repeated keys, invalid numbers, deep nesting and other encodings."""
    with pytest.raises(Refused) as caught:
        read_plan(raw)
    assert caught.value.guard == guard
    assert str(caught.value).isprintable()


def test_every_field_is_required() -> None:
    """A plan without any one of its fields is refused."""
    optional = {"digest", "seal", "summary", "complete", "cloud"}
    for key in set(data_of(PAIRS)) - optional:
        data = data_of(PAIRS)
        del data[key]
        assert isinstance(checked(resealed(data), PAIRS), str), key
    for key in data_of(PAIRS)["links"][0]:
        data = data_of(PAIRS)
        del data["links"][0][key]
        assert isinstance(checked(resealed(data), PAIRS), str), key
