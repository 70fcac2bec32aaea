"""The three known Azure clouds. `cloud_metadata` reads the description of any other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Azure.

    arm           origin of Azure Resource Manager, without a trailing slash
    authority     origin of Microsoft Entra, without a trailing slash
    scope         OAuth scope of a token for ARM
    vault_suffix  DNS suffix of key vaults
    graph         base URL of Microsoft Graph, if a metadata document describes the cloud; else None
    exchange      OAuth scope of a managed identity's token that an app sends in place of a secret
    """

    name: str
    arm: str
    authority: str
    scope: str
    vault_suffix: str
    graph: str | None = None
    exchange: str = "api://AzureADTokenExchange/.default"

    @property
    def endpoint(self) -> str:
        """The origin of Azure Resource Manager in one spelling: what a plan is bound to."""
        return self.arm.lower().removesuffix(":443")


NO_VAULTS = "invalid"
"""DNS suffix of key vaults in a cloud that names none: no host can have it (RFC 2606)."""

CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "public",
            "https://management.azure.com",
            "https://login.microsoftonline.com",
            "https://management.azure.com/.default",
            "vault.azure.net",
        ),
        Cloud(
            "usgov",
            "https://management.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://management.core.usgovcloudapi.net/.default",
            "vault.usgovcloudapi.net",
            exchange="api://AzureADTokenExchangeUSGov/.default",
        ),
        Cloud(
            "china",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
            "vault.azure.cn",
            exchange="api://AzureADTokenExchangeChina/.default",
        ),
    )
}
"""Microsoft's published endpoints. Only public is known to have the PAL provider.

Source of `exchange`: Microsoft's "Configure an application to trust a managed identity".
"""
