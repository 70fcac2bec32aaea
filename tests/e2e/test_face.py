"""Exit statuses, usage, secrets and endpoints: what cron jobs and security reviews rely on."""

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.config.model.json_schema import json_schema_text
from reconciler.emulator.server import Emulator
from reconciler.version import __version__
from tests.e2e.command import APP, OURS, SECRET, Desk, tenant_id


def test_version_and_help(desk: Desk) -> None:
    """Both exit with 0; `python -m reconciler` is the same program."""
    assert desk.run("--version").out == f"pal-reconcile {__version__}\n"
    assert "plan" in desk.run("--help").out
    module = subprocess.run(
        [sys.executable, "-m", "reconciler", "--version"], capture_output=True, text=True
    )
    assert (module.returncode, module.stdout) == (0, f"pal-reconcile {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("plan", "--nonsense"),
        ("plan", "--concurrency", "0"),
        ("plan", "--concurrency", "many"),
        ("plan", "--format", "pdf"),
        ("plan", "--arm-endpoint", "http://127.0.0.1"),
        ("plan", "--arm-endpoint", "https://user:pw@127.0.0.1"),
        ("plan", "--arm-endpoint", "https://[bad"),
        ("apply", "plan.json", "--only", "C1"),
        ("apply", "--allow", "everything"),
        ("apply", "missing.json"),
        ("init", "-c", "/nonexistent/tenants.yaml"),
    ],
)
def test_wrong_usage_is_64(desk: Desk, arguments: tuple[str, ...]) -> None:
    """The error is on stderr, and Azure gets no request except for its metadata."""
    desk.customers(1)
    ran = desk.run(*arguments)
    assert ran.status == 64
    assert "pw" not in ran.err
    assert desk.requests("token", "read") == []


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "show"])
def test_an_invalid_file_is_78_without_a_request(desk: Desk, command: str) -> None:
    """Each error is on its own line with file, line and column."""
    desk.write("  - {name: A, tenant: common}\n  - {name: a, tenat: 5}\n")
    ran = desk.run(command)
    assert ran.status == 78
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) >= 3
    assert all(line.startswith("tenants.yaml:") for line in lines)
    assert desk.requests() == []


def test_a_missing_file_is_78(desk: Desk) -> None:
    """The message names the file and says what to do."""
    ran = desk.run("plan", "-c", "nowhere.yaml")
    assert (ran.status, "nowhere.yaml" in ran.err) == (78, True)


def test_a_missing_secret_is_78(desk: Desk) -> None:
    """The reference and its location are named; only identities in use are checked."""
    desk.customers(1)
    del desk.env["PAL_SECRET"]
    ran = desk.run("plan")
    assert ran.status == 78
    assert ran.err.startswith("tenants.yaml:4:")
    assert "PAL_SECRET" in ran.err
    assert desk.run("validate").status == 78
    assert desk.run("validate", "--without-secrets").status == 0


def test_validate_speaks_every_format(desk: Desk) -> None:
    """Programs get the errors as data, people on stderr."""
    desk.customers(2)
    good = desk.run("validate", "--format", "json")
    assert (good.status, good.data["valid"], good.data["links"]) == (0, True, 2)
    desk.write("  - {name: A, tenant: common}\n")
    bad = desk.run("validate", "--format", "json")
    assert (bad.status, bad.data["valid"]) == (78, False)
    assert bad.data["complaints"] == bad.err.splitlines()
    assert desk.run("validate", "--format", "csv").out.startswith("complaint\n")
    assert desk.run("validate", "--format", "markdown").out.startswith("- ")


def test_a_cloud_without_a_metadata_document_is_1(desk: Desk) -> None:
    """Without the metadata document there is no run."""
    desk.customers(1)
    assert desk.run("plan", "--arm-endpoint", "https://127.0.0.1:9").status == 1
    desk.seed(faults=[{"operation": "metadata", "status": 404}])
    assert desk.run("plan").status == 1
    desk.seed(faults=[{"operation": "metadata", "body": "[]"}])
    assert desk.run("plan").status == 1


def test_an_untrusted_certificate_is_1_and_names_the_option(desk: Desk) -> None:
    """The message names --ca-bundle, which a TLS-inspecting proxy requires."""
    desk.customers(1)
    ran = desk.run("plan", REQUESTS_CA_BUNDLE="")
    assert (ran.status, "--ca-bundle" in ran.err) == (1, True)


def test_no_secret_and_no_token_is_ever_shown(desk: Desk) -> None:
    """Not in output, log, journal or saved plan, even with -vv."""
    desk.seed(
        clients=[{"client_id": APP, "secret": SECRET}],
        faults=[{"tenant": tenant_id(2), "aadsts": 53003}],
    )
    desk.customers(3)
    texts = []
    for command in (("plan", "--out", "plan.json"), ("apply", "--yes"), ("show",)):
        ran = desk.run(*command, "--log-level", "debug", "--log-format", "json")
        assert ran.status == 4
        texts += [ran.out, ran.err]
    texts += [
        path.read_bytes().decode("latin-1") for path in desk.path.rglob("*") if path.is_file()
    ]
    assert len(texts) > 6
    assert not [text for text in texts if SECRET in text or "eyJ" in text]


