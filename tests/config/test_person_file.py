"""The tenants.yaml for one person: their links as the partner's file has them, and nothing else."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config.load import Config, load
from reconciler.config.writing.person_file import person_file
from reconciler.core.errors import BadFile
from reconciler.core.links import Wanted
from tests.config.conftest import TODAY

FILE = Path("tenants.yaml")
IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(10)]
HEAD = """version: 1
cloud: china
partners:
  uk: {id: "4936128", name: [Contoso UK, "Contoso: UK"]}
  old: {id: "1158331"}
identities:
  app: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: PAL_X}}
  "on": {kind: user, username: alice@contoso.example, expires_on: 2027-01-01}
defaults: {partner: uk, identities: ["on"]}
tenants:
"""


def loaded(text: str) -> Config:
    return load(FILE, TODAY, data=text.encode())


def facts_of(links: tuple[Wanted, ...]) -> list[tuple[object, ...]]:
    """Return what a plan needs of each link."""
    return [
        (w.place, w.state, w.partner_id, None if w.replaceable is None else set(w.replaceable))
        for w in links
    ]


def own(text: str) -> tuple[Config, tuple[Wanted, ...]]:
    config = loaded(text)
    return config, tuple(want for want in config.wanted if want.place.identity == "on")


def test_the_links_are_those_of_the_partners_file() -> None:
    """Place, state, partner ID, and the IDs that may be replaced are equal."""
    rows = (
        f"  - {{name: A, tenant: {IDS[1]}}}\n"
        f"  - {{name: B, tenant: b.example, partner: old, replaces: ['9999999']}}\n"
        f"  - {{name: C, tenant: {IDS[3]}, replaces: any}}\n"
        f"  - {{name: D, tenant: {IDS[4]}, state: absent}}\n"
        f"  - {{name: E, tenant: {IDS[5]}, object_ids: {{'on': {IDS[9]}}}}}\n"
        f"  - {{name: Other, tenant: {IDS[6]}, identities: [app]}}\n"
    )
    config, links = own(HEAD + rows)
    text = person_file(config, "on", links, TODAY)
    theirs = loaded(text)
    assert facts_of(theirs.wanted) == facts_of(links)
    assert theirs.cloud == "china"
    assert theirs.partner_names["4936128"] == config.partner_names["4936128"]
    assert list(theirs.identities) == ["on"]
    for other in ("Other", IDS[6], "app:", "PAL_X", "secret", "6f1c0a52"):
        assert other not in text


def test_only_the_partners_that_are_wanted_are_listed() -> None:
    """Our other IDs may be replaced, and are no partners of the file."""
    config, links = own(f"{HEAD}  - {{name: A, tenant: {IDS[1]}}}\n")
    theirs = loaded(person_file(config, "on", links, TODAY))
    assert dict(theirs.partners) == {"uk": "4936128"}


def test_a_file_without_partners_works() -> None:
    """Then every quoted ID of the file counts as ours."""
    head = (
        'version: 1\nidentities: {"on": {kind: user, username: a@contoso.example}}\n'
        'defaults: {partner: "4936128", identities: ["on"]}\ntenants:\n'
    )
    rows = (
        f"  - {{name: A, tenant: {IDS[1]}}}\n"
        f"  - {{name: B, tenant: {IDS[2]}, partner: '1158331'}}\n"
    )
    config, links = own(head + rows)
    assert facts_of(loaded(person_file(config, "on", links, TODAY)).wanted) == facts_of(links)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_any_name_that_the_file_allows_comes_back(name: str) -> None:
    """YAML's own characters in a name are quoted."""
    from reconciler.config.writing.yaml_editor import flow

    text = f"{HEAD}  - {{name: {flow(name)}, tenant: {IDS[1]}}}\n"
    try:
        config, links = own(text)
    except BadFile:
        return
    theirs = loaded(person_file(config, "on", links, TODAY))
    assert [want.place.tenant for want in theirs.wanted] == [name]
