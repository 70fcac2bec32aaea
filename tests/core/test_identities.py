"""An identity holds references to secrets, never a secret."""

import pickle
from datetime import date

import pytest

from reconciler.core.identities import (
    KINDS,
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedManagedIdentity,
    Identity,
    ManagedIdentity,
    SecretRef,
    TokenRef,
    User,
    WorkloadIdentity,
)
from reconciler.core.links import App, Place

REF = SecretRef("env", "PAL_SECRET", "tenants.yaml:9:13")


def test_a_reference_is_shown_as_written_in_the_file() -> None:
    """Errors and logs show the reference, which is not secret."""
    assert str(REF) == "{env: PAL_SECRET}"


def test_equal_references_are_equal_at_any_place_in_the_file() -> None:
    """Two entries that name one secret share it."""
    assert SecretRef("env", "PAL_SECRET", "other.yaml:1:1") == REF


def test_an_identity_lists_all_of_its_references() -> None:
    """They are checked before the first sign-in."""
    identity = ClientCertificate("a", certificate=REF, password=REF)
    assert identity.secret_refs == (REF, REF)
    assert identity.references == {"certificate": (REF,), "password": (REF,)}
    assert AzureCli("cli").secret_refs == ()


def test_an_own_app_fills_the_placeholders() -> None:
    """With the key as written and in the form of environment variables. Other text is unchanged."""
    own = ClientCertificate("own", certificate=REF, password=SecretRef("file", "{key}"))
    place = Place("Litware", "l.example", "own", app=App("c", "lit-ware"))
    found = own.at(place)
    assert found.secret_refs == (REF, SecretRef("file", "lit-ware"))
    assert (found.client_id, found.label) == ("c", "own of Litware")
    assert own.at(Place("Litware", "l.example", "own")) is own


EVERY_KIND = (
    ClientSecret("a", "c", secret=(REF, SecretRef("file", "/run/{key}"))),
    ClientCertificate("a", "c", certificate=REF, password=SecretRef("file", "/run/pw")),
    WorkloadIdentity("a", "c", token=TokenRef("github", "api://AzureADTokenExchange")),
    ManagedIdentity("a"),
    FederatedManagedIdentity("a", "c", managed_identity="m"),
    User("a", username="alice@contoso.example", unattended=True),
    AzureCli("a"),
)


def test_the_examples_are_of_every_kind() -> None:
    """Each value of `kind:` has one class."""
    assert {each.kind: type(each) for each in EVERY_KIND} == KINDS


@pytest.mark.parametrize("identity", EVERY_KIND, ids=lambda identity: identity.kind)
def test_an_identity_can_be_sent_to_workers(identity: Identity) -> None:
    """It survives pickle and keeps the places of its references for messages."""
    copy = pickle.loads(pickle.dumps(identity))
    assert copy == identity
    assert [ref.where for ref in copy.secret_refs] == [ref.where for ref in identity.secret_refs]


@pytest.mark.parametrize("identity", EVERY_KIND, ids=lambda identity: identity.kind)
def test_an_own_app_replaces_what_differs_by_customer(identity: Identity) -> None:
    """The kind, the name and the fields of the kind are kept."""
    place = Place("Litware", "l.example", "a", app=App("c2", "lit-ware", date(2027, 1, 1)))
    found = identity.at(place)
    assert type(found) is type(identity)
    assert (found.client_id, found.tenant, found.expires_on) == ("c2", "Litware", date(2027, 1, 1))
    assert found.references.keys() == identity.references.keys()
    assert found.username == identity.username
    assert "{key}" not in str(found)


def test_only_a_user_without_unattended_needs_a_person() -> None:
    """An app and the Azure CLI can sign in without a person."""
    assert [each.kind for each in EVERY_KIND if each.needs_person] == []
    assert User("a", username="alice@contoso.example").needs_person
    assert {each.kind for each in EVERY_KIND if each.is_person} == {"user", "azure_cli"}
