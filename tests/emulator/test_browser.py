"""The browser that signs in by itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.browser import browse, main
from tests.emulator.caller import FABRIKAM, SCOPE, claims_of

SIGN_IN = """
import sys
from azure.identity import InteractiveBrowserCredential
credential = InteractiveBrowserCredential(
    tenant_id=sys.argv[1], authority=sys.argv[2], disable_instance_discovery=True,
    connection_verify=sys.argv[3], timeout=20)
print(credential.get_token(sys.argv[4]).token)
"""


def run(azure: Emulator, **variables: str) -> subprocess.CompletedProcess[str]:
    """Sign in from a process that knows only the documented variables of the emulator."""
    command = [sys.executable, "-c", SIGN_IN, FABRIKAM, azure.endpoint, str(azure.ca_path), SCOPE]
    environment = {
        **os.environ,
        "BROWSER": f"{sys.executable} -m tests.browser %s &",
        "SSL_CERT_FILE": str(azure.ca_path),
        **variables,
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_a_command_that_opens_a_browser_is_signed_in(azure: Emulator) -> None:
    """Name and password are entered in the form, and the app gets its token."""
    users = [{"username": "alice@contoso.com", "password": "hunter2"}]
    azure.state.reset(read({"users": users}))
    who = {"PAL_EMULATOR_USER": "alice@contoso.com", "PAL_EMULATOR_PASSWORD": "hunter2"}
    done = run(azure, **who)
    assert done.returncode == 0, done.stderr
    assert claims_of(done.stdout.strip())["unique_name"] == "alice@contoso.com"


def test_a_refusal_reaches_the_app_through_the_browser(azure: Emulator) -> None:
    """Without a sign-in page the app gets the reason at once."""
    users = [{"username": "alice@contoso.com", "guest_in": []}]
    azure.state.reset(read({"users": users, "approve_as": "*"}))
    assert "AADSTS50020: User account 'alice@contoso.com'" in run(azure).stderr


@pytest.fixture
def page(azure: Emulator) -> str:
    azure.state.reset(read({"users": [{"username": "alice@contoso.com"}]}))
    return f"{azure.endpoint}/{FABRIKAM}/oauth2/v2.0/authorize"


def test_the_browser_stays_on_this_machine_and_gives_up(azure: Emulator, page: str) -> None:
    """No other host gets a request, and a page that repeats without end is left."""
    with pytest.raises(ValueError, match="not on this machine"):
        browse("https://example.com/", None, {})
    url = f"{page}?client_id={FABRIKAM}&redirect_uri=http://localhost:1"
    with pytest.raises(ValueError, match="again and again"):
        browse(url, str(azure.ca_path), {"username": "bob@contoso.com"})


def test_the_browser_ends_at_a_page_without_a_form(azure: Emulator) -> None:
    """Such a page is the last one."""
    url = f"{azure.endpoint}/common/discovery/instance"
    assert browse(url, str(azure.ca_path), {}) == url


@pytest.mark.parametrize(("ca_file", "status"), [(True, 0), (False, 1)])
def test_the_exit_status_reports_success(
    azure: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ca_file: bool,
    status: int,
) -> None:
    """0 at the last page; 1 with one line on an error."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    if ca_file:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(azure.ca_path))
    assert main([f"{azure.endpoint}/common/discovery/instance"]) == status
    assert ("CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().err) is bool(status)
