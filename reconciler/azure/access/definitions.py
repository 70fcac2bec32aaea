"""Definitions of roles that are not on the list, requested once in a run.

Built-in roles are the same in every tenant. A custom role is known by its tenant and its GUID.
"""

import re
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any

from reconciler.azure.access.listings import DeniedError, Listings
from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.http.retry import RequestFailed
from reconciler.core.access.grants import Permission
from reconciler.core.access.roles import RoleDefinition

API_VERSION = "2022-04-01"

_PATH = re.compile(
    r"(?:/subscriptions/[0-9a-f-]{36}|/providers/Microsoft\.Management/managementGroups/[^/?#\s]+)?"
    r"/providers/Microsoft\.Authorization/roleDefinitions/[0-9a-f-]{36}",
    re.IGNORECASE,
)

_ANYWHERE = "/providers/Microsoft.Authorization/roleDefinitions/"
"""Where built-in roles are found without a scope."""

_PARTS = ("actions", "notActions", "dataActions", "notDataActions")

Found = RoleDefinition | None


class RoleDefinitions:
    """The role definitions of one run; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._built_in: dict[str, RoleDefinition] = {}
        self._custom: dict[tuple[str, str], Found] = {}
        self._requested: dict[str, Future[None]] = {}

    def known(self, tenant_id: str, role_id: str) -> Found:
        """A definition that was requested before; None if it was not."""
        return self._built_in.get(role_id) or self._custom.get((tenant_id, role_id))

    def find(self, tenant_id: str, path: str, arm: str, listings: Listings) -> Found:
        """The definition at a path that Azure answered; None if it may not be read.

        Raises `RequestFailed` if the request failed for another reason.
        """
        role_id = path.rpartition("/")[2].lower()
        if not _PATH.fullmatch(path):
            return None

        def request() -> Found:
            for place in dict.fromkeys((path, f"{_ANYWHERE}{role_id}")):
                try:
                    return _definition(listings.page(f"{arm}{place}?api-version={API_VERSION}"))
                except DeniedError:
                    continue
            return None

        with self._lock:
            earlier = self._requested.get(role_id)
            mine = None if earlier else self._requested.setdefault(role_id, Future())
        if earlier:
            earlier.result()  # it may be a built-in role, which need not be requested again
        try:
            key = (tenant_id, role_id)
            if role_id not in self._built_in and key not in self._custom:
                self._keep(key, request)
            return self.known(*key)
        finally:
            if mine:
                mine.set_result(None)

    def _keep(self, key: tuple[str, str], request: Callable[[], Found]) -> None:
        found = request()
        if found and not found.is_custom:
            self._built_in[key[1]] = found
        else:
            self._custom[key] = found


def _definition(data: dict[str, Any]) -> RoleDefinition:
    """A role definition. Raises `RequestFailed` unless it is well formed."""
    properties = data.get("properties")
    if not isinstance(properties, dict) or not isinstance(properties.get("permissions"), list):
        raise _malformed()
    name = properties.get("roleName")
    return RoleDefinition(
        name if isinstance(name, str) else "",
        properties.get("type") != "BuiltInRole",
        tuple(permission_of(block) for block in properties["permissions"]),
    )


def permission_of(block: Any) -> Permission:
    """One block of permissions. Raises `RequestFailed` unless it is well formed."""
    lists = [] if not isinstance(block, dict) else [block.get(part) or [] for part in _PARTS]
    is_valid = all(
        isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in lists
    )
    if not (lists and is_valid):
        raise _malformed()
    return Permission.of(*lists)


def _malformed() -> RequestFailed:
    return unexpected_answer("Azure answered with permissions that are not well formed")
