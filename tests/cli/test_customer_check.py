"""The customer check: the list may be slow or hang, and the run ends as it would without it."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciler.cli.flows.customers.customer_check import CustomerCheck
from reconciler.cli.run import Run
from reconciler.core.customers.listed import CustomerListing, CustomerOrigin, CustomerSource
from reconciler.core.links import Problem
from reconciler.engine.cancellation import Stop
from tests.core import worlds
from tests.core.worlds import OLD, linked, wanted

SOURCE = CustomerSource(CustomerOrigin.GDAP, "f0000000-0000-4000-8000-000000000001", "home")
PLAN = worlds.plan((wanted(), linked(OLD)))


class HangingAzure:
    """A list that ends only when the run stops it."""

    def list_customers(self, source: CustomerSource, stop: Event) -> CustomerListing:
        stop.wait()
        return CustomerListing(None, None, (Problem("interrupted", "no answer", "run again"),))

    def tenant_id(self, domain: str) -> None:
        return None


def codes(azure: Any, stop: Stop) -> list[str]:
    """The findings of a run whose links were read."""
    with ThreadPoolExecutor(1) as pool:
        config = SimpleNamespace(
            customers=SOURCE, tenants={"A": "a.example"}, path="tenants.yaml", reported=tuple
        )
        workers = SimpleNamespace(pool=pool, stop=stop)
        run = SimpleNamespace(config=config, workers=workers, azure=azure)
        return [f.code for f in CustomerCheck(cast(Run, run)).added_to(PLAN).findings]


def test_a_list_that_hangs_ends_before_the_deadline_does() -> None:
    """The deadline of the run is not reached by waiting for the list."""
    stop = Stop(deadline_s=0.0)
    assert codes(HangingAzure(), stop) == ["customers_unreadable"]
    assert not stop.is_set


def test_a_signal_ends_a_list_that_hangs() -> None:
    """As it ends the reads of links."""
    stop = Stop()
    stop.event.set()
    began = time.monotonic()
    assert codes(HangingAzure(), stop) == ["customers_unreadable"]
    assert time.monotonic() - began < 50


@pytest.mark.parametrize("error", [ValueError("odd"), RecursionError(), KeyError("x")])
def test_an_unexpected_error_is_a_finding(error: Exception) -> None:
    """It does not end the run."""

    class Broken(HangingAzure):
        def list_customers(self, source: CustomerSource, stop: Event) -> CustomerListing:
            raise error

    assert codes(Broken(), Stop()) == ["customers_unreadable"]
