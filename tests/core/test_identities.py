"""An identity holds references and never a secret."""

from reconciler.core.identities import Identity, SecretRef
from reconciler.core.links import App, Place

REF = SecretRef("env", "PAL_SECRET", "tenants.yaml:9:13")


def test_a_reference_reads_as_the_file_writes_it() -> None:
    """Complaints and logs show the reference, which is no secret."""
    assert str(REF) == "{env: PAL_SECRET}"


def test_where_a_reference_stands_does_not_make_it_another() -> None:
    """Two entries that name one secret share it."""
    assert SecretRef("env", "PAL_SECRET", "other.yaml:1:1") == REF


def test_all_references_of_an_identity_are_known_together() -> None:
    """They are checked before the first sign-in."""
    identity = Identity("a", "client_certificate", certificate=REF, password=REF)
    assert identity.secret_refs == (REF, REF)
    assert Identity("cli", "azure_cli").secret_refs == ()


def test_an_own_app_fills_the_placeholders() -> None:
    """The key as it is, and as environments write it; everything else stays."""
    own = Identity(
        "own", "client_certificate", certificate=REF, password=SecretRef("file", "{key}")
    )
    place = Place("Litware", "l.example", "own", app=App("c", "lit-ware"))
    found = own.at(place)
    assert found.secret_refs == (REF, SecretRef("file", "lit-ware"))
    assert (found.client_id, found.label) == ("c", "own of Litware")
    assert own.at(Place("Litware", "l.example", "own")) is own
