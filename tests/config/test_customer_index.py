"""Selectors under covers: are looked up in an index, so that large files stay affordable."""

import sys
from collections.abc import Callable
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.customer_index import CustomerIndex
from reconciler.core.errors import BadFile
from tests.config.conftest import Loader

NAMES = st.text("ABab*[]?-", min_size=1, max_size=4)
TAGS = st.lists(st.sampled_from(["x", "y"]), max_size=2)


@given(
    st.lists(st.tuples(NAMES, TAGS), max_size=6),
    st.lists(NAMES | st.sampled_from(["*", "tag:x", "tag:y"]), min_size=1, max_size=3),
    st.integers(0, 5),
)
def test_the_index_finds_what_a_search_finds(
    customers: list[tuple[str, list[str]]], selectors: list[str], home: int
) -> None:
    """An exact name wins over a glob, case is ignored by globs, and home is never served."""
    index = CustomerIndex(customers)

    def search(selector: str) -> set[int]:
        others = [(i, name, tags) for i, (name, tags) in enumerate(customers) if i != home]
        if selector.startswith("tag:"):
            return {i for i, _, tags in others if selector[4:] in tags}
        named = {i for i, name, _ in others if name == selector}
        glob = selector.casefold()
        return named or {i for i, name, _ in others if fnmatchcase(name.casefold(), glob)}

    found = [search(selector) for selector in selectors]
    assert index.served(home, selectors) == tuple(sorted(set().union(*found)))
    assert [index.means_any(home, one) for one in selectors] == [bool(one) for one in found]


HEAD = """version: 1
partners: {uk: {id: "4936128"}}
identities: {me: {kind: azure_cli}}
defaults: {partner: uk, identities: [me]}
tenants:
"""
SHAPES: dict[str, Callable[[int, int], str]] = {
    "each covers all": lambda i, n: ", covers: ['*'], identities: [me]",
    "one covers all": lambda i, n: ", covers: ['*']" if i == 0 else "",
    "names": lambda i, n: _covers(f"T{k}x" for k in range(1, n)) if i == 0 else "",
    "globs": lambda i, n: _covers(f"T{k}x*" for k in range(1, n)) if i == 0 else "",
    "tags": lambda i, n: _covers(f"tag:t{k}" for k in range(1, n)) if i == 0 else "",
    "chain": lambda i, n: f", covers: [T{(i + 1) % n}x], identities: [me]",
}


def _covers(selectors: object) -> str:
    return f", covers: {[*selectors]}"  # type: ignore[misc]


@pytest.mark.parametrize("shape", SHAPES)
def test_covers_cost_in_proportion_to_the_file(loaded: Loader, shape: str) -> None:
    """Four times the entries cost about four times the calls, not sixteen times."""

    def calls(size: int) -> int:
        rows = (
            f"  - {{name: T{i}x, tenant: t{i}.example.com, tags: [t{i}]{SHAPES[shape](i, size)}}}\n"
            for i in range(size)
        )
        text, count = HEAD + "".join(rows), 0

        def counted(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            loaded(text)
        except BadFile as error:
            raise AssertionError(error) from None
        finally:
            sys.setprofile(None)
        return count

    calls(10)
    assert calls(320) < 6 * calls(80)
