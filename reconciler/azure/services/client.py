"""Client of one service for one principal: GET requests with a token for that service only.

Redirects are not followed. A next page is requested only on the service's own origin, so that no
answer can send the token to another host.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.azure.bearer_tokens import access_token
from reconciler.azure.http.client import LARGEST_LIST, HttpReply, Https
from reconciler.azure.http.header_values import json_object
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.http.urls import https_origin
from reconciler.azure.services.endpoints import ServiceEndpoint
from reconciler.azure.services.errors import of_service, unexpected
from reconciler.azure.session import Session, wrong_token
from reconciler.azure.token_claims import claims_in

MOST_PAGES = 200
"""Maximum number of pages. A longer list is refused."""

Data = dict[str, Any]


class ServiceSession(Session):
    """The sign-in of one principal, with a token for a service other than ARM."""

    def accept(self, token: str) -> None:
        """Keep a token; raises `RequestFailed` if it is for another tenant.

        Only ARM's tokens must name their tenant: those of other services may be opaque.
        """
        token = access_token(token)
        claims = claims_in(token)
        tenant_id = str(claims.get("tid") or "").lower()
        if tenant_id and self.tenant_id and tenant_id != self.tenant_id:
            raise wrong_token(f"the token is for tenant {tenant_id}, not {self.tenant_id}")
        self.object_id = str(claims.get("oid") or "").lower() or None
        self._token = token


class ServiceClient:
    """Sends GET requests to one service; safe to use in one thread.

    https      limited to GET
    forbidden  the hint for 403: the permission that is missing
    """

    def __init__(
        self, session: ServiceSession, https: Https, endpoint: ServiceEndpoint, forbidden: str = ""
    ) -> None:
        self.endpoint = endpoint
        self._session = session
        self._https = https
        self._forbidden = forbidden

    @property
    def label(self) -> str:
        """The service's name in messages."""
        return self.endpoint.service.label

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Data:
        """The JSON object at a path or at a URL of this service. Raises `RequestFailed`."""
        url = path if path[:8].lower() == "https://" else self.endpoint.url + path
        if https_origin(url) != https_origin(self.endpoint.url):
            raise unexpected(self.label, "links to a next page on another host")
        budget = self._session.new_budget()
        return budget.call(lambda: self._get_once(url, headers or {}, budget))

    def pages(self, path: str) -> Iterator[Data]:
        """Each page of an OData list: its `value` is a list. Raises `RequestFailed`."""
        following: object = path
        for _ in range(MOST_PAGES):
            page = self.get(str(following))
            if not isinstance(page.get("value"), list):
                raise unexpected(self.label, "is not a list")
            yield page
            following = page.get("@odata.nextLink")
            if not following:
                return
            if https_origin(following) is None:
                raise unexpected(self.label, "links to a next page that is not an https URL")
        raise unexpected(self.label, f"has more than {MOST_PAGES} pages")

    def _get_once(self, url: str, headers: Mapping[str, str], budget: RetryBudget) -> Data:
        reply = self._send(url, headers, budget)
        if reply.status == 401 and self._session.renew(reply):
            reply = self._send(url, headers, budget)
        if reply.status != 200:
            raise self.refused(reply, url)
        data = json_object(reply.body)
        if data is None:
            raise unexpected(self.label, "is not a JSON object")
        return data

    def refused(self, reply: HttpReply, url: str) -> RequestFailed:
        """The failure behind an answer other than 200."""
        return of_service(reply, url, self.label, self._forbidden)

    def _send(self, url: str, headers: Mapping[str, str], budget: RetryBudget) -> HttpReply:
        signed = {**headers, **self._session.headers(budget)}
        return self._https.send("GET", url, headers=signed, most_bytes=LARGEST_LIST)
