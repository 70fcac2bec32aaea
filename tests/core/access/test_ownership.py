"""Ownership in Power Platform: which verdict follows from what was found in the environments."""

from datetime import UTC, datetime

import pytest

from reconciler.core.access.ownership import Asset, EnvironmentAccess, Member, decide_ownership
from reconciler.core.links import Problem

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DOWN = Problem("unavailable", "the service did not answer", "run again")


def found(is_user: bool | None, **more: object) -> EnvironmentAccess:
    """What was found in one environment."""
    return EnvironmentAccess("fabrikam.crm4.dynamics.com", is_user, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environment", "app", "person"),
    [
        (found(True, owned=(Asset.FLOWS,)), "owns_assets", "owns_assets"),
        (found(True, owned=(Asset.FLOWS,), failed=DOWN), "owns_assets", "owns_assets"),
        (found(True), "owns_nothing", "member_of_environment"),
        (found(False), "not_a_member", "not_a_member"),
        (found(True, refused=True), "narrow_role_or_no_read", "member_of_environment"),
        (found(None, refused=True), "narrow_role_or_no_read", "narrow_role_or_no_read"),
        (found(None, failed=DOWN), "incomplete", "incomplete"),
        (found(True, refused=True, failed=DOWN), "incomplete", "member_of_environment"),
        (found(None), "incomplete", "incomplete"),
    ],
)
def test_one_environment_decides(environment: EnvironmentAccess, app: str, person: str) -> None:
    """What could not be read is never taken for nothing, and for no membership."""
    for is_app, reason in ((True, app), (False, person)):
        access = decide_ownership(Member("alice", is_app), [environment], NOW)
        assert access.reason == reason
        assert access.message


def test_the_best_environment_decides() -> None:
    """One environment that was not read does not hide what is owned in another."""
    environments = [found(None, failed=DOWN), found(True, owned=(Asset.CANVAS_APPS,))]
    access = decide_ownership(Member("app", is_app=True), environments, NOW)
    assert (access.verdict, access.reason) == ("eligible", "owns_assets")
    assert not access.complete
