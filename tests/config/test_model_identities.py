"""Every kind of identity becomes a value of the core."""

from pathlib import Path

import pytest

from reconciler.config.load import load
from reconciler.core.identities import (
    AzureCli,
    ClientSecret,
    FederatedManagedIdentity,
    Identity,
    ManagedIdentity,
    SecretRef,
    TokenRef,
    User,
    WorkloadIdentity,
)
from tests.config.conftest import TODAY, Complainer

APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
OTHER = "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"


def file_with(identity: str, tenants: str = "") -> str:
    return (
        'version: 1\npartners: {uk: {id: "4936128"}}\n'
        f"identities:\n  automation: {identity}\n"
        "defaults: {partner: uk, identities: [automation]}\ntenants:\n"
        f"  - {{name: Fabrikam, tenant: 2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11}}\n{tenants}"
    )


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        (
            f"{{kind: workload_identity, client_id: {APP}, token: {{file: token}}}}",
            WorkloadIdentity("automation", APP, token=TokenRef("file", "/here/token")),
        ),
        (
            f"{{kind: workload_identity, client_id: {APP}, token: {{github: api://X}}}}",
            WorkloadIdentity("automation", APP, token=TokenRef("github", "api://X")),
        ),
        (
            f"{{kind: workload_identity, client_id: {APP}, token: {{azure_pipelines: abc}}}}",
            WorkloadIdentity("automation", APP, token=TokenRef("azure_pipelines", "abc")),
        ),
        ("{kind: managed_identity}", ManagedIdentity("automation")),
        (
            f"{{kind: managed_identity, client_id: {APP}}}",
            ManagedIdentity("automation", APP),
        ),
        (
            f"{{kind: federated_managed_identity, client_id: {APP}, managed_identity: {OTHER}}}",
            FederatedManagedIdentity("automation", APP, managed_identity=OTHER),
        ),
        (
            "{kind: user, username: alice@contoso.example}",
            User("automation", username="alice@contoso.example"),
        ),
        (
            "{kind: user, username: alice@contoso.example, unattended: true}",
            User("automation", username="alice@contoso.example", unattended=True),
        ),
        ("{kind: azure_cli}", AzureCli("automation")),
        (
            f"{{kind: client_secret, client_id: {APP}, "
            "secret: {keyvault: https://pal.vault.azure.net/secrets/app}}",
            ClientSecret(
                "automation",
                APP,
                secret=(SecretRef("keyvault", "https://pal.vault.azure.net/secrets/app"),),
            ),
        ),
        (
            f"{{kind: client_secret, client_id: {APP}, secret: {{command: [pass, show, pal]}}}}",
            ClientSecret(
                "automation", APP, secret=(SecretRef("command", "pass", arguments=("show", "pal")),)
            ),
        ),
    ],
)
def test_each_kind_is_read(tmp_path: Path, yaml: str, expected: Identity) -> None:
    """Paths are relative to the file that names them; nothing is resolved yet."""
    path = tmp_path / "tenants.yaml"
    path.write_text(file_with(yaml), encoding="utf-8")
    found = load(path, TODAY).identities["automation"]
    if isinstance(found, WorkloadIdentity) and found.token.source == "file":
        assert found.token.name == str(tmp_path / "token")
        return
    assert found == expected


@pytest.mark.parametrize(
    ("yaml", "complaint"),
    [
        (f"{{kind: workload_identity, client_id: {APP}}}", "token is missing; add token:"),
        (
            f"{{kind: workload_identity, client_id: {APP}, token: eyJhbGciOi}}",
            "token must be {file: PATH}, {github: AUDIENCE} or "
            "{azure_pipelines: SERVICE_CONNECTION_ID}",
        ),
        (
            f"{{kind: workload_identity, client_id: {APP}, token: {{github: 12345678}}}}",
            "github is not text; put it in quotes, and never write a secret here",
        ),
        (
            f"{{kind: workload_identity, client_id: {APP}, token: {{}}}}",
            "token must have exactly one of file, github and azure_pipelines",
        ),
        (
            f"{{kind: workload_identity, client_id: {APP}, token: {{gitlab: x}}}}",
            "a key of token (***) is unknown; did you mean github?",
        ),
        (
            f"{{kind: managed_identity, secret: {{env: X}}, client_id: {APP}}}",
            "secret is not valid for kind managed_identity; "
            "remove it, or use the kind that it belongs to",
        ),
        (
            "{kind: federated_managed_identity}",
            "client_id is missing; add client_id:",
        ),
        ("{kind: user}", "username is missing; add username:"),
        (
            "{kind: user, username: alice}",
            'username "alice" is not a user name; '
            "write it as the person signs in: name@contoso.com",
        ),
        (
            "{kind: user, username: alice_contoso.example#EXT#@fabrikam.onmicrosoft.com}",
            'username "alice_contoso.example#EXT#@fabrikam.onmicrosoft.com" is a guest\'s name '
            "inside the customer's tenant; use the name to sign in with",
        ),
        (
            "{kind: user, username: alice@contoso.example, unattended: yes}",
            "unattended yes is neither true nor false; write one of them, without quotes",
        ),
        (
            "{kind: user, username: alice@contoso.example, unattended: 'true'}",
            'unattended "true" is neither true nor false; write one of them, without quotes',
        ),
    ],
)
def test_a_kind_without_its_fields_is_refused(
    complaints: Complainer, yaml: str, complaint: str
) -> None:
    """The missing or contradictory field is named; an inline token is not repeated."""
    (found,) = complaints(file_with(yaml))
    assert found.split(": ", 1)[1] == complaint
    assert "eyJ" not in found


def test_a_managed_identity_is_limited_to_one_tenant(complaints: Complainer) -> None:
    """Other tenants have no such principal; the message names another kind of identity."""
    other = f"  - {{name: Northwind, tenant: {OTHER}}}\n"
    (found,) = complaints(file_with("{kind: managed_identity}", other))
    assert found.startswith("tenants.yaml:8:")
    assert "federated_managed_identity" in found


def test_one_person_is_one_principal_in_a_tenant(complaints: Complainer) -> None:
    """Two identities with one user name, in any case, would re-point a link back and forth."""
    alice = "{kind: user, username: alice@contoso.example}"
    again = "{kind: user, username: Alice@Contoso.example}"
    both = file_with(f"{alice}\n  again: {again}").replace("[automation]", "[automation, again]")
    (found,) = complaints(both)
    assert '"automation"' in found
    assert '"again" have one user name: in one tenant that is one principal' in found
