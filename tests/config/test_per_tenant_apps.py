"""Customers' own apps: client IDs, keys and placeholders."""

from datetime import date

import pytest

from reconciler.config.model.document import Tenant
from reconciler.config.per_tenant_apps import key_of
from reconciler.core.identities import SecretRef
from reconciler.core.links import App
from tests.config.conftest import SOUND, Complainer, Loader

A, B = "aaaaaaaa-8a86-4b6f-9b43-0f4c5f4f7a11", "bbbbbbbb-8a86-4b6f-9b43-0f4c5f4f7a11"
OWN = "  own: {kind: client_secret, client_id: per_tenant, secret: {env: 'PAL_SECRET_{KEY}'}}\n"
FILE = SOUND.replace("  alice:", f"{OWN}  alice:")
ENTRY = "  - {name: %s, tenant: %s.example, identities: [own], client_id: %s}\n"


def test_each_customer_signs_in_by_its_own_app(loaded: Loader) -> None:
    """With its client ID, its key in the reference, and its own expires_on."""
    config = loaded(
        FILE + ENTRY % ("Litware Ltd", "litware", A) + "  - {name: Adatum, tenant: adatum.example, "
        f"key: x-1, client_id: {B}, expires_on: 2027-03-01, identities: [own, automation]}}\n"
    )
    litware, adatum, shared = config.wanted[2:]
    assert litware.place.app == App(A, "litware-ltd")
    assert adatum.place.app == App(B, "x-1", date(2027, 3, 1))
    assert shared.place.app is None
    own = config.identities["own"]
    assert own.client_id is None
    assert own.at(litware.place).client_id == A
    assert own.at(litware.place).secret_refs == (SecretRef("env", "PAL_SECRET_LITWARE_LTD"),)
    assert own.at(adatum.place).secret_refs == (SecretRef("env", "PAL_SECRET_X_1"),)
    assert own.at(adatum.place).expires_on == date(2027, 3, 1)


def test_every_kind_of_reference_takes_placeholders(loaded: Loader) -> None:
    """In a vault's URL, a path, and the arguments of a program, but not in its name."""
    places = {
        "{keyvault: 'https://v.vault.azure.net/secrets/pal-{key}'}": "pal-litware",
        "{file: '/run/{key}/{KEY}.pem'}": "/run/litware/LITWARE.pem",
        "{command: [pass, 'pal/{key}']}": "pass",
    }
    for reference, expected in places.items():
        text = FILE.replace("{env: 'PAL_SECRET_{KEY}'}", reference)
        config = loaded(text + ENTRY % ("Litware", "litware", A))
        (secret,) = config.identities["own"].at(config.wanted[-1].place).secret_refs
        assert secret.name.endswith(expected)
        assert not secret.is_command or secret.arguments == ("pal/litware",)


def test_braces_in_a_path_are_literal_for_one_app(loaded: Loader) -> None:
    """A file name may contain braces if the identity is one app for all tenants."""
    config = loaded(SOUND.replace("{env: PAL_AUTOMATION_SECRET}", "{file: '/run/{key}'}"))
    (secret,) = config.identities["automation"].secret_refs
    assert secret.name == "/run/{key}"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Litware Ltd", "litware-ltd"),
        ("  --Müller & Söhne (GmbH)", "muller-sohne-gmbh"),
        ("Straße 7", "strasse-7"),
        ("日本", ""),
        ("x" * 80, "x" * 63),
    ],
)
def test_a_key_is_made_from_the_name(name: str, key: str) -> None:
    """Letters without their accents, digits, and one dash for all between them."""
    assert key_of(Tenant.model_construct(name=name, tenant="a.example")) == key


def test_equal_keys_are_allowed_if_no_key_is_used(loaded: Loader) -> None:
    """A file without own apps has no keys."""
    more = "  - {name: 'A, B', tenant: a.example}\n  - {name: A B, tenant: b.example}\n"
    assert len(loaded(SOUND + more).wanted) == 4


