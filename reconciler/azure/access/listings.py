"""Lists of Azure Resource Manager, page by page, for the access check.

An answer is the whole list, a refusal, or a failure. Only GET is sent, with the token of the link.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from reconciler.azure.http.client import LARGEST_LIST, Https
from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.http.header_values import json_object
from reconciler.azure.http.retry import MAX_SECONDS, RequestFailed
from reconciler.azure.http.urls import https_origin
from reconciler.azure.session import Session
from reconciler.core.links import Problem

MOST_PAGES = 100

_DENIED = frozenset({400, 403, 404})
"""The statuses that say that the principal may not see this, or that it is not there."""

Entry = dict[str, Any]


class AnswerKind(Enum):
    """The kind of an answer: the whole list, a refusal, or no usable answer."""

    WHOLE = auto()
    DENIED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """The answer to a request for a list.

    entries  empty unless the list is whole
    problem  why it is not
    """

    kind: AnswerKind
    entries: tuple[Entry, ...] = ()
    problem: Problem | None = None

    @property
    def is_failed(self) -> bool:
        """Whether it says nothing about the principal's rights."""
        return self.kind is AnswerKind.FAILED


class Listings:
    """Requests lists for one link, within one retry budget and one time limit.

    clock    monotonic seconds
    failure  why the first list that failed could not be read; None if none failed
    """

    def __init__(
        self, session: Session, https: Https, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._https = https
        self._clock = clock
        self._ends_at = clock() + MAX_SECONDS
        self.failure: Problem | None = None
        self._budget = session.new_budget()

    def get(
        self, path: str, api_version: str, odata_filter: str = "", *, is_optional: bool = False
    ) -> ListAnswer:
        """The list at a path below the Resource Manager. Raises nothing.

        is_optional  the verdict does not depend on it, so a failing service is not asked again
        """
        query = f"&$filter={odata_filter}" if odata_filter else ""
        url = f"{self._session.arm}{path}?api-version={api_version}{query}"
        entries: list[Entry] = []
        try:
            for _ in range(MOST_PAGES):
                page = self.page(url, is_optional=is_optional)
                value = page.get("value")
                if not isinstance(value, list):
                    raise _unexpected("is not a list")
                if not all(isinstance(entry, dict) for entry in value):
                    raise _unexpected("contains an entry that is not an object")
                entries += value
                following = page.get("nextLink")
                if not following:
                    return ListAnswer(AnswerKind.WHOLE, tuple(entries))
                if https_origin(following) != https_origin(self._session.arm):
                    raise _unexpected("links to a next page on another host")
                url = following
            raise _unexpected(f"has more than {MOST_PAGES} pages")
        except DeniedError as denied:
            return ListAnswer(AnswerKind.DENIED, problem=denied.problem)
        except RequestFailed as failure:
            if not is_optional:
                self.failure = self.failure or failure.problem
            return ListAnswer(AnswerKind.FAILED, problem=failure.problem)

    def page(self, url: str, *, is_optional: bool = False) -> Entry:
        """One JSON object. Raises `DeniedError` or another `RequestFailed`."""
        return self._budget.call(lambda: self._object(url, is_optional=is_optional))

    def _object(self, url: str, *, is_optional: bool) -> Entry:
        if self._budget.is_stopped or self._clock() >= self._ends_at:
            raise RequestFailed(_NO_TIME)
        headers = self._session.headers(self._budget)
        reply = self._https.send("GET", url, headers=headers, most_bytes=LARGEST_LIST)
        if reply.status in _DENIED or (is_optional and reply.status >= 500):
            raise DeniedError(self._session.refused(reply, url, is_final=False).problem)
        if reply.status != 200:
            raise self._session.refused(reply, url, is_final=False)
        page = json_object(reply.body)
        if page is None:
            raise _unexpected("is not JSON")
        return page


class DeniedError(RequestFailed):
    """The principal may not see this, or it is not there."""


_NO_TIME = Problem(
    "unavailable",
    "the access check reached its time limit",
    "run again, with --only for fewer links",
)


def _unexpected(what: str) -> RequestFailed:
    return unexpected_answer(f"a list of Azure {what}")
