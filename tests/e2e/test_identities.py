"""Each kind of identity, with the installed command and the real azure-identity."""

import time
from typing import Any

import pytest

from tests.e2e.command import APP, OURS, SECRET, Desk, tenant_id

HOME = tenant_id(99)
MACHINE = "8e0c1b52-8a86-4b6f-9b43-0f4c5f4f7a22"
MACHINE_OBJECT = "5d0e8a3c-3333-4222-8333-444455556666"
EXCHANGE = "api://AzureADTokenExchange"
GITHUB = "https://token.actions.githubusercontent.com"
REPO = "repo:contoso@1001/pal@2002:ref:refs/heads/main"


def write(desk: Desk, identity: str, *numbers: int) -> None:
    """tenants.yaml with this one identity in these customers."""
    rows = "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in numbers)
    (desk.path / "tenants.yaml").write_text(
        f'version: 1\npartners: {{uk: {{id: "{OURS}"}}}}\n'
        f"identities:\n  app: {identity}\n"
        f"defaults: {{partner: uk, identities: [app]}}\ntenants:\n{rows}",
        encoding="utf-8",
    )


def seed(desk: Desk, **more: Any) -> None:
    """Three customers, and the machine's own tenant."""
    tenants = [{"tenant": tenant_id(n)} for n in (1, 2, 99)]
    desk.seed(tenants=tenants, **more)


def applied(desk: Desk, **env: str) -> dict[str, str | None]:
    """Apply, and the outcomes; a second plan must be in sync."""
    ran = desk.run("apply", "--yes", "--format", "json", **env)
    assert desk.run("plan", "--detailed-exitcode", **env).status == ran.status
    return ran.outcomes


def test_a_kubernetes_token_file(desk: Desk) -> None:
    """A service principal without a secret: the platform keeps a token in a file."""
    issuer, subject = "https://oidc.example/", "system:serviceaccount:pal:nightly"
    trust = [{"issuer": issuer, "subject": subject, "audience": EXCHANGE}]
    seed(desk, clients=[{"client_id": APP, "federated": trust}])
    write(
        desk,
        f"{{kind: workload_identity, client_id: {APP}, token: {{file: token}}}}",
        1,
        2,
    )
    now = int(time.time())
    claims = {"iss": issuer, "sub": subject, "aud": EXCHANGE, "iat": now, "exp": now + 600}
    (desk.path / "token").write_text(desk.azure.state.issuers.sign(claims))
    assert applied(desk) == {"C1": "applied", "C2": "applied"}
    (desk.path / "token").write_text("")
    problem = desk.plan().link("C1")["problem"]
    assert (problem["code"], "is empty" in problem["message"]) == ("credential_unusable", True)


def test_github_actions(desk: Desk) -> None:
    """The runner issues a token for the audience in the file."""
    trust = [{"issuer": GITHUB, "subject": REPO, "audience": EXCHANGE}]
    seed(desk, clients=[{"client_id": APP, "federated": trust}], github={"subject": REPO})
    write(
        desk,
        f"{{kind: workload_identity, client_id: {APP}, token: {{github: '{EXCHANGE}'}}}}",
        1,
    )
    env = desk.azure.environment("github")
    assert applied(desk, **env) == {"C1": "applied"}
    problem = desk.plan().link("C1")["problem"]
    assert "ACTIONS_ID_TOKEN_REQUEST_URL" in problem["message"]


def test_a_subject_that_is_not_trusted(desk: Desk) -> None:
    """The message shows the presented values, the hint says what to compare."""
    trust = [{"issuer": GITHUB, "subject": "repo:other", "audience": EXCHANGE}]
    seed(desk, clients=[{"client_id": APP, "federated": trust}], github={"subject": REPO})
    write(
        desk,
        f"{{kind: workload_identity, client_id: {APP}, token: {{github: '{EXCHANGE}'}}}}",
        1,
    )
    ran = desk.run("plan", "--format", "json", **desk.azure.environment("github"))
    problem = ran.link("C1")["problem"]
    assert problem["code"] == "federation_mismatch"
    assert REPO in problem["message"]


def test_azure_pipelines(desk: Desk) -> None:
    """The agent issues a token for the service connection in the file."""
    connection = "3f0c1b52-8a86-4b6f-9b43-0f4c5f4f7a33"
    issuer, subject = "https://vstoken.dev.azure.com/contoso", "sc://contoso/pal/fabrikam"
    trust = [{"issuer": issuer, "subject": subject, "audience": EXCHANGE}]
    seed(
        desk,
        clients=[{"client_id": APP, "federated": trust}],
        azure_pipelines=[
            {"service_connection_id": connection, "subject": subject, "issuer": issuer}
        ],
    )
    write(
        desk,
        f"{{kind: workload_identity, client_id: {APP}, token: {{azure_pipelines: {connection}}}}}",
        1,
    )
    assert applied(desk, **desk.azure.environment("azure_pipelines")) == {"C1": "applied"}