def test_an_expiring_credential_of_an_own_app_is_a_finding_of_its_tenant(loaded: Loader) -> None:
    """The finding names this tenant only."""
    text = FILE + (ENTRY % ("Litware", "litware", A)).replace("}\n", ", expires_on: 2026-12-01}\n")
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant) == ("credential_expiring", "Litware")
    assert finding.message == "the credential of Litware's own app expires on 2026-12-01"


BAD = {
    "an own app without a client ID": (
        FILE + "  - {name: Litware, tenant: l.example, identities: [own]}\n",
        '20:53: identity "own" signs in to "Litware" by the customer\'s own app; '
        "add its client_id: there",
    ),
    "a client ID of no use": (
        FILE + f"  - {{name: L, tenant: l.example, client_id: {A}}}\n",
        "20:34: client_id is used only with an identity that has client_id: per_tenant, and "
        '"L" has none; list one, or remove client_id',
    ),
    "an end of no use": (
        FILE + "    expires_on: 2027-01-01\n",
        "20:5: expires_on is used only with an identity that has client_id: per_tenant, and "
        '"Northwind" has none; list one, or remove expires_on',
    ),
    "two customers with one key": (
        FILE + ENTRY % ("Lit Ware", "l", A) + ENTRY % ("'Lit, Ware'", "m", B),
        '21:6: key "lit-ware" is also the key of "Lit Ware" (tenants.yaml:20:6), and both would '
        'use the same secrets; give "Lit, Ware" another key:',
    ),
    "two customers with one key that is written": (
        SOUND + "    key: a\n  - {name: L, tenant: l.example, key: a}\n",
        '20:34: key "a" is also the key of "Northwind" (tenants.yaml:19:5), and both would '
        'use the same secrets; give "L" another key:',
    ),
    "a placeholder without a key": (
        FILE + ENTRY % ("日本", "l", A),
        '20:6: no key can be made from the name "日本"; add key: to it',
    ),
    "a placeholder for nobody": (
        SOUND.replace("PAL_AUTOMATION_SECRET", "'PAL_{KEY}'"),
        "10:5: {KEY} stands for a tenant's key, but this identity is one app for all of them; "
        "write client_id: per_tenant, or remove the placeholder",
    ),
    "another placeholder": (
        FILE.replace("{env: 'PAL_SECRET_{KEY}'}", "{file: '{tenant}'}") + ENTRY % ("L", "l", A),
        '11:53: "{tenant}" is not a placeholder; use {key} or {KEY}',
    ),
    "a placeholder in lower case in a variable": (
        FILE.replace("{KEY}", "{key}") + ENTRY % ("L", "l", A),
        "11:62: env allows {KEY} as its only placeholder; never write the secret",
    ),
    "a placeholder in upper case in a vault": (
        FILE.replace("{env: 'PAL_SECRET_{KEY}'}", "{keyvault: 'https://v.x/secrets/{KEY}'}")
        + ENTRY % ("L", "l", A),
        "11:62: keyvault allows {key} as its only placeholder; never write the secret",
    ),
    "a key that is none": (
        SOUND + "    key: Contoso_UK\n",
        '19:5: key "Contoso_UK" is not a key; use lower-case letters, digits and - only: '
        "contoso-uk",
    ),
    "an app for each customer where that makes no sense": (
        SOUND.replace(
            "{kind: azure_cli}", "{kind: federated_managed_identity, client_id: per_tenant}"
        ),
        "11:45: client_id is not a GUID; copy the client ID from the app registration",
    ),
    "an own app that is the shared one as well": (
        FILE
        + "  - {name: L, tenant: l.example, identities: [automation, own], "
        + "client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11}\n",
        '20:59: identities "automation" (tenants.yaml:20:47) and "own" have one client ID: in one '
        "tenant that is one principal, which has one link; keep one",
    ),
}


@pytest.mark.parametrize(("text", "complaint"), list(BAD.values()), ids=list(BAD))
def test_a_missing_or_unused_key_is_one_error(
    complaints: Complainer, text: str, complaint: str
) -> None:
    """With its place, and without errors that follow from it."""
    assert complaints(text) == [f"tenants.yaml:{complaint}"]
