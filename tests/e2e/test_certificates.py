"""Certificates sign in to an emulated Entra that verifies every assertion."""

import pytest

from tests.e2e.certificates import write_certificates
from tests.e2e.command import APP, OURS, Desk


@pytest.mark.parametrize("file", ["open.pem", "locked.pfx"])
def test_a_registered_certificate_signs_in_to_every_tenant(desk: Desk, file: str) -> None:
    """Signature, thumbprint, audience and lifetime satisfy Entra's checks."""
    passwords = write_certificates(desk.path)
    public = (desk.path / "open.pem").read_text().partition("-----BEGIN CERTIFICATE")
    certificate = public[1] + public[2]
    desk.customers(3)
    path = desk.path / "tenants.yaml"
    password = ", password: {env: PAL_PASSWORD}" if passwords[file] else ""
    path.write_text(
        path.read_text()
        .replace("client_secret", "client_certificate")
        .replace("secret: {env: PAL_SECRET}", f"certificate: {{file: {file}}}{password}")
    )
    desk.env["PAL_PASSWORD"] = str(passwords[file])
    desk.seed(
        dict.fromkeys((1, 2, 3), OURS), clients=[{"client_id": APP, "certificate": certificate}]
    )
    ran = desk.plan("--detailed-exitcode")
    assert (ran.status, ran.data["summary"]["none"]) == (0, 3)


def test_a_certificate_that_is_not_registered_is_refused(desk: Desk) -> None:
    """The key of another certificate signs nothing that Entra accepts."""
    write_certificates(desk.path)
    public = (desk.path / "open.pem").read_text().partition("-----BEGIN CERTIFICATE")
    write_certificates(desk.path)
    desk.customers(1)
    path = desk.path / "tenants.yaml"
    path.write_text(
        path.read_text()
        .replace("client_secret", "client_certificate")
        .replace("secret: {env: PAL_SECRET}", "certificate: {file: open.pem}")
    )
    desk.seed({1: OURS}, clients=[{"client_id": APP, "certificate": public[1] + public[2]}])
    ran = desk.plan("--deadline", "5")
    assert (ran.status, ran.link("C1")["problem"]["code"]) == (4, "invalid_client_certificate")
