"""Microsoft's own libraries, unchanged, against the emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.identity import CertificateCredential, ClientSecretCredential
from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import ADATUM, APP, CONTOSO, FABRIKAM, SCOPE
from tests.emulator.certificates import certificate, private


@pytest.fixture
def sdk(azure: Emulator) -> Iterator[ACEProvisioningManagementPartnerAPI]:
    ca_path = str(azure.ca_path)
    with (
        ClientSecretCredential(
            FABRIKAM,
            APP,
            "hunter2",
            authority=azure.endpoint,
            disable_instance_discovery=True,
            connection_verify=ca_path,
        ) as credential,
        ACEProvisioningManagementPartnerAPI(
            credential, base_url=azure.endpoint, connection_verify=ca_path
        ) as client,
    ):
        yield client


def test_the_sdk_creates_reads_updates_and_deletes(
    azure: Emulator, sdk: ACEProvisioningManagementPartnerAPI
) -> None:
    """All five operations of azure-mgmt-managementpartner."""
    created = sdk.partner.create(CONTOSO)
    assert (created.partner_id, created.version, created.etag) == (CONTOSO, 1, 1)
    assert created.tenant_id == FABRIKAM
    assert created.object_id == azure.state.directory.object_id(FABRIKAM, APP)
    assert created.state == "Active"
    assert created.created_time is not None
    assert created.created_time == created.updated_time
    assert sdk.partner.get(CONTOSO).version == 1
    assert sdk.partners.get().partner_name == f"Partner {CONTOSO}"
    updated = sdk.partner.update(ADATUM)
    assert (updated.partner_id, updated.version) == (ADATUM, 2)
    sdk.partner.delete(ADATUM)
    with pytest.raises(ResourceNotFoundError) as refusal:
        sdk.partners.get()
    assert refusal.value.error is not None
    assert refusal.value.error.code == "ManagementPartnerNotFound"


def test_the_sdk_lists_the_operations(sdk: ACEProvisioningManagementPartnerAPI) -> None:
    """The list of operations is read page by page."""
    names = [operation.name for operation in sdk.operation.list()]
    assert names[0] == "Microsoft.ManagementPartner/partners/read"


def test_the_sdk_sees_azures_errors(sdk: ACEProvisioningManagementPartnerAPI) -> None:
    """A refused write raises the same exception as with Azure."""
    with pytest.raises(HttpResponseError) as refusal:
        sdk.partner.create("12a")
    assert refusal.value.status_code == 400
    assert refusal.value.error is not None
    assert refusal.value.error.code == "PartnerIdInvalid"


def test_azure_identity_signs_in_with_a_certificate(azure: Emulator) -> None:
    """Only an assertion signed with the registered key is accepted."""
    registered, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    clients = [{"client_id": APP, "certificate": certificate(registered)}]
    azure.state.reset(read({"clients": clients}))
    for key, is_right in ((registered, True), (other, False)):
        pem = (certificate(key) + private(key)).encode()
        with CertificateCredential(
            FABRIKAM,
            APP,
            certificate_data=pem,
            authority=azure.endpoint,
            disable_instance_discovery=True,
            connection_verify=str(azure.ca_path),
        ) as credential:
            if is_right:
                assert credential.get_token(SCOPE).token
            else:
                with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
                    credential.get_token(SCOPE)
