"""Sources of secrets, and errors of references that cannot be resolved."""

from pathlib import Path

import pytest

from reconciler.azure.clouds import CLOUDS, NO_VAULTS
from reconciler.azure.signin.secrets.key_vault import Vaults
from reconciler.azure.signin.secrets.reference_checks import check, check_vaults
from reconciler.azure.signin.secrets.references import (
    COMMANDS_ALLOWED,
    Secrets,
    Unresolved,
    check_vault,
)
from reconciler.core.errors import BadFile
from reconciler.core.identities import ClientSecret, Identity, SecretRef

VALUE = "the-secret-value"


def secrets() -> Secrets:
    return Secrets(Vaults(CLOUDS["public"]).read)


def _check_both(identity: Identity) -> None:
    check([identity])
    check_vaults([identity], "vault.azure.net")


def complaint(ref: SecretRef) -> str:
    """The one error that the checks report for a reference."""
    identity = ClientSecret("app", secret=(ref,))
    with pytest.raises(BadFile) as caught:
        _check_both(identity)
    (text,) = caught.value.complaints
    return text


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value is the secret; if it is unset or empty, the error has its name."""
    ref = SecretRef("env", "PAL_X", "tenants.yaml:9:13")
    monkeypatch.setenv("PAL_X", VALUE)
    assert secrets().resolve_text(ref) == VALUE
    monkeypatch.setenv("PAL_X", "")
    assert complaint(ref) == "tenants.yaml:9:13: {env: PAL_X} is empty (identity app)"
    monkeypatch.delenv("PAL_X")
    assert "PAL_X is not set" in complaint(ref)


def test_a_file(tmp_path: Path) -> None:
    """Text loses the line end that editors add; bytes, as of a PFX, stay unchanged."""
    path = tmp_path / "secret"
    ref = SecretRef("file", str(path))
    assert "No such file" in complaint(ref)
    path.write_bytes(VALUE.encode() + b"\r\n")
    assert secrets().resolve_text(ref) == VALUE
    assert secrets().resolve(ref).endswith(b"\r\n")
    path.write_bytes(b"\xff")
    with pytest.raises(Unresolved, match="not text"):
        secrets().resolve_text(ref)


def test_an_endless_file_is_refused() -> None:
    """A secret is in a regular file of limited size."""
    assert "it is a device" in complaint(SecretRef("file", "/dev/zero"))


def test_a_secret_is_resolved_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that prints a secret runs once, however many tenants there are."""
    monkeypatch.setenv(COMMANDS_ALLOWED, "1")
    script = f"echo run >> {tmp_path}/runs; echo {VALUE}"
    ref = SecretRef("command", "sh", arguments=("-c", script))
    known = secrets()
    assert [known.resolve_text(ref) for _ in range(3)] == [VALUE] * 3
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_program_runs_only_if_the_environment_allows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change to the file alone cannot run code."""
    monkeypatch.delenv(COMMANDS_ALLOWED, raising=False)
    ref = SecretRef("command", "echo", arguments=(VALUE,))
    text = complaint(ref)
    assert COMMANDS_ALLOWED in text
    assert VALUE not in text
    with pytest.raises(Unresolved):
        secrets().resolve(ref)
    monkeypatch.setenv(COMMANDS_ALLOWED, "1")
    assert "program not found" in complaint(SecretRef("command", "pal-no-such-program"))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 3", "status 3"),
        ("sleep 5", "did not end"),
        ("sleep 5 & exit 0", "did not end"),
        ("true", "is empty"),
        ("exec cat /dev/zero", "more than 1 MiB|did not end"),
    ],
)
def test_a_program_that_fails_is_named(
    monkeypatch: pytest.MonkeyPatch, script: str, expected: str
) -> None:
    """The error has its status and not its output."""
    monkeypatch.setenv(COMMANDS_ALLOWED, "1")
    monkeypatch.setattr("reconciler.azure.signin.secrets.references.COMMAND_TIMEOUT_S", 0.2)
    ref = SecretRef("command", "sh", arguments=("-c", f"echo {VALUE} >&2; {script}"))
    with pytest.raises(Unresolved, match=expected) as caught:
        secrets().resolve(ref)
    assert VALUE not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://pal.vault.evil.example/secrets/x",
        "https://vault.azure.net/secrets/x",
        "http://pal.vault.azure.net/secrets/x",
        "https://pal.vault.azure.net/keys/x",
        "https://pal.vault.azure.net/",
    ],
)
def test_only_vaults_of_the_cloud_are_read(url: str) -> None:
    """A token for key vaults is sent to no other host."""
    pytest.importorskip("azure.keyvault.secrets")
    assert "vault.azure.net" in complaint(SecretRef("keyvault", url))
    with pytest.raises(Unresolved):
        secrets().resolve(SecretRef("keyvault", url))


def test_a_cloud_without_key_vaults_is_reported() -> None:
    """The metadata document of some clouds has no suffix for key vaults."""
    ref = SecretRef("keyvault", "https://pal.vault.azure.net/secrets/x")
    with pytest.raises(Unresolved, match="names no key vaults"):
        check_vault(ref, NO_VAULTS)


def test_every_bad_reference_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All errors are reported in one run."""
    refs = [SecretRef("env", f"PAL_NONE_{n}") for n in range(3)]
    with pytest.raises(BadFile) as caught:
        check([ClientSecret(f"app{n}", secret=(ref,)) for n, ref in enumerate(refs)])
    assert len(caught.value.complaints) == 3
