"""The starter tenants.yaml that `init` writes, and the placeholders that are still in a file."""

from collections.abc import Iterator
from importlib.resources import files

from reconciler.config.parse import ParsedFile
from reconciler.core.findings import Finding

PARTNER_ID = "1234567"
CLIENT_ID = "11111111-1111-1111-1111-111111111111"
TENANTS = ("22222222-2222-2222-2222-222222222222", "northwind.example")
_PARTNER_NAME = "Contoso Consulting"


def starter() -> str:
    """The text of the starter file."""
    return files("reconciler.config").joinpath("starter.yaml").read_text(encoding="utf-8")


def placeholder_findings(parsed: ParsedFile) -> Iterator[Finding]:
    """A finding for each value of the starter file that is still to be filled in.

    A value counts only under the name that the starter file gives it, in a file that still has the
    starter's partner alias.
    """
    document = parsed.document
    partner = (document.partners or {}).get("our-location")
    if partner is None:
        return
    if partner.id == PARTNER_ID:
        where = parsed.where(("partners", "our-location", "id"))
        yield _finding(where, "the partner ID", PARTNER_ID, "copy it from Partner Center")
        if partner.name and _PARTNER_NAME in partner.name:
            where = parsed.where(("partners", "our-location", "name"))
            yield _finding(where, "the partner name", _PARTNER_NAME, "write it, or remove name:")
    client_id = getattr((document.identities or {}).get("automation"), "client_id", None)
    if client_id == CLIENT_ID:
        where = parsed.where(("identities", "automation", "client_id"))
        hint = "copy the client ID of your app registration"
        yield _finding(where, "the client ID", CLIENT_ID, hint, identity="automation")
    for index, tenant in enumerate(document.tenants):
        if tenant.tenant in TENANTS and tenant.name in ("Fabrikam", "Northwind"):
            where = parsed.where(("tenants", index, "tenant"))
            hint = "write the GUID or a verified domain of a customer, and its name"
            yield _finding(where, "the tenant", tenant.tenant, hint, tenant=tenant.name)


def _finding(
    where: str,
    what: str,
    value: str,
    hint: str,
    tenant: str | None = None,
    identity: str | None = None,
) -> Finding:
    message = f"still to fill in at {where}: {what} {value} is a placeholder"
    return Finding("placeholder", message, hint, tenant, identity)
