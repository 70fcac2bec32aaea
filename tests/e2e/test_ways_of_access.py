"""The four kinds of access that a partner can have, as Microsoft's page on linking names them."""

from tests.e2e.command import OURS, Desk, tenant_id
from tests.e2e.test_users import at_a_terminal, login, people, seed, write

__all__ = ["people"]

ALLOWED = ("--allow", "new-partner-id")


def test_guest_user(people: Desk) -> None:
    """The partner's own user as a guest: another principal in the customer's tenant."""
    write(people)
    assert login(people, "--tenant", "C 2").status == 0
    status, _ = at_a_terminal(people, "apply", "--yes", "--only", "C 2", *ALLOWED)
    assert (status, linked_tenants(people)) == (0, [tenant_id(2)])


def test_directory_account(people: Desk) -> None:
    """A user that the customer created in its own directory."""
    seed(people, {"tenant": tenant_id(1)})
    write(people)
    assert login(people, "--tenant", "C1").status == 0
    status, _ = at_a_terminal(people, "apply", "--yes", "--only", "C1", *ALLOWED)
    assert (status, linked_tenants(people)) == (0, [tenant_id(1)])


def test_service_principal(desk: Desk) -> None:
    """An app in the customer's directory, unattended."""
    desk.seed()
    desk.customers(1)
    assert desk.apply(*ALLOWED).outcomes == {"C1": "applied"}
    assert desk.truth(1) == OURS


def test_delegated_administrator(desk: Desk) -> None:
    """Azure Lighthouse: one link in the partner's tenant, no request to the customer's."""
    desk.seed()
    desk.write(
        f"  - {{name: Home, tenant: {tenant_id(1)}, covers: [Fabrikam]}}\n"
        f"  - {{name: Fabrikam, tenant: {tenant_id(2)}}}\n"
    )
    assert desk.apply(*ALLOWED).outcomes == {"Home": "applied"}
    assert linked_tenants(desk) == [tenant_id(1)]
    assert desk.run("show", "--format", "json").link("Home")["covers"] == ["Fabrikam"]
    assert tenant_id(2) not in desk.azure.state.requests.by_tenant()


def linked_tenants(desk: Desk) -> list[str]:
    """The tenants in which a principal is linked to the partner ID."""
    records = desk.azure.state.links.records
    return [p.tenant_id for p, r in records.items() if r.is_linked and r.partner_id == OURS]
