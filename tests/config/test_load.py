"""A valid file becomes a Config with the values of the file."""

import hashlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.config.load import load
from reconciler.config.notification_settings import read_notification_targets
from reconciler.core.guards.attended import GuardLimits
from reconciler.core.identities import AzureCli, ClientCertificate, ClientSecret, SecretRef
from reconciler.core.links import Place, Wanted, WantedState
from tests.config.conftest import SOUND, TODAY, Loader

OURS = frozenset({"4936128", "1158331"})


def test_a_valid_file_gives_its_links_in_file_order(loaded: Loader) -> None:
    """Defaults are filled in, and GUIDs and domains are in lower case."""
    assert loaded(SOUND).wanted == (
        Wanted(
            Place("Fabrikam", "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11", "automation"),
            WantedState.LINKED,
            "4936128",
            OURS,
        ),
        Wanted(
            Place("Northwind", "northwind.onmicrosoft.com", "automation"),
            WantedState.LINKED,
            "4936128",
            OURS,
            tags=("emea", "powerapps"),
        ),
    )


def test_identities_have_references(loaded: Loader) -> None:
    """A reference keeps its location in the file, for errors about it."""
    config = loaded(SOUND)
    secret = SecretRef("env", "PAL_AUTOMATION_SECRET")
    client_id = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
    assert config.identities == {
        "automation": ClientSecret("automation", client_id, secret=(secret,)),
        "alice": AzureCli("alice"),
    }
    (found,) = config.identities["automation"].secret_refs
    assert found.where == "tenants.yaml:10:5"


def test_a_secret_file_is_relative_to_the_file_that_names_it(folder: Path) -> None:
    """The path of a secret does not depend on the current folder."""
    (folder / "conf").mkdir()
    text = SOUND.replace(
        "  alice: {kind: azure_cli}",
        "  alice: {kind: client_certificate, client_id: 11111111-1111-1111-1111-111111111111,\n"
        "    certificate: {file: keys/a.pfx}, password: {file: /run/pw}, expires_on: 2030-01-01}",
    )
    (folder / "conf" / "tenants.yaml").write_text(text)
    alice = load(Path("conf/tenants.yaml"), TODAY).identities["alice"]
    assert isinstance(alice, ClientCertificate)
    assert alice.certificate == SecretRef("file", str(folder / "conf" / "keys" / "a.pfx"))
    assert alice.password == SecretRef("file", "/run/pw")
    assert str(alice.expires_on) == "2030-01-01"


def test_a_certificate_needs_no_password(loaded: Loader) -> None:
    """The private key may have no password."""
    text = SOUND.replace("client_secret", "client_certificate").replace("secret:", "certificate:")
    (ref,) = loaded(text).identities["automation"].secret_refs
    assert ref.where == "tenants.yaml:10:5"


def test_partners_and_their_names_are_given_by_alias_and_by_id(loaded: Loader) -> None:
    """A partner may have several accepted names; one without a name is not checked."""
    config = loaded(SOUND.replace("name: Contoso Consulting UK", "name: [One, Two]"))
    assert config.partners == {"contoso-uk": "4936128", "contoso-old": "1158331"}
    assert config.partner_names == {"4936128": ("One", "Two")}


def test_two_aliases_of_one_id_accept_the_names_of_both(loaded: Loader) -> None:
    """Both may be in the file while an alias is being renamed."""
    text = SOUND.replace('"1158331"', '"4936128", name: Other')
    assert loaded(text).partner_names == {"4936128": ("Contoso Consulting UK", "Other")}


def test_a_file_without_an_include_has_the_digest_of_its_bytes(loaded: Loader) -> None:
    """It equals the output of `sha256sum tenants.yaml`."""
    assert loaded(SOUND).digest == f"sha256:{hashlib.sha256(SOUND.encode()).hexdigest()}"


def test_the_path_stays_as_it_was_given(loaded: Loader) -> None:
    """Other modules print it, and find the real one themselves."""
    assert loaded(SOUND).path == Path("tenants.yaml")


