"""A client of the emulator: plain requests over TLS, with a sign-in on demand."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import jwt
import requests

FABRIKAM = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
NORTHWIND = "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999"
APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
CONTOSO = "4936128"
ADATUM = "1158331"
PARTNERS = "/providers/Microsoft.ManagementPartner/partners"
VERSION = {"api-version": "2018-02-01"}
SCOPE = "https://management.azure.com/.default"


class Caller:
    """Signs in as APP and calls ARM; `tenant` is the tenant."""

    def __init__(self, endpoint: str, ca_path: Path) -> None:
        self.endpoint = endpoint
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(ca_path)

    def __enter__(self) -> Caller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()

    def sign_in(self, tenant: str = FABRIKAM, **changes: Any) -> requests.Response:
        """Request a token; `changes` are applied to the form, None removes a field."""
        form = {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": "hunter2",
            "scope": SCOPE,
            **changes,
        }
        return self.send("POST", f"/{tenant}/oauth2/v2.0/token", data=form)

    def token(self, tenant: str = FABRIKAM, **changes: Any) -> str:
        """Return an access token."""
        return str(self.sign_in(tenant, **changes).json()["access_token"])

    def arm(
        self, method: str, path: str = "", *, token: str | None = None, **options: Any
    ) -> requests.Response:
        """Call ManagementPartner; `path` is what follows `/partners`."""
        bearer = self.token() if token is None else token
        headers = {"Authorization": f"Bearer {bearer}", **options.pop("headers", {})}
        options.setdefault("params", VERSION)
        return self.send(method, PARTNERS + path, headers=headers, **options)

    def read(self, token: str | None = None) -> Any:
        """Return the own link as ARM prints it."""
        return self.arm("GET", token=token).json()

    def control(self, method: str, name: str, body: Any = None) -> Any:
        """Call a control route that must succeed; return its JSON."""
        answer = self.send(method, f"/_emulator/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, **fields: Any) -> None:
        """Add a fault."""
        self.control("POST", "faults", fields)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send any request; redirects are not followed."""
        options.setdefault("allow_redirects", False)
        options.setdefault("timeout", 10)
        return self.session.request(method, self.endpoint + path, **options)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token, without a check of its signature."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
