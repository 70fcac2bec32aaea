"""Dates of the file: `becomes`, `from` and `until`."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.explain import explain
from reconciler.config.load import load
from reconciler.config.partners import Partners
from reconciler.core.links import Wanted
from tests.config.conftest import SOUND, TODAY, Complainer

OLD, UK, US = "1158331", "4936128", "5111222"
NEW_YEAR = date(2027, 1, 1)
MERGED = SOUND.replace(
    'contoso-old: {id: "1158331"}',
    'contoso-old: {id: "1158331", becomes: {partner: contoso-uk, from: 2027-01-01}}',
)


def last(folder: Path, text: str, day: date = TODAY) -> Wanted:
    """The last wanted link of the file on that day."""
    (folder / "tenants.yaml").write_text(text, encoding="utf-8")
    return load(folder / "tenants.yaml", day).wanted[-1]


@pytest.mark.parametrize("partner", ["contoso-old", '"1158331"'])
@pytest.mark.parametrize(("day", "wanted"), [(-1, OLD), (0, UK), (1, UK)])
def test_a_partner_becomes_another_from_its_day_on(
    folder: Path, partner: str, day: int, wanted: str
) -> None:
    """Whether a tenant names it by alias or by ID; links to other partners stay."""
    text = MERGED + f"    partner: {partner}\n"
    assert last(folder, text, NEW_YEAR + timedelta(days=day)).partner_id == wanted


def test_a_chain_is_followed_as_far_as_the_day_goes(folder: Path) -> None:
    """Two mergers, one after the other; a later one may have an earlier date."""
    text = MERGED.replace(
        "Contoso Consulting UK}", "UK, becomes: {partner: contoso-us, from: 2028-01-01}}"
    ).replace("partners:\n", f'partners:\n  contoso-us: {{id: "{US}"}}\n')
    text += "    partner: contoso-old\n"
    days = (TODAY, NEW_YEAR, date(2027, 12, 31), date(2028, 1, 1))
    assert [last(folder, text, day).partner_id for day in days] == [OLD, UK, UK, US]
    early = text.replace("2028-01-01", "2026-01-01")
    assert [last(folder, early, day).partner_id for day in (TODAY, NEW_YEAR)] == [OLD, US]


def test_both_ids_of_a_merger_stay_ours(folder: Path) -> None:
    """The link is re-pointed without any `replaces:`."""
    assert {OLD, UK} <= (last(folder, MERGED, NEW_YEAR).replaceable or set())


@pytest.mark.parametrize(
    ("day", "state", "partner_id"),
    [
        ("2026-12-31", "unmanaged", None),
        ("2027-01-01", "linked", UK),
        ("2027-06-30", "linked", UK),
        ("2027-07-01", "absent", None),
    ],
)
def test_a_link_is_wanted_from_its_first_day_to_its_last(
    folder: Path, day: str, state: str, partner_id: str | None
) -> None:
    """Before `from` it is unmanaged, after `until` it is absent; both days count."""
    text = SOUND + "    from: 2027-01-01\n    until: 2027-06-30\n"
    link = last(folder, text, date.fromisoformat(day))
    assert (str(link.state), link.partner_id) == (state, partner_id)


def test_an_identity_may_leave_before_its_tenant(folder: Path) -> None:
    """Its own value overrides the tenant's."""
    text = SOUND + (
        "    until: 2027-06-30\n"
        "    identities: [automation, {identity: alice, until: 2026-11-22}]\n"
    )
    (folder / "tenants.yaml").write_text(text, encoding="utf-8")
    states = [str(link.state) for link in load(folder / "tenants.yaml", TODAY).wanted[1:]]
    assert states == ["linked", "absent"]


