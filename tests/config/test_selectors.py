"""Selection by --only and --exclude: union, difference, and selectors without a match."""

import pytest

from reconciler.config.load import Config
from reconciler.config.selectors import select
from reconciler.core.errors import WrongUsage
from tests.config.conftest import SOUND, Loader

MORE = """\
  - {name: "North*", tenant: a.example, partner: contoso-old, tags: [apac]}
  - {name: Contoso Hotels, tenant: b.example, state: absent, identities: [automation, alice]}
  - {name: "tag:odd", tenant: c.example, partner: contoso-old, identities: [alice]}
"""


@pytest.fixture
def config(loaded: Loader) -> Config:
    return loaded(SOUND + MORE)


def names(config: Config, only: list[str], exclude: list[str]) -> list[str]:
    chosen = select(config, only, exclude)
    return [f"{link.place.tenant}/{link.place.identity[0]}" for link in chosen]


ALL = ["Fabrikam/a", "Northwind/a", "North*/a", "Contoso Hotels/a", "Contoso Hotels/a", "tag:odd/a"]

MEANT = {
    "Fabrikam": ["Fabrikam/a"],
    "fabrikam": ["Fabrikam/a"],
    "*wind": ["Northwind/a"],
    "N*": ["Northwind/a", "North*/a"],
    "North*": ["North*/a"],
    "north*": ["Northwind/a", "North*/a"],
    "2f0a1f6e-5B0C-4d3e-9c57-0d8f4a3c1b11": ["Fabrikam/a"],
    "Northwind.onmicrosoft.com": ["Northwind/a"],
    "tag:emea": ["Northwind/a"],
    "tag:odd": ["tag:odd/a"],
    "identity:alice": ["Contoso Hotels/a", "tag:odd/a"],
    "partner:contoso-old": ["North*/a", "tag:odd/a"],
    "partner:4936128": ["Fabrikam/a", "Northwind/a"],
}


@pytest.mark.parametrize(("selector", "meant"), list(MEANT.items()))
def test_a_selector_means(config: Config, selector: str, meant: list[str]) -> None:
    """A name (exactly so before as a glob), a GUID, a domain, a tag, an identity, a partner."""
    assert names(config, [selector], []) == meant


def test_without_selectors_every_link_is_selected(config: Config) -> None:
    """In the order of the file."""
    assert select(config, [], []) == config.wanted
    assert names(config, [], []) == ALL


def test_a_selection_is_a_union_minus_a_union_in_file_order(config: Config) -> None:
    """The order and the number of the selectors do not matter."""
    assert names(config, ["Northwind", "Fabrikam", "tag:emea"], []) == ALL[:2]
    assert names(config, [], ["N*", "identity:alice"]) == ["Fabrikam/a", "Contoso Hotels/a"]
    assert names(config, ["N*"], ["tag:apac"]) == ["Northwind/a"]


def test_partner_selects_by_the_wanted_partner(config: Config) -> None:
    """A link that should be absent wants no ID, so no partner selects it."""
    assert "Contoso Hotels/a" not in names(config, ["partner:contoso-uk"], [])


FORMS = "use a tenant's name or glob, its GUID or domain, tag:X, identity:X or partner:X"
MISSED = {
    "Fabricam": "did you mean Fabrikam?",
    "tag:emae": "did you mean tag:emea?",
    "identity:bob": FORMS,
    "partner:contoso-odl": "did you mean partner:contoso-old?",
    "tga:emea": FORMS,
    "b.exmaple": "did you mean b.example?",
    "": FORMS,
}


@pytest.mark.parametrize(("selector", "hint"), list(MISSED.items()))
@pytest.mark.parametrize("option", ["--only", "--exclude"])
def test_a_selector_that_matches_nothing_is_wrong_usage(
    config: Config, option: str, selector: str, hint: str
) -> None:
    """The message names the option. A typo must not make a run do nothing, or everything."""
    only, exclude = ([selector], []) if option == "--only" else ([], [selector])
    with pytest.raises(WrongUsage) as caught:
        select(config, only, exclude)
    assert str(caught.value) == f'{option}: "{selector}" matches no link in tenants.yaml; {hint}'


def test_all_selectors_without_a_match_are_reported_at_once(config: Config) -> None:
    """One line each."""
    with pytest.raises(WrongUsage) as caught:
        select(config, ["x1", "Fabrikam"], ["x2", "x\x1b3"])
    assert [line.split(" matches")[0] for line in str(caught.value).splitlines()] == [
        '--only: "x1"',
        '--exclude: "x2"',
        '--exclude: "x<U+001B>3"',
    ]


def test_an_exclusion_of_everything_is_wrong_usage(config: Config) -> None:
    """A run over nothing would look like success."""
    with pytest.raises(WrongUsage) as caught:
        select(config, ["Fabrikam"], ["Fabrikam"])
    assert str(caught.value) == "--exclude: excludes every selected link; exclude less"
