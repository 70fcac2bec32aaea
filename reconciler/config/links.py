"""What does the file say about one link, once defaults, tenant and override are laid together?"""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.config.nodes import Path
from reconciler.config.schema import Attested, Document, Hold, Override, Tenant
from reconciler.core.links import Aim

DEFAULTS: Path = ("defaults", "identities")


@dataclass(frozen=True, slots=True)
class Entry:
    """One identity of one tenant: what holds for it, and where the file says so.

    path    the identity's place, in the tenant's own list or in the defaults
    is_own  whether the tenant lists it itself
    """

    document: Document
    tenant: Tenant
    override: Override
    path: Path
    is_own: bool

    @property
    def identity(self) -> str:
        return self.override.identity

    @property
    def state(self) -> Aim:
        return self.override.state or self.tenant.state or Aim.LINKED

    @property
    def partner(self) -> str | None:
        """The alias or ID that is wanted, whatever the state."""
        return self.override.partner or self.tenant.partner or self.document.defaults.partner

    @property
    def hold(self) -> Hold | None:
        return self.override.hold or self.tenant.hold

    @property
    def attested(self) -> Attested | None:
        return self.override.attested or self.tenant.attested

    @property
    def object_id(self) -> str | None:
        return self.override.object_id or (self.tenant.object_ids or {}).get(self.identity)


def entries(document: Document, index: int) -> Iterator[Entry]:
    """The links of the tenant at this index, in the order of its identities.

    A covered customer takes none from the defaults: it is served through another tenant.
    """
    tenant = document.tenants[index]
    is_own = tenant.identities is not None
    defaults = None if index in document.covered else document.defaults.identities
    listed = tenant.identities if is_own else defaults
    base: Path = ("tenants", index, "identities") if is_own else DEFAULTS
    for number, override in enumerate(listed or ()):
        yield Entry(document, tenant, override, (*base, number), is_own)
