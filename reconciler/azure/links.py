"""The links of the ManagementPartner provider: how one link is read and written.

This module decides what counts as linked or not linked, by exact answers only (recorded on the
wire): 200 with a well-formed object is linked, 404 `ManagementPartnerNotFound` is not linked. Any
other answer is unknown, with a problem. A link is never read by its ID: that request fails both
when nothing is linked and when another ID is linked.
"""

import json
import re
import sys
from dataclasses import replace
from typing import Any

from reconciler.azure.error_codes import is_not_linked
from reconciler.azure.http.client import HttpReply, Https
from reconciler.azure.http.failures import NoAnswer, unexpected_answer
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.session import Session, wrong_token
from reconciler.core.links import Observed, ObservedState
from reconciler.core.results import Answer, Reply

PARTNERS = "/providers/Microsoft.ManagementPartner/partners"
API_VERSION = "2018-02-01"
"""The only api-version of the provider."""

_PARTNER_ID = re.compile(r"[0-9]{4,10}")


class AzureLinkReader:
    """One link, for reading. It has no method that writes.

    answer  the raw answer to the last read; None if there was none
    """

    def __init__(self, session: Session, https: Https) -> None:
        self.answer: HttpReply | None = None
        self._session = session
        self._https = https

    def read(self) -> Observed:
        """Read the link; a failure returns `Observed.unknown`."""
        budget = self._session.new_budget()
        try:
            observed = budget.call(lambda: self._read_once(budget))
        except RequestFailed as failure:
            return Observed.unknown(
                failure.problem,
                tenant_id=self._session.tenant_id,
                object_id=self._session.object_id,
            )
        rotation = self._session.rotation
        return replace(observed, rotation=rotation) if rotation else observed

    @property
    def url(self) -> str:
        """The URL at which a principal reads its own link."""
        return f"{self._session.arm}{PARTNERS}?api-version={API_VERSION}"

    def _read_once(self, budget: RetryBudget) -> Observed:
        session, url = self._session, self.url
        self.answer = None
        reply = self._https.send("GET", url, headers=session.headers(budget))
        if reply.status == 401 and session.renew(reply):
            reply = self._https.send("GET", url, headers=session.headers(budget))
        self.answer = reply
        if reply.status == 200:
            return _linked(reply, str(session.tenant_id), str(session.object_id))
        if is_not_linked(reply):
            return Observed(ObservedState.NOT_LINKED, session.tenant_id, session.object_id)
        raise session.refused(reply, url)


class AzureLinkWriter(AzureLinkReader):
    """One link, for reading and writing. Each write is one request without a body."""

    def __init__(self, session: Session, https: Https) -> None:
        super().__init__(session, https)
        self._budget = session.new_budget()

    def create(self, partner_id: str) -> Answer:
        """Link a principal that has no link."""
        return self._write("PUT", partner_id)

    def update(self, partner_id: str) -> Answer:
        """Change the link to another ID. The path contains the new ID."""
        return self._write("PATCH", partner_id)

    def remove(self, partner_id: str) -> Answer:
        """Remove the link to exactly this ID. The effect of a DELETE of another ID is unknown."""
        return self._write("DELETE", partner_id)

    @property
    def is_stopped(self) -> bool:
        """Whether the run was cancelled: then no write is started."""
        return self._budget.is_stopped

    def pause(self, answer: Answer) -> bool:
        """Wait before a write is repeated. Returns False when the retry budget is spent."""
        return self._budget.wait(self._session.arm + PARTNERS, answer.retry_after_s)

    def wait(self, seconds: float) -> bool:
        """Wait before the link is read again. Returns False at once if the run is cancelled."""
        return self._budget.sleep(seconds)

    def _write(self, method: str, partner_id: str) -> Answer:
        session = self._session
        url = f"{session.arm}{PARTNERS}/{partner_id}?api-version={API_VERSION}"
        try:
            headers = session.headers(self._budget)
        except RequestFailed as failure:
            return Answer(Reply.REFUSED, failure.problem, may_have_taken=False)
        sender = self._https
        self._https = sender.to_the_end()  # the reads that verify the write, even after a stop
        try:
            reply = sender.send(method, url, headers=headers)
        except NoAnswer as failure:
            return Answer(Reply.SILENT, failure.problem, may_retry=True)
        except RequestFailed as failure:
            return Answer(Reply.REFUSED, failure.problem, may_have_taken=False)
        correlation_id = reply.headers.get("x-ms-correlation-request-id")
        if reply.status == 200:
            return Answer(Reply.ACCEPTED, correlation_id=correlation_id)
        is_renewed = reply.status == 401 and session.renew(reply)
        refusal = session.refused(reply, url, is_final=not is_renewed)
        return Answer(
            Reply.REFUSED,
            refusal.problem,
            correlation_id,
            may_retry=refusal.is_transient or is_renewed,
            retry_after_s=refusal.retry_after_s,
            # A gateway may have forwarded the write; an earlier try may have created the link.
            may_have_taken=reply.status >= 500 or refusal.problem.code == "already_linked",
        )


def _linked(reply: HttpReply, tenant_id: str, object_id: str) -> Observed:
    """The link in a 200; raises `RequestFailed` unless well formed and of this principal."""
    try:
        data = json.loads(reply.body)
        link = data["properties"]
        partner_id = link["partnerId"]
        owner = (link["tenantId"].lower(), link["objectId"].lower())
        is_valid = (
            isinstance(partner_id, str)
            and _PARTNER_ID.fullmatch(partner_id) is not None
            and data.get("name", partner_id) == partner_id
            and link["state"] == "Active"
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_valid = False
    if not is_valid:
        raise _unexpected_link()
    if owner != (tenant_id, object_id):
        raise wrong_token(f"Azure answered with the link of {owner[1]} in tenant {owner[0]}")
    name = _text(link.get("partnerName"))
    return Observed(
        ObservedState.LINKED,
        tenant_id,
        object_id,
        # Thousands of links have the same ID and name; each is kept once.
        sys.intern(partner_id),
        partner_name=name and sys.intern(name),
        version=_number(link.get("version")),
        updated_at=_text(link.get("updatedTime")),
        created_at=_text(link.get("createdTime")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    """A counter that fits a 64-bit column; None for anything else."""
    is_counter = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
    return value if is_counter else None


def _unexpected_link() -> RequestFailed:
    return unexpected_answer(
        "Azure answered 200 without a well-formed link",
        "the link is treated as unknown; run again, and report it if it happens again",
    )
