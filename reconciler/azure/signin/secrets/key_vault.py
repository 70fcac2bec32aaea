"""Secrets from the key vaults of this cloud, read with the credential of this machine.

azure-identity's DefaultAzureCredential finds that credential: a managed identity, the AZURE_…
variables, or the Azure CLI.
"""

import os
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from reconciler.azure.clouds import Cloud
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.proxies import check_proxy
from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.http.urls import origin
from reconciler.azure.signin.secrets.references import Unresolved, check_vault, check_vault_extra
from reconciler.core.identities import SecretRef
from reconciler.core.redaction.redactor import remember

_SECRET_VARIABLES = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD")
"""Variables with secrets that azure-identity may use, beside those of a managed identity."""


class Vaults:
    """The key vaults of one cloud.

    ca_bundle  PEM file of the authorities to trust; None means the public ones
    """

    def __init__(self, cloud: Cloud, ca_bundle: str | None = None) -> None:
        self._cloud = cloud
        self._verify = ca_bundle or True

    def read(self, ref: SecretRef) -> bytes:
        """Read the secret's value once.

        Raises `Unresolved` if it cannot be read, `RequestFailed` if a retry may help.
        """
        check_vault(ref, self._cloud.vault_suffix)
        check_vault_extra(ref)
        for name in _SECRET_VARIABLES:
            remember(os.environ.get(name, ""))
        from azure.core.exceptions import AzureError
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient

        from reconciler.azure.signin.managed_identity import RecordingTransport

        check_proxy(origin(ref.name))
        parts = urlsplit(ref.name)
        _, name, *version = parts.path.strip("/").split("/")
        transport = RecordingTransport(
            CircuitBreaker(), machine_is_optional=True, connection_verify=self._verify
        )
        options: dict[str, Any] = {"transport": transport, "retry_total": 0, "retry_status": 0}
        with DefaultAzureCredential(
            authority=self._cloud.authority, disable_instance_discovery=True, **options
        ) as credential:
            client = SecretClient(f"https://{parts.netloc}", credential, **options)
            try:
                return str(client.get_secret(name, *version).value or "").encode()
            except AzureError as error:
                if transport.failure:
                    raise _of_vault(ref, transport.failure) from None
                raise Unresolved(f"{ref} cannot be read: {_why(error)}") from None


def _of_vault(ref: SecretRef, failure: RequestFailed) -> RequestFailed:
    problem = failure.problem
    return RequestFailed(
        replace(problem, message=f"{ref} cannot be read: {problem.message}"),
        is_transient=failure.is_transient,
        host=failure.host,
        retry_after_s=failure.retry_after_s,
    )


def _why(error: Exception) -> str:
    """The vault's error code, or the type of the error; never its text."""
    code = getattr(getattr(error, "error", None), "code", None)
    return str(code or type(error).__name__)
