"""How is a secret read from a key vault? With the run's own credential, from this cloud's vaults.

The run's own credential is whatever azure-identity finds on this machine: its managed identity, the
environment's AZURE_… variables, or the Azure CLI's. Who may read the vault is set there.
"""

from typing import Any
from urllib.parse import urlsplit

from reconciler.azure.clouds import Cloud
from reconciler.azure.secrets import Unresolved, check_vault, check_vault_extra
from reconciler.core.identities import SecretRef


class Vaults:
    """The key vaults of one cloud.

    ca_bundle  PEM file of the authorities to trust; None means the public ones
    """

    def __init__(self, cloud: Cloud, ca_bundle: str | None = None) -> None:
        self._cloud = cloud
        self._verify = ca_bundle or True

    def read(self, ref: SecretRef) -> bytes:
        """The secret's value; raises `Unresolved` where it cannot be had."""
        check_vault(ref, self._cloud.vault_suffix)
        check_vault_extra(ref)
        from azure.core.exceptions import AzureError
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient

        parts = urlsplit(ref.name)
        _, name, *version = parts.path.strip("/").split("/")
        trust: dict[str, Any] = {"connection_verify": self._verify, "retry_total": 1}
        with DefaultAzureCredential(
            authority=self._cloud.authority, disable_instance_discovery=True, **trust
        ) as credential:
            client = SecretClient(f"https://{parts.netloc}", credential, **trust)
            try:
                return str(client.get_secret(name, *version).value or "").encode()
            except AzureError as error:
                raise Unresolved(f"{ref} cannot be read: {_why(error)}") from None


def _why(error: Exception) -> str:
    """The vault's own code, or the kind of error; never its text, which may be long and much."""
    code = getattr(getattr(error, "error", None), "code", None)
    return str(code or type(error).__name__)
