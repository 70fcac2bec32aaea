"""Selectors find the same items as a full search, in the documented order."""

from collections.abc import Callable
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.links import Place, Wanted, WantedState
from reconciler.core.selectors import (
    Numbers,
    Selectable,
    SelectorIndex,
    keywords,
    link_index,
    matches_glob,
    record_index,
)

NAMES = st.text("ABab*[]?-", min_size=1, max_size=4) | st.sampled_from(["tag:x", "a.example"])
ITEMS = st.builds(
    lambda name, directory, tags, covers: Selectable(
        (name,), (directory,), keywords(tags), tuple(covers)
    ),
    NAMES,
    st.sampled_from(["a.example", "b.example"]),
    st.lists(st.sampled_from(["x", "y"]), max_size=2),
    st.lists(NAMES, max_size=1),
)
SELECTORS = NAMES | st.sampled_from(["*", "tag:x", "tag:y", "tag:z", "A.Example", "b.example"])


def search(items: list[Selectable], selector: str, other_than: int | None) -> set[int]:
    """The reference: the result of the first reading that matches anything."""
    others = [(number, item) for number, item in enumerate(items) if number != other_than]
    folded = selector.casefold()
    readings: tuple[Callable[[Selectable], bool], ...] = (
        lambda item: selector in item.names,
        lambda item: selector in item.keywords,
        lambda item: folded in item.directories,
        lambda item: selector in item.covers,
        lambda item: any(fnmatchcase(name.casefold(), folded) for name in item.names),
    )
    found = ({number for number, item in others if is_meant(item)} for is_meant in readings)
    return next(filter(None, found), set())


@given(
    st.lists(ITEMS, max_size=6),
    st.lists(SELECTORS, min_size=1, max_size=3),
    st.none() | st.integers(0, 5),
)
def test_the_index_finds_what_a_search_finds(
    items: list[Selectable], selectors: list[str], other_than: int | None
) -> None:
    """Each reading in order, with any mix of names, with and without an excluded item."""
    index = SelectorIndex(items)
    found = [search(items, selector, other_than) for selector in selectors]
    assert [index.find(one, other_than) for one in selectors] == [tuple(sorted(f)) for f in found]
    assert index.union(selectors, other_than) == tuple(sorted(set().union(*found)))


GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
LINKS = (
    Wanted(Place("Fabrikam", GUID, "app"), WantedState.LINKED, "4936128", tags=("emea",)),
    Wanted(Place("Northwind", "n.example", "alice"), WantedState.ABSENT, None, covers=("Adatum",)),
    Wanted(Place("tag:odd", "o.example", "app"), WantedState.LINKED, "1158331", tags=("odd",)),
)
PARTNERS = {"uk": "4936128", "old": "1158331", "uk-2": "4936128"}


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("fabrikam", (0,)),
        (GUID.upper(), (0,)),
        ("tag:emea", (0,)),
        ("tag:odd", (2,)),
        ("identity:app", (0, 2)),
        ("partner:uk", (0,)),
        ("partner:uk-2", (0,)),
        ("partner:1158331", (2,)),
        ("Adatum", (1,)),
        ("*", (0, 1, 2)),
        ("TAG:emea", ()),
        ("partner:", ()),
        ("", ()),
    ],
)
def test_a_selector_of_links_matches_each_documented_field(selector: str, meant: Numbers) -> None:
    """A partner is selected by each of its aliases and by its ID."""
    assert link_index(LINKS, PARTNERS).find(selector) == meant


def test_a_record_is_selected_by_the_current_file() -> None:
    """A link that the file no longer lists is selected by tenant and identity only."""
    keys = [("Fabrikam", "app"), ("Fabrikam", "old"), ("Northwind", "alice")]
    index = record_index(keys, LINKS, PARTNERS)
    assert index.find("Fabrikam") == (0, 1)
    assert index.find("fabrikam/old") == index.find("Fabrikam / old") == (1,)
    assert index.find("*/alice") == (2,)
    assert index.find("tag:emea") == index.find(GUID) == index.find("partner:uk") == (0,)
    assert index.find("identity:old") == (1,)
    assert index.find("Adatum") == (2,)
    assert index.find("Contoso") == ()


@pytest.mark.parametrize(
    ("text", "glob", "is_like"),
    [("Fabrikam", "fab*", True), ("emea", "EMEA", True), ("x", "", False), ("", "", True)],
)
def test_a_glob_matches_the_whole_text_in_any_case(text: str, glob: str, is_like: bool) -> None:
    """The empty pattern matches only the empty text."""
    assert matches_glob(text, glob) is is_like
