"""OpenID documents of tenants: the tenant's GUID and its token endpoint.

They are read for domains, whose GUIDs only Entra knows, for the sign-in of users, and by doctor.
Apps need none (`app_credentials`).

The documents of all tenants are equal except for the tenant ID, so the first one is the template
for all others: one request for each run instead of one for each tenant.
"""

import json
import re
from threading import Lock
from typing import Any

from reconciler.azure.error_codes import SignIn, of_sign_in
from reconciler.azure.http.client import Https
from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.http.urls import https_origin

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

_ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint")
_DEVICE = "device_authorization_endpoint"
"""The fields of the document that a sign-in needs."""


class OpenIdDocuments:
    """The OpenID documents of all tenants of one authority; safe to share between threads."""

    def __init__(self, authority: str, https: Https) -> None:
        self._authority = authority
        self._https = https
        self._template: str | None = None
        self._guids: dict[str, str] = {}
        self._first = Lock()
        self._first_failed = False

    def tenant_id(self, directory: str) -> str:
        """The GUID of a tenant named by GUID or domain; raises `RequestFailed`."""
        if GUID.fullmatch(directory):
            return directory.lower()
        if directory not in self._guids:
            self.read(directory)
        return self._guids[directory]

    def document(self, tenant_id: str) -> bytes:
        """The OpenID document of the tenant with this GUID; raises `RequestFailed`."""
        if self._template is None:
            self._read_first(tenant_id)
        return str(self._template).replace("{tenant}", tenant_id).encode()

    def _read_first(self, tenant_id: str) -> None:
        """One thread sends the request while the others wait. If it fails, each sends its own."""
        if self._first_failed:
            self.read(tenant_id)
            return
        with self._first:
            if self._template is None:
                try:
                    self.read(tenant_id)
                except RequestFailed:
                    self._first_failed = True
                    raise

    def read(self, directory: str) -> str:
        """Read one tenant's document, keep it as the template, and return the tenant's GUID.

        Always sends a request; raises `RequestFailed`.
        """
        url = f"{self._authority}/{directory}/v2.0/.well-known/openid-configuration"
        reply = self._https.send("GET", url, headers={"Accept": "application/json"})
        if reply.status != 200:
            raise of_sign_in(reply, SignIn(directory, "", self._authority))
        document = self._parse(reply.body, directory)
        tenant_id = GUID.search(document["token_endpoint"]) or GUID.search(document["issuer"])
        if tenant_id is None:
            raise _unexpected(directory, "contains no tenant ID")
        text = json.dumps(document)
        self._template = re.sub(re.escape(tenant_id[0]), "{tenant}", text, flags=re.IGNORECASE)
        self._guids[directory] = tenant_id[0].lower()
        return self._guids[directory]

    def _parse(self, body: bytes, directory: str) -> dict[str, str]:
        try:
            data: Any = json.loads(body)
            document = {key: str(data[key]) for key in _ENDPOINTS}
            if _DEVICE in data:
                document[_DEVICE] = str(data[_DEVICE])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _unexpected(directory, "is malformed") from None
        if https_origin(document["token_endpoint"]) != https_origin(self._authority):
            # azure-identity would post the secret to this URL.
            raise _unexpected(directory, "names a token endpoint on another host")
        return document


def _unexpected(directory: str, what: str) -> RequestFailed:
    return unexpected_answer(f"the OpenID document of {directory} {what}; nothing was sent there")
