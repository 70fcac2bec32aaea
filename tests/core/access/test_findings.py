"""Findings of the access check."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.core.access.findings import access_findings
from reconciler.core.access.values import AccessReason, AccessVerdict, Delegation
from tests.core import worlds
from tests.core.access.test_link_access import ACCESS

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
CUSTOMER = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"


@pytest.mark.parametrize("unresolved", [[], ["northwind.example", "tailspin.example"]])
def test_an_unresolved_domain_may_be_the_directory_that_is_not_listed(
    unresolved: list[str],
) -> None:
    """The hint names a domain of the file that could not be resolved."""
    delegation = Delegation(CUSTOMER, AccessVerdict.ELIGIBLE, AccessReason.FROM_PERMISSIONS)
    access = replace(ACCESS, assignments=(), delegations=(delegation,))
    change = worlds.change(worlds.wanted(), replace(worlds.linked(), access=access))
    assert list(access_findings([change], {CUSTOMER}, unresolved, NOW)) == []
    (found,) = access_findings([change], set(), unresolved, NOW)
    assert (found.code, found.tenant_id) == ("delegated_not_listed", CUSTOMER)
    said = "2 domains that could not be resolved, such as northwind.example"
    assert (said in found.hint) == bool(unresolved)