@pytest.mark.parametrize("form", ["imds", "app_service"])
def test_a_managed_identity_in_its_own_tenant(desk: Desk, form: str) -> None:
    """On a virtual machine and on App Service; it is no principal of another tenant."""
    machine = {"client_id": MACHINE, "tenant": HOME, "object_id": MACHINE_OBJECT, "system": True}
    seed(desk, managed_identities=[machine])
    env = desk.azure.environment(form)
    write(desk, "{kind: managed_identity}", 99)
    assert applied(desk, **env) == {"C99": "applied"}
    write(desk, "{kind: managed_identity}", 1)
    ran = desk.run("plan", "--format", "json", **env)
    assert ran.link("C1")["problem"]["code"] == "wrong_tenant_token"


def test_a_federated_managed_identity_in_every_tenant(desk: Desk) -> None:
    """The machine's token is the app's client assertion in customers' tenants, without a secret."""
    machine = {"client_id": MACHINE, "tenant": HOME, "object_id": MACHINE_OBJECT, "system": True}
    issuer = f"https://login.microsoftonline.com/{HOME}/v2.0"
    trust = [{"issuer": issuer, "subject": MACHINE_OBJECT, "audience": EXCHANGE}]
    seed(
        desk,
        managed_identities=[machine],
        clients=[{"client_id": APP, "tenant": HOME, "federated": trust}],
    )
    write(desk, f"{{kind: federated_managed_identity, client_id: {APP}}}", 1, 2)
    env = desk.azure.environment("imds")
    assert applied(desk, **env) == {"C1": "applied", "C2": "applied"}


def test_a_machine_without_a_managed_identity_is_reported(desk: Desk) -> None:
    """On a laptop there is none, and the message says so."""
    seed(desk, managed_identities=[])
    write(desk, f"{{kind: federated_managed_identity, client_id: {APP}}}", 1)
    ran = desk.run("plan", "--format", "json", **desk.azure.environment("imds"))
    problem = ran.link("C1")["problem"]
    assert (problem["code"], "managed identity" in problem["message"]) == (
        *("credential_unusable",),
        True,
    )


def test_a_program_prints_the_secret(desk: Desk) -> None:
    """Only if an environment variable allows it; otherwise the file is refused."""
    seed(desk, clients=[{"client_id": APP, "secret": SECRET}])
    write(
        desk,
        f"{{kind: client_secret, client_id: {APP}, "
        "secret: {command: [sh, -c, 'echo ran >> log; echo $PAL_SECRET']}}",
        1,
        2,
    )
    refused = desk.run("plan")
    assert (refused.status, "PAL_RECONCILE_ALLOW_COMMANDS" in refused.err) == (78, True)
    assert not (desk.path / "log").exists()
    ran = desk.run("plan", "--format", "json", PAL_RECONCILE_ALLOW_COMMANDS="1")
    assert ran.actions == {"C1": "create", "C2": "create"}
    assert (desk.path / "log").read_text() == "ran\n"


def test_a_key_vault_holds_the_secret(desk: Desk) -> None:
    """It is read with the run's own credential, and only from a vault of the cloud."""
    seed(
        desk,
        clients=[{"client_id": APP, "secret": SECRET}, {"client_id": MACHINE, "secret": "own"}],
        secrets={"pal": SECRET},
    )
    vault = f"{desk.azure.endpoint}/secrets"
    own = {
        "AZURE_TENANT_ID": tenant_id(1),
        "AZURE_CLIENT_ID": MACHINE,
        "AZURE_CLIENT_SECRET": "own",
    }
    write(desk, f"{{kind: client_secret, client_id: {APP}, secret: {{keyvault: {vault}/pal}}}}", 1)
    assert applied(desk, **own) == {"C1": "applied"}
    write(desk, f"{{kind: client_secret, client_id: {APP}, secret: {{keyvault: {vault}/no}}}}", 1)
    problem = desk.run("plan", "--format", "json", **own).link("C1")["problem"]
    assert problem["code"] == "credential_unusable"
    assert "SecretNotFound" in problem["message"]
    foreign = "https://pal.vault.example.com/secrets/pal"
    write(desk, f"{{kind: client_secret, client_id: {APP}, secret: {{keyvault: {foreign}}}}}", 1)
    ran = desk.run("plan", **own)
    assert (ran.status, "is not a secret in a key vault of this cloud" in ran.err) == (78, True)
    del desk.env["PAL_RECONCILE_ARM_ENDPOINT"]
    assert desk.run("validate", "--without-secrets").status == 78