def test_a_redirect_never_carries_the_token(desk: Desk) -> None:
    """Redirects of ARM and of Entra are not followed, also when a domain is looked up."""
    desk.write(f"  - {{name: C1, tenant: {tenant_id(1)}}}\n  - {{name: C2, tenant: c2.example}}\n")
    with Emulator() as elsewhere:
        for operation in ("read", "token", "openid"):
            desk.seed(faults=[{"operation": operation, "redirect": f"{elsewhere.endpoint}/x"}])
            assert desk.run("plan").status == 4
        assert elsewhere.state.requests.total == 0


def test_a_token_endpoint_elsewhere_is_refused(desk: Desk) -> None:
    """No secret is sent to an OpenID document's endpoint, and a domain is then unknown."""
    with Emulator() as elsewhere:
        away = f"{elsewhere.endpoint}/{tenant_id(1)}"
        body = (
            f'{{"token_endpoint": "{away}/oauth2/v2.0/token", "issuer": "{away}/v2.0", '
            f'"authorization_endpoint": "{away}/oauth2/v2.0/authorize"}}'
        )
        desk.seed(faults=[{"operation": "openid", "body": body}])
        desk.write("  - {name: C1, tenant: c1.example}\n")
        ran = desk.plan()
        assert (ran.status, ran.link("C1")["problem"]["code"]) == (4, "unexpected_answer")
        assert desk.requests("token") == []
        desk.customers(1)
        assert desk.plan().status == 0
        assert elsewhere.state.requests.total == 0


def test_the_endpoint_cannot_come_from_the_file(desk: Desk) -> None:
    """A change to the file cannot send a token to another host."""
    desk.write(f"  - {{name: A, tenant: {tenant_id(1)}}}\n", more="arm_endpoint: https://x\n")
    assert desk.run("plan").status == 78


def test_init_writes_a_file_that_validates(desk: Desk) -> None:
    """The starter file is valid, and validate lists what is still to fill in.

    An existing file is never overwritten.
    """
    assert desk.run("init").status == 0
    ran = desk.run("validate", "--without-secrets")
    assert (ran.status, ran.err.count("still to fill in at tenants.yaml:")) == (0, 5)
    before = (desk.path / "tenants.yaml").read_text()
    assert desk.run("init").status == 64
    assert (desk.path / "tenants.yaml").read_text() == before


def test_schema_is_json_schema(desk: Desk) -> None:
    """Editors and other programs can check the file without this program."""
    ran = desk.run("schema")
    assert ran.data["$schema"].startswith("https://json-schema.org/")
    assert ran.out == json_schema_text()  # nothing in it is taken for a secret and hidden
    assert "tenants" in ran.data["properties"]


def test_demo_plans_applies_and_plans_again(desk: Desk) -> None:
    """It uses its own emulator, whatever the environment says, and leaves no files behind."""
    nobody = "127.0.0.1:1"
    ran = desk.run(
        "demo", HTTPS_PROXY=f"http://{nobody}", PAL_RECONCILE_EXECUTOR=f"dask:tcp://{nobody}"
    )
    assert ran.status == 0
    assert ran.out.count("$ pal-reconcile") == 3
    assert "Apply: 5 applied" in ran.out
    assert "run: pal-reconcile apply\n" in ran.err  # without a folder that is deleted at the end
    assert ran.out.endswith("pal-reconcile init --help\n")
    assert list(desk.path.iterdir()) == []


def test_the_emulator_command_prints_its_endpoint(desk: Desk) -> None:
    """Endpoint and CA are printed at once, on separate lines; a plan against them works."""
    process = desk.start("emulator", "--port", "0")
    assert process.stdout
    endpoint, ca = (process.stdout.readline().split()[-1] for _ in range(2))
    desk.customers(1)
    ran = desk.run("plan", "--arm-endpoint", endpoint, "--ca-bundle", ca)
    process.terminate()
    process.communicate(timeout=120)
    assert (ran.status, process.returncode) == (0, 0)
    assert "C1" in ran.out
    assert not Path(ca).exists()


def test_a_closed_pipe_causes_no_traceback(desk: Desk) -> None:
    """`plan | head -1` ends quietly."""
    desk.customers(3)
    process = desk.start("plan")
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(timeout=120)


def test_certificates_sign_in(desk: Desk, tmp_path: Path) -> None:
    """PEM and PFX, with and without a password."""
    from tests.e2e.certificates import write_certificates

    for name, password in write_certificates(tmp_path).items():
        more = ", password: {env: PAL_PASSWORD}" if password else ""
        desk.write(f"  - {{name: C1, tenant: {tenant_id(1)}}}\n")
        path = desk.path / "tenants.yaml"
        text = (
            path.read_text()
            .replace("kind: client_secret", "kind: client_certificate")
            .replace("secret: {env: PAL_SECRET}", f"certificate: {{file: {name}}}{more}")
        )
        path.write_text(text)
        ran = (
            desk.plan()
            if not password
            else desk.run("plan", "--format", "json", PAL_PASSWORD=password)
        )
        assert ran.actions == {"C1": "create"}, name
        if password:
            ran = desk.run("plan", "--format", "json", PAL_PASSWORD="wrong-password")
            assert ran.link("C1")["problem"]["code"] == "credential_unusable"