def test_a_removal_may_wait_for_its_day(folder: Path) -> None:
    """`state: absent` with a `from:` is left alone until then."""
    text = SOUND + "    state: absent\n    from: 2027-01-01\n"
    assert [str(last(folder, text, day).state) for day in (TODAY, NEW_YEAR)] == [
        "unmanaged",
        "absent",
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: {partner: contoso-old, from: 2027-01-01}}',
            "5:32: becomes: is circular (contoso-old → contoso-old); remove one of them",
        ),
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: {partner: contoso-uk, from: 2027-01-01}}\n'
            '  new: {id: "5111222", becomes: {partner: third, from: 2027-01-01}}\n'
            '  third: {id: "5111333", becomes: {partner: "5111222", from: 2028-01-01}}',
            "6:24: becomes: is circular (new → third → new); remove one of them",
        ),
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: {partner: contoso-ux, from: 2027-01-01}}',
            '5:42: partner "contoso-ux" is not defined; did you mean contoso-uk?',
        ),
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: {partner: contoso-uk}}',
            "5:32: from is missing; add from: DATE",
        ),
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: contoso-uk}',
            "5:32: becomes must be {partner: ALIAS, from: DATE}",
        ),
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: {partner: contoso-uk, form: 2027-01-01}}',
            '5:63: key "form" is unknown; did you mean from?',
        ),
        (
            'contoso-old: {id: "1158331"}',
            'contoso-old: {id: "1158331", becomes: {partner: contoso-uk, from: soon}}',
            '5:63: from "soon" is not a date; write year, month and day: 2026-12-31',
        ),
        (
            'contoso-old: {id: "1158331"}',
            'a: {id: "1158331"}\n'
            '  b: {id: "1158331", becomes: {partner: contoso-uk, from: 2027-01-01}}',
            '6:3: "a" and "b" are both 1158331, and what it becomes differs; make them equal, '
            "or keep one of them",
        ),
        (
            "tags: [emea, powerapps]",
            "from: 2027-01-01\n    until: 2026-12-31",
            "19:5: until 2026-12-31 is before from 2027-01-01 (tenants.yaml:18:5); "
            "the last day cannot come before the first",
        ),
        (
            "tags: [emea, powerapps]",
            "until: 2026-12-31\n    state: absent",
            "18:5: until and state absent contradict each other; keep one of them",
        ),
        (
            "tags: [emea, powerapps]",
            "from: 2026-12-31\n    state: unmanaged",
            "18:5: from and state unmanaged contradict each other; keep one of them",
        ),
        (
            "tags: [emea, powerapps]",
            "until: 2027-12-31\n"
            "    attested: {partner: contoso-uk, by: ops, on: 2026-11-01}\n"
            "    identities: [automation, alice]",
            "18:5: until and attested: contradict each other; keep one of them",
        ),
    ],
)
def test_contradictory_days_are_one_clear_line(
    complaints: Complainer, old: str, new: str, complaint: str
) -> None:
    """The errors do not depend on the day."""
    assert old in SOUND
    assert complaints(SOUND.replace(old, new)) == [f"tenants.yaml:{complaint}"]


def test_a_conflicting_default_is_reported_once(complaints: Complainer) -> None:
    """Two tenants share the default; one error has its location."""
    text = SOUND.replace(
        "identities: [automation]}",
        "identities: [{identity: automation, from: 2027-01-02, until: 2027-01-01}]}",
    )
    assert len(complaints(text)) == 1


@pytest.mark.parametrize("day", ["2020-01-01", "2027-01-01", "2035-12-31"])
def test_the_validity_of_a_file_does_not_depend_on_the_day(folder: Path, day: str) -> None:
    """No check uses the current day, so a reviewed file stays valid."""
    text = MERGED + "    from: 2026-12-01\n    until: 2027-06-30\n"
    assert last(folder, text, date.fromisoformat(day)).place.tenant == "Northwind"


@given(day=st.dates(date(2026, 1, 1), date(2029, 1, 1)))
def test_a_circular_chain_is_reported(day: date) -> None:
    """The rest of the file is checked."""
    circle = {OLD: (UK, NEW_YEAR), UK: (OLD, NEW_YEAR)}
    partners = Partners({"a": OLD, "b": UK}, {}, frozenset({OLD, UK}), True, circle)
    assert partners.id_on("a", day) in (OLD, UK)


def test_explain_shows_what_a_partner_becomes(folder: Path) -> None:
    """With the date and the location in the file, and with the dates of the link."""
    text = MERGED + "    partner: contoso-old\n    until: 2027-06-30\n"
    (folder / "tenants.yaml").write_text(text, encoding="utf-8")
    said = {
        day: {
            one.key: (one.value, one.where)
            for one in explain(Path("tenants.yaml"), day, ["Northwind"])[0].values
        }
        for day in (TODAY, NEW_YEAR, date(2027, 7, 1))
    }
    assert said[TODAY]["partner"][0] == "contoso-old (1158331)"
    assert said[TODAY]["becomes"] == (
        "contoso-uk (4936128) from 2027-01-01",
        "tenants.yaml:5:32",
    )
    assert said[NEW_YEAR]["becomes"][0] == "contoso-uk (4936128) since 2027-01-01"
    assert [said[day]["state"][0] for day in said] == ["linked", "linked", "absent"]
    assert said[TODAY]["until"] == ("2027-06-30", "tenants.yaml:20:5")
