"""Which secrets work and which no longer do, as seen by the reads."""

from dataclasses import replace

from reconciler.core.inventory.secret_rotation import secret_rotation_findings
from reconciler.core.links import App, Observed, ObservedState, Place, Rotation

NEW, OLD = "{env: PAL_NEW}", "{env: PAL_OLD}"


def seen(accepted: str = NEW, *refused: str) -> Observed:
    return Observed(ObservedState.NOT_LINKED, "t", "o", rotation=Rotation(accepted, refused))


def places(count: int) -> list[Place]:
    return [Place(f"C{n}", f"c{n}.example", "app") for n in range(count)]


def test_a_refused_secret_is_one_finding_for_its_identity() -> None:
    """The number of tenants does not matter."""
    one, two, three = places(3)
    (finding,) = secret_rotation_findings(
        {one: seen(OLD, NEW), two: seen(OLD), three: seen(OLD, NEW)}
    )
    assert (finding.code, finding.tenant, finding.identity) == ("secret_refused", None, "app")
    assert finding.message == f"identity app signs in with {OLD}; {NEW} is not accepted"


def test_a_secret_that_works_in_another_tenant_is_no_finding() -> None:
    """A new secret takes a while to work everywhere."""
    one, two = places(2)
    assert secret_rotation_findings({one: seen(OLD, NEW), two: seen(NEW, OLD)}) == ()


def test_without_a_refused_secret_there_is_no_finding() -> None:
    """This includes an identity with one secret."""
    one, two = places(2)
    assert secret_rotation_findings({one: seen(), two: replace(seen(), rotation=None)}) == ()


def test_an_own_apps_rotation_names_its_customer() -> None:
    """Each app is judged separately."""
    one, two = (replace(p, app=App(f"app-{p.tenant}", "k")) for p in places(2))
    (finding,) = secret_rotation_findings({one: seen(OLD, NEW), two: seen(NEW)})
    assert (finding.tenant, finding.identity) == ("C0", "app")
    assert "identity app of C0 signs in" in finding.message
