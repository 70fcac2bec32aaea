"""Documents that describe the emulated cloud: ARM's metadata, OpenID, and a few lists.

Pure.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

# What 127.0.0.1 ends with: the emulator's address is that of its vault, and no name is resolved.
VAULT_SUFFIX = "0.0.1"
# There is no storage; the name is reserved and cannot exist.
STORAGE_SUFFIX = "storage.invalid"
AUDIENCES = ("https://management.azure.com/", "https://management.core.windows.net/")
OPERATIONS = (
    ("read", "Read Management Partner", "Reads the partner ID that the caller is linked with"),
    ("write", "Create or Update Management Partner", "Links the caller with a partner ID"),
    ("delete", "Delete Management Partner", "Removes the caller's link with a partner ID"),
)


def cloud(endpoint: str, version: str = "2022-09-01") -> Any:
    """Return ARM's metadata document, from which clients learn every other host.

    Before 2022 it is a list of clouds, and with 2015-01-01 a short object. It names no host of the
    real Azure but the audience of ARM, so that no token goes there by mistake.
    """
    if version == "2015-01-01":
        return {
            "galleryEndpoint": endpoint,
            "graphEndpoint": endpoint,
            "portalEndpoint": endpoint,
            "authentication": {"loginEndpoint": endpoint, "audiences": list(AUDIENCES)},
        }
    document: dict[str, Any] = {
        "name": "PalEmulator",
        "authentication": {
            "loginEndpoint": endpoint,
            "audiences": list(AUDIENCES),
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": endpoint,
        "graphAudience": endpoint,
        "microsoftGraphResourceId": f"{endpoint}/",
        "gallery": endpoint,
        "portal": endpoint,
        "batch": endpoint,
        "suffixes": {"keyVaultDns": VAULT_SUFFIX, "storage": STORAGE_SUFFIX},
    }
    if version < "2022":
        return [{**document, "graph": endpoint, "media": endpoint}]
    return document


def provider_operations() -> dict[str, Any]:
    """Return the operations of the provider, by their names in role definitions."""
    display = {"provider": "Microsoft Management Partner", "resource": "Partners"}
    return {
        "value": [
            {
                "name": f"Microsoft.ManagementPartner/partners/{verb}",
                "display": {**display, "operation": operation, "description": description},
            }
            for verb, operation, description in OPERATIONS
        ]
    }


def openid(endpoint: str, tenant: str, *, is_v2: bool) -> dict[str, Any]:
    """Return a tenant's OpenID document; `tenant` is its GUID, or `common` and the like.

    The documents of all tenants are the same but for the tenant.
    """
    base, host = f"{endpoint}/{tenant}", urlsplit(endpoint).netloc
    oauth = f"{base}/oauth2/v2.0" if is_v2 else f"{base}/oauth2"
    issued_for = "{tenantid}" if tenant in ("common", "organizations") else tenant
    issuer = f"{endpoint}/{issued_for}/v2.0" if is_v2 else f"https://sts.windows.net/{issued_for}/"
    return {
        "token_endpoint": f"{oauth}/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{base}/discovery/{'v2.0/' if is_v2 else ''}keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{endpoint}/oidc/userinfo",
        "authorization_endpoint": f"{oauth}/authorize",
        "device_authorization_endpoint": f"{oauth}/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{oauth}/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "oid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": host,
        "msgraph_host": host,
        "rbac_url": endpoint,
    }


def instance_discovery(endpoint: str, host: str) -> dict[str, Any]:
    """Return the aliases of this login host, which are only itself."""
    return {
        "tenant_discovery_endpoint": f"{endpoint}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
