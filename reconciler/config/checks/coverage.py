"""Checks and findings of Azure Lighthouse coverage: one link that serves many customers.

A covered customer has delegated its Azure scopes to the partner's tenant. It needs no identity of
its own and takes none from the defaults.
"""

from collections import Counter
from collections.abc import Iterator

from reconciler.config.checks.context import CheckContext
from reconciler.config.model.document import Document
from reconciler.config.precedence import TenantEntry
from reconciler.config.reading.diagnostics import quoted
from reconciler.core.access.values import Workload
from reconciler.core.findings import Finding


def check_coverage(context: CheckContext) -> None:
    """Every selector under covers: matches another customer of the file."""
    tenants = context.document.tenants
    if context.is_broken("include") or any(
        context.is_broken("tenants", i, key)
        for i in range(len(tenants))
        for key in ("name", "tenant", "tags")
    ):
        return  # the selector may match what is broken
    for index, tenant in enumerate(tenants):
        for number, selector in enumerate(tenant.covers or ()):
            if not context.document.customer_index.find(selector, other_than=index):
                others = [other.name for other in tenants if other is not tenant]
                near = context.complaints.did_you_mean(selector, others)
                hint = near or "name a customer of this file, a glob, or tag:X"
                context.add(
                    ("tenants", index, "covers", number),
                    f"covers {quoted(selector)} matches no other tenant; {hint}",
                )


def coverage_findings(document: Document) -> Iterator[Finding]:
    """Findings for covered customers that have their own links, or need them."""
    times: Counter[int] = Counter()
    first: dict[int, int] = {}
    for home, covered in document.coverage.items():
        first |= dict.fromkeys(set(covered).difference(times), home)
        times.update(covered)
    for index in sorted(first):
        name, more = document.tenants[first[index]].name, times[index] - 1
        yield from _oddities(
            TenantEntry(document, index), f"{name} and {more} more" * (more > 0) or name
        )


def _oddities(customer: TenantEntry, home: str) -> Iterator[Finding]:
    """The findings of one customer. `home` names the tenants that cover it."""
    name = customer.tenant.name
    if customer.tenant.identities is not None:
        yield Finding(
            "covered_and_linked",
            f"{name} is covered by {home}, and has identities of its own",
            "keep both only if both do work there; else remove one of them from the file",
            name,
        )
    elif customer.workload is Workload.POWER_PLATFORM and not any(customer.entries()):
        yield Finding(
            "power_platform_by_lighthouse",
            f"{name} is a Power Platform customer that only {home} covers: "
            "Azure Lighthouse delegates Azure scopes only",
            "name an identity that works in the customer's own tenant",
            name,
        )
