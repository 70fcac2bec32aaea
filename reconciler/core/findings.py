"""Findings: what deserves attention although no link has to change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

SOON = timedelta(days=30)
"""A credential that ends within this time is a finding."""

CODES = frozenset(
    {
        "access_ends",
        "access_none",
        "attestation_old",
        "attested_partner_differs",
        "certificate_expired",
        "certificate_expiring",
        "certificate_key_mismatch",
        "certificate_not_yet_valid",
        "columns_skipped",
        "covered_and_linked",
        "covered_by_nothing",
        "customer_not_listed",
        "customers_unreadable",
        "credential_expired",
        "credential_expiring",
        "gdap_ends",
        "covers_nothing",
        "delegated_not_listed",
        "hold_expired",
        "listener_failed",
        "neighbouring_partner_ids",
        "only_one_principal",
        "only_people",
        "partner_id_unknown",
        "partner_name_mismatch",
        "placeholder",
        "power_platform_by_lighthouse",
        "power_platform_ownership",
        "rows_joined",
        "secret_file_exposed",
        "secret_refused",
        "unreadable_for_nights",
    }
)
"""Every code, for `findings: {ignore: [CODE]}`. A test compares them with the code and docs."""

OUTSIDE_PLAN = frozenset(
    {
        *("access_ends", "access_none", "covers_nothing", "delegated_not_listed"),
        *("customer_not_listed", "customers_unreadable", "gdap_ends"),
    }
)
"""The codes that are no part of a digest: roles and other services change no link."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, with its remedy.

    code      a stable snake_case word
    message   what was found, one line
    hint      what to do next, one line
    tenant    the tenant that it is about, or None for the whole file
    identity  the identity that it is about, or None
    tenant_id the GUID of the directory that it is about; None if the code has none
    """

    code: str
    message: str
    hint: str
    tenant: str | None = None
    identity: str | None = None
    tenant_id: str | None = None


def not_ignored(findings: Iterable[Finding], ignored: Collection[str]) -> tuple[Finding, ...]:
    """The findings whose codes are not ignored."""
    return tuple(finding for finding in findings if finding.code not in ignored)
