"""Certificates of the selected identities: their findings and their last days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.cli.selected_links import Selection
from reconciler.cli.selection import now, used_identities, used_logins
from reconciler.core.identities import ClientCertificate

if TYPE_CHECKING:
    from datetime import date

    from reconciler.azure.connection import Azure
    from reconciler.core.doctor.checkup import CredentialCheck
    from reconciler.core.findings import Finding


class Certificates:
    """The certificates that the selected links are read with. Each is opened once."""

    def __init__(self, selection: Selection, azure: Azure) -> None:
        self._selection = selection
        self._azure = azure

    def findings(self) -> Iterator[Finding]:
        """What is wrong with certificates; it depends on the certificates, not on the file."""
        checks = self._checks.values()
        if not checks:
            return
        from reconciler.core.doctor.certificate_findings import (
            expiring_certificates,
            unusable_certificates,
        )

        yield from unusable_certificates(checks)
        yield from expiring_certificates(checks, self._selection.config.day)

    def last_days(self) -> Mapping[str, date]:
        """The last day of each credential that has one, from its certificate or from the file.

        For an identity with an app in each tenant, it is the earliest of their last days.
        """
        days: dict[str, date] = {}
        for identity in used_identities(self._selection):
            check = self._checks.get(identity.label)
            day = (check and check.ends_on) or identity.expires_on
            if day:
                days[identity.name] = min(day, days.get(identity.name, day))
        return days

    @cached_property
    def _checks(self) -> Mapping[str, CredentialCheck]:
        known = self._selection.config.identities
        places = [
            place
            for place in used_logins(self._selection)
            if isinstance(known[place.identity], ClientCertificate)
        ]
        if not places:
            return {}
        doctor = self._azure.doctor(now)
        return {known[p.identity].at(p).label: doctor.credential(p) for p in places}
