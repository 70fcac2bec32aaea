"""Whom does a link in our own tenant serve? Azure Lighthouse: one link there, many customers.

A covered customer has delegated its Azure scopes to our tenant, so it needs no identity of its own
and takes none from the defaults.
"""

from reconciler.config.complaints import quoted
from reconciler.config.draft import Draft
from reconciler.config.schema import Document
from reconciler.core.findings import Finding


def check_coverage(draft: Draft) -> None:
    """Every selector under covers: means some other customer of the file."""
    tenants = draft.document.tenants
    if draft.damage.at("include") or any(
        draft.damage.at("tenants", i, key) for i in range(len(tenants)) for key in ("name", "tags")
    ):
        return  # what is meant may be what is broken
    for index, tenant in enumerate(tenants):
        for number, selector in enumerate(tenant.covers or ()):
            if not draft.document.customers(index, selector):
                names = [other.name for other in tenants]
                near = draft.complaints.did_you_mean(selector, names)
                hint = near or "name a customer of this file, a glob, or tag:X"
                draft.add(
                    ("tenants", index, "covers", number),
                    f"covers {quoted(selector)} means no other tenant; {hint}",
                )


def coverage_findings(document: Document) -> list[Finding]:
    """A customer that is covered and linked as well: one of the two is not needed."""
    return [
        Finding(
            "covered_and_linked",
            f"{document.tenants[index].name} is covered by {document.tenants[home].name}, "
            "and has identities of its own",
            "keep both only if both do work there; else remove one of them from the file",
            document.tenants[index].name,
        )
        for home, covered in document.coverage.items()
        for index in covered
        if document.tenants[index].identities is not None
    ]