def test_a_file_without_limits_has_the_usual_ones(loaded: Loader) -> None:
    """The model's defaults are those of the core."""
    assert loaded(SOUND).limits == GuardLimits()


def test_limits_are_read_as_shares_counts_and_lengths_of_time(loaded: Loader) -> None:
    """Percentages may be quoted or not, and have decimals."""
    config = loaded(
        SOUND + "limits: {change_share: 12.5%, remove_count: 0, remove_share: '100%', incomplete: "
        "0%, new_partner_id: 7, change_count: 3, plan_age: 90m, attested_age: 30d}\n"
    )
    assert config.limits == GuardLimits(
        0.125, 0, 1.0, 0.0, 7, 3, timedelta(minutes=90), timedelta(days=30)
    )


@pytest.mark.parametrize("cloud", ["public", "usgov", "china"])
def test_a_file_is_of_one_cloud(loaded: Loader, cloud: str) -> None:
    """Three clouds are supported."""
    assert loaded(SOUND.replace("cloud: public", f"cloud: {cloud}")).cloud == cloud


def test_the_cloud_is_public_unless_it_is_named(loaded: Loader) -> None:
    """Most files do not name it."""
    assert loaded(SOUND.replace("cloud: public\n", "")).cloud == "public"


def test_keys_are_taken_as_written(loaded: Loader) -> None:
    """YAML 1.1 would read the keys `on`, `no` and 365 as true, false and a number."""
    text = SOUND.replace("alice:", "no:").replace("contoso-old", "on")
    config = loaded(text + "    attested: {partner: 'on', by: Ann, on: 2026-11-01}\n")
    assert list(config.identities) == ["automation", "no"]
    assert config.partners["on"] == "1158331"


def test_anchors_and_aliases_are_fine(loaded: Loader) -> None:
    """A list may be written once and used twice."""
    text = SOUND.replace("[emea, powerapps]", "&both [emea, powerapps]")
    extra = "  - {name: Tailspin, tenant: tailspin.example, tags: *both}\n"
    assert [link.tags for link in loaded(text + extra).wanted][1:] == [("emea", "powerapps")] * 2


def test_a_scalar_may_be_anchored_and_used_as_key_or_value(loaded: Loader) -> None:
    """An alias is replaced by its anchor as a key and as a value."""
    text = SOUND.replace("identities: [automation]", "identities: [&a automation]")
    pin = "    object_ids: {*a : 11111111-1111-1111-1111-111111111111}\n"
    assert loaded(text + pin).wanted[1].place.object_id == "11111111-1111-1111-1111-111111111111"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(loaded: Loader) -> None:
    """Editors on Windows write both of them."""
    assert len(loaded("\ufeff" + SOUND.replace("\n", "\r\n")).wanted) == 2


def test_an_explicit_string_tag_is_text(loaded: Loader) -> None:
    """`!!str 365` equals a value in quotes."""
    assert (
        loaded(SOUND.replace("name: Northwind", "name: !!str 365")).wanted[1].place.tenant == "365"
    )


def test_names_in_any_script_are_fine(loaded: Loader) -> None:
    """Joiners and emoji are allowed; characters that hide or move text are not."""
    name = "\u0634\u0631\u200c\u06a9\u062a 株式会社 \u2764\ufe0f"
    assert loaded(SOUND.replace("Northwind\n", name + "\n")).wanted[1].place.tenant == name


def test_loading_needs_neither_requests_nor_azure() -> None:
    """`validate` is offline and fast."""
    code = (
        "import sys, reconciler.config.load, reconciler.config.selectors\n"
        "print([name for name in ('requests', 'azure', 'msal') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "keys",
    ["", "id: contoso\n", "history: {url: {file: db-url}, name: uk}\n", "id: c\nhistory: sqlite\n"],
)
def test_notifications_use_the_history_of_the_file(loaded: Loader, keys: str) -> None:
    """Loading and the tolerant reading of notification settings agree, also about its location."""
    source = loaded(SOUND + keys).history
    found = read_notification_targets(Path("tenants.yaml")).history
    assert found == source
    if source.url and found.url:
        assert found.url.where == source.url.where == "tenants.yaml:19:11"
