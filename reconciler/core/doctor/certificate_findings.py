"""Findings about certificates: those that end soon, and those that Entra will refuse."""

from collections.abc import Iterable, Iterator
from datetime import date

from reconciler.core.doctor.checkup import CredentialCheck
from reconciler.core.findings import SOON, Finding


def expiring_certificates(credentials: Iterable[CredentialCheck], today: date) -> Iterator[Finding]:
    """A finding for each certificate that ends soon. One that has ended is a failed step.

    A date that the file itself notes is a finding of the file.
    """
    for credential in credentials:
        ends = credential.ends_on
        if credential.certificate_problem:
            continue
        if ends and today <= ends <= today + SOON and ends != credential.noted_end:
            yield Finding(
                "certificate_expiring",
                f"the certificate of {credential.label} ends on {ends}",
                "create a new one and add it to the app registration, then update the "
                "certificate that the identity refers to",
                tenant=credential.tenant,
                identity=credential.identity,
            )


def unusable_certificates(credentials: Iterable[CredentialCheck]) -> Iterator[Finding]:
    """A finding for each certificate that Entra will refuse.

    It is expired, not valid yet, or does not match its key.

    In a checkup this is a failed step.
    """
    for credential in credentials:
        if problem := credential.certificate_problem:
            yield Finding(
                problem.code,
                f"{credential.label}: {problem.message}",
                problem.hint,
                tenant=credential.tenant,
                identity=credential.identity,
            )
