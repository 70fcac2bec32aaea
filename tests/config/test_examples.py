"""Example files: they are valid, and contain every feature of this release."""

from datetime import date
from pathlib import Path

import pytest

from reconciler.config.load import load
from reconciler.config.model.document import (
    Attested,
    Defaults,
    Document,
    Hold,
    Override,
    TagDefaults,
    Tenant,
)
from reconciler.config.model.identities import (
    AzureCliSettings,
    ClientCertificateSettings,
    ClientSecretSettings,
)
from reconciler.config.model.partners import Becomes, Partner
from reconciler.config.model.schema_url import EDITOR_LINE
from reconciler.config.starter import starter
from reconciler.core.links import Action
from tests.config.conftest import TODAY, Loader

EXAMPLE = Path(__file__).parents[2] / "tenants.example.yaml"


def test_the_starter_is_valid_unchanged(loaded: Loader) -> None:
    """`init`, then `validate --without-secrets`: no errors, and a finding for each placeholder."""
    text = starter()
    config = loaded(text)
    assert len(config.wanted) == 2
    assert {finding.code for finding in config.findings} == {"placeholder"}
    marked = [number for number, line in enumerate(text.splitlines(), 1) if "# FILL IN" in line]
    found = [int(finding.message.split(":")[1]) for finding in config.findings]
    assert found == marked


def test_a_value_that_was_filled_in_is_no_placeholder(loaded: Loader) -> None:
    """The others are still listed, each with its location, its value and what to write."""
    text = starter().replace("1234567", "4936128").replace("22222222-2222", "2f0a1f6e-5b0c")
    found = {finding.message: finding for finding in loaded(text).findings}
    assert [message.partition(": ")[2] for message in found] == [
        "the client ID 11111111-1111-1111-1111-111111111111 is a placeholder",
        "the tenant northwind.example is a placeholder",
    ]
    assert [(one.tenant, one.identity) for one in found.values()] == [
        (None, "automation"),
        ("Northwind", None),
    ]
    assert loaded(text.replace("our-location", "uk")).findings == ()


def test_the_example_is_valid() -> None:
    """It shows each state, a hold and an attestation."""
    config = load(EXAMPLE, date(2026, 11, 23))
    settled = {link.settled.action for link in config.wanted if link.settled}
    assert settled == {Action.HELD, Action.ATTESTED}
    assert {str(link.state) for link in config.wanted} == {"linked", "absent", "unmanaged"}
    assert config.findings == ()


def test_the_example_holds_every_key() -> None:
    """It contains every key of the model."""
    text = EXAMPLE.read_text(encoding="utf-8")
    models = (
        Document,
        Defaults,
        TagDefaults,
        Tenant,
        Override,
        Hold,
        Attested,
        Partner,
        Becomes,
        ClientSecretSettings,
        ClientCertificateSettings,
        AzureCliSettings,
    )
    keys = {key for model in models for key in model.known_keys()}
    assert {key for key in keys if f"{key}:" not in text} == set()


@pytest.mark.parametrize("text", [EXAMPLE.read_text(encoding="utf-8"), starter()])
def test_the_first_line_names_the_schema_for_editors(text: str) -> None:
    """Editors load it from the site, so no local file is needed."""
    assert text.splitlines()[0] == EDITOR_LINE


def test_no_example_holds_a_secret() -> None:
    """References only."""
    for config in (load(EXAMPLE, TODAY),):
        refs = [ref for identity in config.identities.values() for ref in identity.secret_refs]
        assert {ref.source for ref in refs} == {"env", "file", "keyvault"}
