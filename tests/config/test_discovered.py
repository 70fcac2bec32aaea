"""Discovered tenants as a new file, or added to an existing one."""

from pathlib import Path

import pytest

from reconciler.config.load import Config, load
from reconciler.config.writing.existing_file import WITHOUT_A_FILE, ExistingFile, read, with_tenants
from reconciler.config.writing.file_from_discovery import discovered_file
from reconciler.config.writing.labels import clean_name
from reconciler.core.customers.discovery import DiscoveredTenant
from reconciler.core.errors import RunFailed
from reconciler.core.links import Observed, ObservedState, Problem
from tests.config.conftest import SOUND, TODAY

UK, OLD, FOREIGN = "4936128", "1158331", "9999999"
IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(10)]
REFUSED = Problem("app_not_in_tenant", "AADSTS700016: no\n- such: app\x1b[31m", "add it")

FILE = Path("tenants.yaml")


def linked(partner_id: str | None, name: str | None = None) -> Observed:
    state = ObservedState.LINKED if partner_id else ObservedState.NOT_LINKED
    return Observed(state, "tid", "oid", partner_id, name)


def tenant(
    number: int, *links: tuple[str, Observed], name: str = "", **more: object
) -> DiscoveredTenant:
    return DiscoveredTenant(name or f"C{number}", IDS[number], links=links, **more)  # type: ignore[arg-type]


def source(text: str) -> ExistingFile:
    return read(FILE, TODAY, text.encode())


def loaded(folder: Path, text: str) -> Config:
    (folder / "out.yaml").write_text(text, encoding="utf-8")
    return load(folder / "out.yaml", TODAY)


def said(config: Config) -> list[tuple[str, str, str, str | None]]:
    return [(w.place.tenant, w.place.identity, w.state.value, w.partner_id) for w in config.wanted]


def test_a_new_file_describes_the_observed_links(folder: Path) -> None:
    """The most common ID and the identities are defaults; a link without an ID is unmanaged."""
    found = [
        tenant(1, ("me", linked(UK, "Contoso Consulting UK"))),
        tenant(2, ("me", linked(UK, "Contoso Consulting UK"))),
        tenant(3, ("me", linked(OLD)), tags=("emea",)),
        tenant(4, ("me", linked(None))),
        tenant(5, unread=(("me", REFUSED),)),
    ]
    text = discovered_file(
        source("version: 1\ncloud: usgov\nidentities: {me: {kind: azure_cli}}\n"),
        ["me"],
        found,
        Path("out.yaml"),
        TODAY,
    )
    assert said(loaded(folder, text)) == [
        ("C1", "me", "linked", UK),
        ("C2", "me", "linked", UK),
        ("C3", "me", "linked", OLD),
        ("C4", "me", "unmanaged", None),
    ]
    assert "cloud: usgov\n" in text
    assert "  contoso-consulting-uk:\n    id: '4936128'\n    name: Contoso Consulting UK\n" in text
    assert "  partner-1158331:\n    id: '1158331'\n" in text
    assert f"  - name: C1\n    tenant: {IDS[1]}\n  - name: C2\n" in text
    assert "    partner: partner-1158331\n    tags: [emea]\n" in text
    assert "    state: unmanaged  # not linked\n" in text
    assert (
        "  # not read as me: app_not_in_tenant: AADSTS700016: no\\n- such: app\\x1b[31m\n"
        f"  # - name: C5\n  #   tenant: {IDS[5]}\n" in text
    )


def test_partners_that_are_listed_stay_the_only_ones(folder: Path) -> None:
    """A link to an ID that the file does not list is unmanaged."""
    found = [
        tenant(1, ("alice", linked(FOREIGN, "Somebody Else"))),
        tenant(2, ("alice", linked(UK))),
    ]
    text = discovered_file(source(SOUND), ["alice"], found, Path("out.yaml"), TODAY)
    config = loaded(folder, text)
    assert said(config) == [("C1", "alice", "unmanaged", None), ("C2", "alice", "linked", UK)]
    assert config.partners == {"contoso-uk": UK, "contoso-old": OLD}
    assert config.partner_names == {UK: ("Contoso Consulting UK",)}
    assert "# linked to 9999999 (Somebody Else), which is not in the partners: list" in text
    assert list(config.identities) == ["alice"]


def test_several_identities_of_a_tenant_are_one_entry(folder: Path) -> None:
    """An identity that differs is a mapping with its own values."""
    found = [
        tenant(1, ("automation", linked(UK)), ("alice", linked(UK))),
        tenant(2, ("automation", linked(UK)), ("alice", linked(OLD))),
        tenant(3, ("automation", linked(None)), ("alice", linked(UK))),
        tenant(4, ("automation", linked(UK)), unread=(("alice", REFUSED),)),
    ]
    names = ["automation", "alice"]
    text = discovered_file(source(SOUND), names, found, Path("out.yaml"), TODAY)
    assert said(loaded(folder, text)) == [
        ("C1", "automation", "linked", UK),
        ("C1", "alice", "linked", UK),
        ("C2", "automation", "linked", UK),
        ("C2", "alice", "linked", OLD),
        ("C3", "automation", "unmanaged", None),
        ("C3", "alice", "linked", UK),
        ("C4", "automation", "linked", UK),
    ]
    assert "    identities: [automation]  # not read as alice: app_not_in_tenant" in text


