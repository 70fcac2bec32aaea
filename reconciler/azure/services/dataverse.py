"""Dataverse: whether a principal is a user of an environment, and whether it owns something there.

Four GET requests: `WhoAmI`, then one row each of owned flows, owned canvas apps and managed
solutions that it imported.
"""

from urllib.parse import quote

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.services.client import ServiceClient
from reconciler.azure.services.errors import ServiceRefused, unexpected
from reconciler.azure.signin.openid import GUID
from reconciler.core.access.ownership import Asset, EnvironmentAccess
from reconciler.core.links import Problem

API = "/api/data/v9.2"
NOT_A_MEMBER = "0x80072560"
"""The error of a principal that is no user of the environment (403)."""

_ODATA = {"OData-MaxVersion": "4.0", "OData-Version": "4.0"}

_QUERIES = {
    Asset.FLOWS: ("workflows", "workflowid", "category eq 5 and _ownerid_value eq {user}"),
    Asset.CANVAS_APPS: ("canvasapps", "canvasappid", "_ownerid_value eq {user}"),
    Asset.IMPORTED_SOLUTIONS: (
        "solutions",
        "uniquename,version,installedon,_createdby_value,_modifiedby_value",
        "ismanaged eq true and (_createdby_value eq {user} or _modifiedby_value eq {user})",
    ),
}
"""Table, columns and filter. The GUID is bare, as OData wants it."""


def read_environment(dataverse: ServiceClient, host: str) -> EnvironmentAccess:
    """What the principal is and owns in one environment. Failed requests are part of the result."""
    try:
        user = str(dataverse.get(f"{API}/WhoAmI", _ODATA).get("UserId"))
        if not GUID.fullmatch(user):
            raise unexpected(dataverse.label, "to WhoAmI has no user ID")
    except ServiceRefused as refusal:
        if refusal.status == 403 and refusal.code.casefold() == NOT_A_MEMBER:
            return EnvironmentAccess(host, is_user=False)
        if refusal.status == 403:
            return EnvironmentAccess(host, is_user=None, refused=True)
        return EnvironmentAccess(host, is_user=None, failed=refusal.problem)
    except RequestFailed as failure:
        return EnvironmentAccess(host, is_user=None, failed=failure.problem)
    owned: list[Asset] = []
    refused = False
    failed: Problem | None = None
    for asset in Asset:
        try:
            if _owns(dataverse, asset, user.lower()):
                owned.append(asset)
        except RequestFailed as failure:
            is_right = isinstance(failure, ServiceRefused) and failure.status == 403
            refused, failed = refused or is_right, failed if is_right else failure.problem
    return EnvironmentAccess(host, True, tuple(owned), refused, failed)


def _owns(dataverse: ServiceClient, asset: Asset, user: str) -> bool:
    table, columns, condition = _QUERIES[asset]
    query = quote(condition.format(user=user), safe="()")
    page = dataverse.get(f"{API}/{table}?$select={columns}&$filter={query}&$top=1", _ODATA)
    rows = page.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row for row in rows):
        raise unexpected(dataverse.label, f"is not a list of {table}")
    return bool(rows)
