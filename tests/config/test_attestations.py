"""Attestations that need a list of identities of the tenant's own."""

from datetime import date
from pathlib import Path

import pytest

from reconciler.config.load import load
from reconciler.config.writing.attestations import attest
from reconciler.core.customers.attestable import Attestable
from reconciler.core.links import Action, Place
from tests.config.conftest import TODAY

FILE = """version: 1
partners: {{uk: {{id: "4936128"}}}}
identities:
  app: {{kind: azure_cli}}
  alice: {{kind: user, username: alice@contoso.com}}
defaults: {{partner: uk, identities: [{{identity: app, {settings}}}, alice]}}
tenants:
  - {{name: Fabrikam, tenant: fabrikam.com}}
"""


SEEN = Attestable(Place("Fabrikam", "fabrikam.com", "alice"), "4936128", date(2026, 11, 20))


@pytest.mark.parametrize("key", ["from: 2026-01-01", "until: 2027-12-31"])
def test_a_link_with_a_first_or_last_day_is_not_attested(tmp_path: Path, key: str) -> None:
    """No file may have both, so the file is left as it is."""
    path = tmp_path / "tenants.yaml"
    text = FILE.format(settings="partner: uk").replace("fabrikam.com}", f"fabrikam.com, {key}}}")
    path.write_text(text)
    rewrites, (left_out,) = attest(path, TODAY, [(SEEN, "Alice")], None)
    assert rewrites == []
    assert left_out.why.startswith("its from: or until: and attested: contradict each other")


@pytest.mark.parametrize(
    "settings",
    [
        "partner: uk",
        "state: unmanaged",
        "hold: {until: 2027-01-01, reason: 'yes'}",
        "from: 2026-01-01, until: 2027-12-31",
        "object_id: 2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11",
    ],
)
def test_the_settings_of_other_default_identities_stay(tmp_path: Path, settings: str) -> None:
    """The tenant gets the default identities as its own list, each as it was written."""
    path = tmp_path / "tenants.yaml"
    path.write_text(FILE.format(settings=settings))
    before = load(path, TODAY).wanted
    (rewrite,), left_out = attest(path, TODAY, [(SEEN, "Alice")], None)
    assert left_out == []
    assert f"identities: [{{identity: app, {settings}}}, {{identity: alice, attested: " in (
        rewrite.after.decode()
    )
    path.write_bytes(rewrite.after)
    app, alice = load(path, TODAY).wanted
    assert app == before[0]
    assert alice.settled
    assert alice.settled.action is Action.ATTESTED
