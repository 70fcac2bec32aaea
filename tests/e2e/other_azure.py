"""An Azure over TLS that is not the emulator: sign-in, links, and answers about access."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from tests.azure.access.arm import OID, answer_of

PARTNER = "4936128"


@dataclass
class OtherAzure:
    """Its address, its CA, the answers of each tenant by path, and every request.

    links  the partner ID of each tenant; a tenant without one is not linked
    """

    url: str = ""
    ca_path: str = ""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def count(self, text: str) -> int:
        """How many requests have this text in their path."""
        return sum(text in path for _, path in self.requests)

    def answer(self, method: str, path: str, token: str) -> tuple[int, Any]:
        """The status and the JSON body of an answer."""
        tenant = path.split("/")[1]
        if path.startswith("/metadata/"):
            return 200, {"authentication": {"loginEndpoint": self.url, "audiences": [self.url]}}
        if "/.well-known/" in path:
            return 200, {
                "issuer": f"{self.url}/{tenant}/v2.0",
                "authorization_endpoint": f"{self.url}/{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{self.url}/{tenant}/oauth2/v2.0/token",
            }
        if method == "POST":
            claims = {"tid": tenant, "oid": OID, "idtyp": "app"}
            return 200, {
                "token_type": "Bearer",
                "expires_in": 3600,
                "access_token": f"{_part({'alg': 'none'})}.{_part(claims)}.x",
            }
        if not token:
            return 401, {"error": {"code": "AuthenticationFailed", "message": "no token"}}
        tenant = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["tid"]
        if path.startswith("/providers/Microsoft.ManagementPartner/"):
            return self._link(tenant)
        return answer_of(self.answers.get(tenant, {}), path)

    def _link(self, tenant: str) -> tuple[int, Any]:
        partner_id = self.links.get(tenant, PARTNER)
        if not partner_id:
            return 404, {"error": {"code": "ManagementPartnerNotFound", "message": "not linked"}}
        link = {"partnerId": partner_id, "tenantId": tenant, "objectId": OID, "state": "Active"}
        return 200, {"name": partner_id, "properties": link | {"partnerName": "Contoso"}}


def _part(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


@contextmanager
def other_azure(folder: Path) -> Iterator[OtherAzure]:
    """Run it until the block ends."""
    azure = OtherAzure()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._respond()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._respond()

        def _respond(self) -> None:
            azure.requests.append((self.command, self.path))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, body = azure.answer(self.command, self.path, token)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    azure.ca_path = str(folder / "other-ca.pem")
    authority.cert_pem.write_to_path(azure.ca_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    azure.url = f"https://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield azure
    finally:
        server.shutdown()
        server.server_close()