def test_paths_in_references_still_point_to_the_same_files(folder: Path) -> None:
    """A relative path is rewritten for a file in another folder."""
    text = (
        "version: 1\nidentities:\n"
        f"  a: {{kind: client_secret, client_id: {IDS[1]}, secret: {{file: key}}, "
        "expires_on: 2027-01-01}\n"
        f"  b: {{kind: client_secret, client_id: {IDS[2]}, secret: {{env: KEY}}}}\n"
        f"  c: {{kind: client_secret, client_id: {IDS[3]}, "
        "secret: [{file: old}, {env: KEY}]}\n"
    )
    (folder / "sub").mkdir()
    names = ["a", "b", "c"]
    found = [tenant(1, *((name, linked(UK)) for name in names))]
    out = Path("sub/out.yaml")
    out.write_text(discovered_file(source(text), names, found, out, TODAY))
    identities = load(out, TODAY).identities
    assert identities["b"] == source(text).config.identities["b"]
    (ref,) = identities["a"].secret_refs
    assert Path(ref.name).resolve() == folder.resolve() / "key"
    old, _ = identities["c"].secret_refs
    assert Path(old.name).resolve() == folder.resolve() / "old"
    assert str(identities["a"].expires_on) == "2027-01-01"


@pytest.mark.parametrize(
    "name",
    [
        "yes",
        "0123",
        "a: b",
        "- a",
        "#x",
        "'",
        '"',
        "{a}",
        "Ünï 🚀",
        "C, Ltd",
        "*a",
        "a\\nb",
        "\u202e",
    ],
)
def test_any_name_can_be_read_back(folder: Path, name: str) -> None:
    """Names and partner names are untrusted text."""
    label = clean_name(name)
    found = [tenant(1, ("azure-cli", linked(UK, name)), name=label, tags=(label,))]
    cli = read(FILE, TODAY, WITHOUT_A_FILE)
    (want,) = loaded(
        folder, discovered_file(cli, ["azure-cli"], found, Path("out.yaml"), TODAY)
    ).wanted
    assert (want.place.tenant, want.tags, want.partner_id) == (label, (label,), UK)


FORMS = [
    SOUND,
    SOUND + "    # of Northwind\n  # - name: gone\n\n# the end\nlimits: {remove_count: 3}\n",
    SOUND.replace("\n", "\r\n"),
    "\ufeff" + SOUND,
    SOUND.rstrip("\n"),
    SOUND.split("tenants:")[0],
    SOUND.split("tenants:")[0] + "tenants:  # none yet\n",
    SOUND.split("tenants:")[0] + "tenants: []\n# end\n",
    SOUND.split("tenants:")[0] + "tenants: [{name: A, tenant: a.example}, ]  # one\n",
    SOUND.split("tenants:")[0] + "tenants:\n- {name: A, tenant: a.example}\n# end\n",
]


@pytest.mark.parametrize("text", FORMS)
def test_additions_change_no_other_byte(text: str) -> None:
    """Without the new text, the file is the old one, whatever its form."""
    before = source(text)
    found = [
        tenant(1, ("automation", linked(UK))),
        tenant(2, ("automation", linked(FOREIGN, "Someone"))),
        tenant(3, unread=(("automation", REFUSED),)),
        tenant(4, ("alice", linked(OLD)), tags=("emea",)),
    ]
    after = with_tenants(before, found, TODAY)
    old = text.encode()
    pairs = enumerate(zip(old, after, strict=False))
    start = next((n for n, (a, b) in pairs if a != b), len(old))
    assert len(after) > len(old)
    assert after[:start] + after[start + len(after) - len(old) :] == old
    changed = read(FILE, TODAY, after).config
    new = [line for line in said(changed) if line not in said(before.config)]
    assert new == [
        ("C1", "automation", "linked", UK),
        ("C2", "automation", "unmanaged", None),
        ("C4", "alice", "linked", OLD),
    ]


def test_a_link_to_an_id_that_became_another_is_added() -> None:
    """It is listed with the alias of its ID, and wanted with the other ID."""
    becomes = f'old: {{id: "{OLD}", becomes: {{partner: uk, from: 2026-01-01}}}}'
    text = f'version: 1\npartners: {{uk: {{id: "{UK}"}}, {becomes}}}\n'
    before = source(f"{text}identities: {{me: {{kind: azure_cli}}}}\n")
    after = with_tenants(before, [tenant(1, ("me", linked(OLD)))], TODAY)
    assert "partner: old" in after.decode()
    assert said(read(FILE, TODAY, after).config) == [("C1", "me", "linked", UK)]


def test_a_comment_about_an_unread_tenant_is_not_repeated() -> None:
    """A second discovery of a tenant that still cannot be read adds nothing."""
    found = [tenant(3, unread=(("automation", REFUSED),)), tenant(1, ("automation", linked(UK)))]
    once = with_tenants(source(SOUND), found, TODAY)
    assert once.count(IDS[3].encode()) == 1
    again = with_tenants(read(FILE, TODAY, once), found[:1], TODAY)
    assert again == once


def test_a_file_that_does_not_allow_additions_is_not_changed() -> None:
    """The message says why, and what to do instead."""
    text = "{version: 1, identities: {me: {kind: azure_cli}}}\n"
    with pytest.raises(RunFailed, match=r"was not changed.*--out"):
        with_tenants(source(text), [tenant(1, ("me", linked(UK)))], TODAY)
