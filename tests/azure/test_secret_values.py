"""Values that are no secrets, as found where a secret is expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.clouds import CLOUDS
from reconciler.azure.signin.secrets.key_vault import Vaults
from reconciler.azure.signin.secrets.reference_checks import check
from reconciler.azure.signin.secrets.references import Secrets, Unresolved
from reconciler.azure.signin.secrets.value_checks import reference_problem, secret_problem, text_of
from reconciler.core.errors import BadFile
from reconciler.core.identities import ClientSecret, SecretRef

SECRET = "Abc8Q~dEf.gHi_jKl-mNo~pQr1sTu2vWx3yZ"
GUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

BAD = {
    f'"{SECRET}"': "quotes",
    f"'{SECRET}'": "quotes",
    f'"{SECRET}"\n': "quotes",
    "$(PAL_AUTOMATION_SECRET)": "reference to a variable",
    "$(pal.automation-secret)": "reference to a variable",
    "${PAL_AUTOMATION_SECRET}": "reference to a variable",
    "${{ secrets.PAL_AUTOMATION_SECRET }}": "reference to a variable",
    "${{secrets.X}}": "reference to a variable",
    "$PAL_AUTOMATION_SECRET": "reference to a variable",
    "$env:PAL_AUTOMATION_SECRET": "reference to a variable",
    "%PAL_AUTOMATION_SECRET%": "reference to a variable",
    "#{PalSecret}#": "reference to a variable",
    "__PAL_SECRET__": "reference to a variable",
    "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)": "reference",
    f"PAL_AUTOMATION_SECRET={SECRET}": "assignment",
    f"export PAL_SECRET='{SECRET}'": "assignment",
    f"secret: {SECRET}": "assignment",
    GUID: "GUID",
    GUID.upper(): "GUID",
    "": "blank",
    " \t\n": "blank",
    "\ufeff": "blank",
    f"{SECRET}\n{SECRET}": "several lines",
    f"{SECRET}\r\nother\r\n": "several lines",
    f" {SECRET}": "starts or ends with a space",
    f"{SECRET}\u00a0": "starts or ends with a space",
    f"{SECRET[:8]} {SECRET[8:]}": "contains a space",
    f"{SECRET[:8]}\u200b{SECRET[8:]}": "<U+200B>",
    f'{{"appId": "x", "password": "{SECRET}"}}': "JSON",
    "https://contoso.vault.azure.net/secrets/automation": "URL",
    "***": "mask",
}


@pytest.mark.parametrize(("value", "expected"), BAD.items())
def test_what_is_no_secret_is_named_and_not_shown(value: str, expected: str) -> None:
    """The message says what the value looks like, and repeats no part of it."""
    problem = secret_problem(value.encode())
    assert expected in problem
    assert SECRET[:8] not in problem
    assert GUID not in problem


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        f"{SECRET}\r\n",
        f"\ufeff{SECRET}",
        f"\ufeff\ufeff{SECRET}\n",
        "kL9+/aB3cD4eF5gH6iJ7kL8mN9oP0qR1sT2uV3wX4y8=",
        "fx]Y:jk@aB3.cD4*eF5?gH6$iJ7/kL8=mN9[oP0",
    ],
)
def test_secrets_of_every_age_pass(value: str) -> None:
    """Old secrets of Entra have other characters; byte order marks and line ends are dropped."""
    assert secret_problem(value.encode()) == ""


def test_a_password_may_be_what_a_client_secret_is_not() -> None:
    """Passwords are free text: only blanks and a variable's name are rejected."""
    assert reference_problem(GUID.encode()) == ""
    assert reference_problem(b'"quoted words"') == ""
    assert "blank" in reference_problem(b"  ")
    assert "reference to a variable" in reference_problem(b"$(PFX_PASSWORD)")


def test_what_powershell_writes_is_read() -> None:
    """`>` of Windows PowerShell writes UTF-16 with a byte order mark."""
    assert text_of(f"{SECRET}\r\n".encode("utf-16")) == SECRET
    assert text_of(b"\xff\x00\xfe") is None


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=34))
def test_a_long_word_passes(word: str) -> None:
    """A value of letters and digits only can be a secret."""
    assert secret_problem(word.encode()) == ""


def test_validate_names_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` reports the location of the reference; a run that resolves it reports the same."""
    ref = SecretRef("env", "PAL_X", "tenants.yaml:9:13")
    identity = ClientSecret("app", secret=(ref,))
    monkeypatch.setenv("PAL_X", "$(PAL_X)")
    with pytest.raises(BadFile) as caught:
        check([identity])
    assert caught.value.complaints[0].startswith("tenants.yaml:9:13: {env: PAL_X} is a reference")
    with pytest.raises(Unresolved, match="is a reference"):
        Secrets(Vaults(CLOUDS["public"]).read).resolve_secret(identity, ref)
