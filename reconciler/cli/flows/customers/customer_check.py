"""Customer check: compares the file with the list of our customers, while links are read.

Its failures are findings. It never changes an action or an exit status, and it never uses up the
deadline of the run.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future, wait
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from reconciler.cli.run_history import known_customers
from reconciler.cli.selection import now
from reconciler.core.customers.listed import CustomerListing, CustomerSource
from reconciler.core.customers.missing import ListedTenants, Resolved, customer_findings
from reconciler.core.history.customer_history import CustomerSnapshot
from reconciler.core.plan import Plan, Report
from reconciler.core.problems import internal
from reconciler.core.redaction.redactor import redact
from reconciler.core.text import visible

if TYPE_CHECKING:
    from reconciler.cli.run import Run

FactT = TypeVar("FactT", bound=Plan | Report)

PATIENCE_S = 60.0
"""How long the list may take after all links were read."""

_SIGNAL_S = 0.2
"""A signal ends the wait within this time."""


class CustomerCheck:
    """The list of our customers, which is read while the links are read.

    Begin it before the links are read; it does nothing if the file has no `customers:`.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._source = run.config.customers
        self._ended = Event()
        self._listing: Future[CustomerListing] | None = None
        if self._source:
            self._listing = _begin(run, self._source, self._ended)

    def added_to(self, fact: FactT) -> FactT:
        """The plan or report with the findings about customers."""
        listing, source, config = self._listing, self._source, self._run.config
        if source is None or listing is None:
            return fact
        with self._run.workers.stop.listening():
            self._wait(listing)
            directories = tuple(config.tenants.values())
            names = (*directories, *map(str.casefold, source.ignore))
            resolved = _resolved(self._run, fact, names)
        listed = listing.result()
        self._run.customers = _snapshot(self._run, source, listed)
        file = ListedTenants(directories, resolved, str(config.path))
        findings = customer_findings(listed, source, file, now())
        findings = (*fact.findings, *config.reported(findings))
        return replace(fact, findings=findings)

    def _wait(self, listing: Future[CustomerListing]) -> None:
        """Wait for the list. A signal, the deadline or `PATIENCE_S` ends it."""
        stop = self._run.workers.stop
        left_s = PATIENCE_S if stop.ends_at is None else min(PATIENCE_S, stop.ends_at - time.time())
        until = time.monotonic() + left_s
        while not listing.done() and not stop.is_set and time.monotonic() < until:
            wait([listing], timeout=_SIGNAL_S)
        self._ended.set()


def _begin(run: Run, source: CustomerSource, ended: Event) -> Future[CustomerListing]:
    """Read the list in a thread of its own: a list that hangs must not delay a link."""
    future: Future[CustomerListing] = Future()

    def work() -> None:
        future.set_result(_listed(run, source, ended))

    Thread(target=work, name="customers", daemon=True).start()
    return future


def _listed(run: Run, source: CustomerSource, ended: Event) -> CustomerListing:
    try:
        return run.azure.list_customers(source, ended)
    except Exception as error:
        return CustomerListing(None, None, (internal(error),))


def _snapshot(run: Run, source: CustomerSource, listed: CustomerListing) -> CustomerSnapshot | None:
    """The list for the history; None if it could not be read."""
    if listed.customers is None:
        return None
    names = {each.directory: visible(redact(each.name)) for each in listed.customers}
    return CustomerSnapshot(source.key, names, known_customers(run, source.key))


def _resolved(run: Run, fact: Plan | Report, names: Iterable[str]) -> Resolved:
    """The directories behind these domains: by this run's reads, else by a look-up."""
    from reconciler.config.reading.customer_lists import tenant_of

    plan = fact.plan if isinstance(fact, Report) else fact
    domains = {name for name in names if "." in name and tenant_of(name) == name}
    read: dict[str, str | None] = {
        change.place.directory: change.observed.tenant_id
        for change in plan.changes
        if change.observed and change.observed.tenant_id
    }
    missing = sorted(domains - set(read))
    found = run.workers.pool.map(run.azure.tenant_id, missing)
    return {**read, **dict(zip(missing, found, strict=True))}
