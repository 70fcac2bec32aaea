"""Index of the links of a page's table, to find those that a finding is about."""

from collections.abc import Iterable

from reconciler.core.history.link_history import Key
from reconciler.views.rows import Row


class LinkIndex:
    """The links of the table by tenant and by identity."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._of_tenant: dict[str, list[Key]] = {}
        self._of_identity: dict[str, list[Key]] = {}
        for row in rows:
            self._of_tenant.setdefault(row.tenant, []).append(row.key)
            self._of_identity.setdefault(row.identity, []).append(row.key)

    def about(self, member: Key) -> set[Key]:
        """The links of a tenant and an identity; either may be empty, and both name none."""
        tenant, identity = member
        keys = self._of_tenant.get(tenant, ()) if tenant else self._of_identity.get(identity, ())
        return {key for key in keys if identity in ("", key[1])}