def test_the_azure_cli_signs_in(desk: Desk) -> None:
    """The token comes from `az account get-access-token`; without az the link is unknown."""
    import requests

    token = requests.post(
        f"{desk.azure.endpoint}/{tenant_id(1)}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": "x",
            "scope": "https://management.azure.com/.default",
        },
        verify=str(desk.azure.ca_path),
        timeout=10,
    ).json()["access_token"]
    tool = desk.path / "bin" / "az"
    tool.parent.mkdir()
    tool.write_text(
        "#!/bin/sh\n"
        'case "$*" in *--tenant*0001*) ;; *) echo "ERROR: AADSTS50076: MFA" >&2; exit 1 ;; esac\n'
        f'echo \'{{"accessToken": "{token}", "expires_on": 4102444800}}\'\n'
    )
    tool.chmod(0o755)
    desk.seed({1: OURS})
    desk.customers(2)
    path = desk.path / "tenants.yaml"
    path.write_text(
        path.read_text().replace(
            f"{{kind: client_secret, client_id: {APP}, secret: {{env: PAL_SECRET}}}}",
            "{kind: azure_cli}",
        )
    )
    ran = desk.run("plan", "--format", "json", PATH=f"{tool.parent}:/usr/bin:/bin")
    assert ran.actions == {"C1": "none", "C2": "unknown"}
    assert ran.link("C2")["problem"]["code"] == "person_needed"
    missing = desk.run("plan", "--format", "json", PATH="/nonexistent")
    assert missing.link("C1")["problem"]["code"] == "credential_unusable"


def test_a_request_for_the_metadata_document_is_retried(desk: Desk) -> None:
    """A 503 at the start is a transient error like any other."""
    desk.seed(faults=[{"operation": "metadata", "status": 503, "times": 1}])
    desk.customers(1)
    assert desk.run("plan").status == 0


@pytest.mark.parametrize("name", ["missing.pem", "tenants.yaml"])
def test_an_invalid_ca_bundle_is_wrong_usage(desk: Desk, name: str) -> None:
    """The message names the file, and the option or variable that sets it."""
    desk.customers(1)
    ran = desk.run("plan", "--ca-bundle", name)
    assert (ran.status, name in ran.err, "Traceback" in ran.err) == (64, True, False)


def test_all_errors_are_reported_at_once(desk: Desk) -> None:
    """Errors of the file, a missing variable and a selector without a match, in one run."""
    desk.write(
        f"  - {{name: C1, tenant: {tenant_id(1)}}}\n"
        f"  - {{name: C2, tenant: {tenant_id(2)}, partner: nobody}}\n"
    )
    del desk.env["PAL_SECRET"]
    errors = desk.run("plan").err
    assert 'partner "nobody" is not defined' in errors
    assert "the environment variable PAL_SECRET is not set" in errors
    errors = desk.run("validate", "--only", "Nowhere").err
    assert 'partner "nobody" is not defined' in errors
    assert '--only: "Nowhere" matches no link in tenants.yaml' in errors
    assert "(in the valid part of the file)" in errors
    assert "PAL_SECRET" not in desk.run("validate", "--without-secrets").err


@pytest.mark.parametrize(
    "arguments",
    [
        "validate --only Nowhere",
        "validate --exclude tag:none",
        "validate --explain Nowhere",
        "plan --only partner:1158331",
        "plan --exclude *",
        "apply --yes --only Nowhere",
        "show --only Nowhere",
        "history --only Nowhere",
        "doctor --only Nowhere",
        "nightly --only Nowhere",
        "evidence --out folder --only Nowhere",
    ],
)
def test_a_selector_that_matches_nothing_is_wrong_usage(desk: Desk, arguments: str) -> None:
    """Every command that takes selectors ends with 64 and sends no request."""
    desk.seed()
    desk.customers(1)
    ran = desk.run(*arguments.split())
    assert (ran.status, ran.out) == (64, "")
    assert "--on" in ran.err or "--ex" in ran.err
    assert desk.requests() == []


@pytest.mark.parametrize("command", ["plan", "show", "doctor", "apply --yes", "nightly"])
def test_an_invalid_proxy_is_named(desk: Desk, command: str) -> None:
    """One line that names the variable and not its password, before anything is sent."""
    desk.seed()
    desk.customers(1)
    ran = desk.run(*command.split(), ALL_PROXY="socks5://contoso:hush@127.0.0.1:1080", NO_PROXY="")
    assert (ran.status, ran.out) == (64, "")
    assert "ALL_PROXY names a SOCKS proxy, which is not supported" in ran.err
    assert "Traceback" not in ran.err
    assert "hush" not in ran.err
    assert desk.requests() == []
