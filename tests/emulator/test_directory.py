"""The directory: tenants, apps and object IDs."""

import pytest

from reconciler.emulator.state.directory import Client, Directory, Tenant
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND


def test_without_a_seed_every_guid_and_domain_is_a_tenant() -> None:
    """A GUID is its own tenant ID; a domain always has the same one."""
    directory = Directory()
    tenant = directory.tenant("Fabrikam.onmicrosoft.com")
    assert directory.tenant(FABRIKAM.upper()) == Tenant(FABRIKAM)
    assert tenant == directory.tenant("fabrikam.ONMICROSOFT.com")
    assert tenant != directory.tenant("northwind.onmicrosoft.com")


@pytest.mark.parametrize("name", ["", "fabrikam", "common", "-.com", "a b.com", f"{FABRIKAM}0"])
def test_another_word_is_no_tenant(name: str) -> None:
    """A single word or an incomplete domain names no tenant."""
    assert Directory().tenant(name) is None


def test_with_a_seed_only_its_tenants_exist() -> None:
    """A listed tenant is found by its GUID and each domain, in any case; others do not exist."""
    fabrikam = Tenant(FABRIKAM, "Fabrikam", ("fabrikam.com", "fabrikam.onmicrosoft.com"))
    directory = Directory([fabrikam])
    assert directory.tenant("FABRIKAM.com") == fabrikam
    assert directory.tenant(FABRIKAM) == fabrikam
    assert directory.tenant(NORTHWIND) is None


def test_a_client_may_be_missing_in_a_tenant() -> None:
    """An app is in the listed tenants, or in all but those where it is absent."""
    here = Client(APP, tenants=frozenset({FABRIKAM}))
    assert here.is_in(FABRIKAM)
    assert not here.is_in(NORTHWIND)
    assert not Client(APP, absent_from=frozenset({FABRIKAM})).is_in(FABRIKAM)


def test_an_object_id_is_seeded_or_derived() -> None:
    """One client has another object ID in each tenant, and always the same one there."""
    directory = Directory(clients=[Client(APP, object_ids={FABRIKAM: "object"})])
    assert directory.object_id(FABRIKAM, APP) == "object"
    derived = directory.object_id(NORTHWIND, APP)
    assert derived == Directory().object_id(NORTHWIND, APP.upper())
    assert derived != Directory().object_id(FABRIKAM, APP)
    assert directory.client(NORTHWIND) is None


def test_a_secret_is_not_shown() -> None:
    """The representation of a client does not contain its secret."""
    assert "hunter2" not in repr(Client(APP, secret="hunter2"))
