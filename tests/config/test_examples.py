"""The files that we hand out are valid, and hold all that this release knows."""

from datetime import date
from pathlib import Path

from reconciler.config.load import load
from reconciler.config.model.document import (
    Attested,
    Becomes,
    Defaults,
    Document,
    Hold,
    Override,
    Partner,
    TagDefaults,
    Tenant,
)
from reconciler.config.model.identities import (
    AzureCliSettings,
    ClientCertificateSettings,
    ClientSecretSettings,
)
from reconciler.config.starter import STARTER
from reconciler.core.links import Action
from tests.config.conftest import TODAY, Loader

EXAMPLE = Path(__file__).parents[2] / "tenants.example.yaml"


def test_the_starter_is_valid_as_it_stands(loaded: Loader) -> None:
    """`init`, then `validate --without-secrets`: no complaint, and nothing to look at."""
    config = loaded(STARTER)
    assert len(config.wanted) == 2
    assert config.findings == ()


def test_the_example_is_valid() -> None:
    """It shows each state, a hold and an attestation."""
    config = load(EXAMPLE, date(2026, 11, 23))
    settled = {link.settled.action for link in config.wanted if link.settled}
    assert settled == {Action.HELD, Action.ATTESTED}
    assert {str(link.state) for link in config.wanted} == {"linked", "absent", "unmanaged"}
    assert config.findings == ()


def test_the_example_holds_every_key() -> None:
    """Whatever the model knows can be looked up there."""
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


def test_the_example_names_its_schema_and_how_to_write_it() -> None:
    """Editors read the first line, people the next."""
    first, second, third, *_ = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=tenants.schema.json"
    assert "schema" in second
    assert "pal-reconcile schema > tenants.schema.json" in third


def test_no_example_holds_a_secret() -> None:
    """References only."""
    for config in (load(EXAMPLE, TODAY),):
        refs = [ref for identity in config.identities.values() for ref in identity.secret_refs]
        assert {ref.source for ref in refs} == {"env", "file", "keyvault"}
