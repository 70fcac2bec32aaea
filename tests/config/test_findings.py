"""Findings in a valid file: holds, attestations, credentials and partner IDs."""

import pytest

from reconciler.core.findings import Finding
from tests.config.conftest import SOUND, Loader


def test_a_valid_file_without_a_cause_has_no_finding(loaded: Loader) -> None:
    """The usual example file."""
    assert loaded(SOUND).findings == ()


def test_an_expired_hold_is_one_finding_for_its_tenant(loaded: Loader) -> None:
    """Once, although it applies to two identities."""
    text = SOUND + (
        "    identities: [automation, alice]\n    hold: {until: 2026-11-23, reason: new contract}\n"
    )
    assert loaded(text).findings == (
        Finding(
            "hold_expired",
            "the hold ended on 2026-11-23: new contract",
            "the link is managed again. Remove hold:, or set a later until:",
            "Northwind",
        ),
    )


def test_an_expired_hold_of_one_identity_names_it(loaded: Loader) -> None:
    """The hold of an identity applies to one link."""
    text = SOUND + (
        "    identities: [alice, {identity: automation, hold: {until: 2026-01-01, reason: x}}]\n"
    )
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant, finding.identity) == (
        "hold_expired",
        "Northwind",
        "automation",
    )


@pytest.mark.parametrize(
    ("day", "codes"), [("2025-11-23", []), ("2025-11-22", ["attestation_old"])]
)
def test_an_old_attestation_is_a_finding(loaded: Loader, day: str, codes: list[str]) -> None:
    """The limit is one year."""
    text = SOUND + f"    attested: {{partner: contoso-uk, by: Ann, on: {day}}}\n"
    assert [finding.code for finding in loaded(text).findings] == codes


def test_the_age_of_an_attestation_is_a_limit(loaded: Loader) -> None:
    """limits.attested_age sets another limit, here thirty days."""
    text = SOUND + "    attested: {partner: contoso-uk, by: Ann, on: 2026-10-01}\n"
    (finding,) = loaded(text + "limits: {attested_age: 30d}\n").findings
    assert finding.message == "Ann last saw the link on 2026-10-01"


def test_an_attested_link_to_another_partner_is_a_finding(loaded: Loader) -> None:
    """It counts as in sync, so the difference is reported as a finding."""
    text = SOUND + (
        "    identities: [{identity: alice, attested: {partner: contoso-old, by: Ann, "
        "on: 2026-10-01}}]\n"
    )
    (finding,) = loaded(text).findings
    assert finding.code == "attested_partner_differs"
    assert finding.message == "the link was attested with 1158331, but the file wants 4936128"
    assert (finding.tenant, finding.identity) == ("Northwind", "alice")


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-11-22", "credential_expired"),
        ("2026-11-23", "credential_expiring"),
        ("2026-12-23", "credential_expiring"),
        ("2026-12-24", None),
    ],
)
def test_a_credential_that_expires_is_a_finding(loaded: Loader, day: str, code: str | None) -> None:
    """From thirty days before that day, and as expired from the day after it."""
    text = SOUND.replace("SECRET}\n", f"SECRET}}\n    expires_on: {day}\n")
    findings = loaded(text).findings
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert all(finding.identity == "automation" for finding in findings)


def test_consecutive_partner_ids_are_a_finding(loaded: Loader) -> None:
    """The first of them is often the global account, whose ID must not be linked."""
    text = SOUND.replace('{id: "1158331"}', '{id: "4936129"}')
    (finding,) = loaded(text).findings
    assert (finding.code, finding.tenant) == ("neighbouring_partner_ids", None)
    assert finding.message == (
        "4936128 (contoso-uk) and 4936129 (contoso-old) are consecutive: "
        "4936128 may be the global account"
    )
