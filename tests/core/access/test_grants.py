"""What the permissions of a role grant, by Azure's rules for wildcards."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.access.grants import Grants, Permission, grants_of, matches
from reconciler.core.access.roles import RoleDefinition, judge_defined


@pytest.mark.parametrize(
    ("actions", "excluded", "grants"),
    [
        (["*"], [], Grants.CONTROL_WRITE),
        (["*"], ["Microsoft.Authorization/*/Write"], Grants.CONTROL_WRITE),
        (["*"], ["*"], Grants.READ),
        (["*/read"], [], Grants.READ),
        (["Microsoft.Web/sites/*"], ["*/write", "*/DELETE"], Grants.CONTROL_ACTION),
        (["Microsoft.Web/sites/restart/Action"], [], Grants.CONTROL_ACTION),
        (["Microsoft.Web/sites/Delete"], [], Grants.CONTROL_WRITE),
        (["Microsoft.Support/*", "Microsoft.Resources/deployments/*"], [], Grants.READ),
        ([], [], Grants.READ),
    ],
)
def test_actions_on_the_control_plane(
    actions: list[str], excluded: list[str], grants: Grants
) -> None:
    """Case does not matter, `*` spans slashes, and what most roles may do is set aside."""
    assert grants_of([Permission.of(actions, excluded)]) is grants


def test_data_actions_count_unless_they_read() -> None:
    """Excluded data actions do not count."""
    assert grants_of([Permission.of([], [], ["X/queues/messages/add/action"])]) is Grants.DATA
    assert grants_of([Permission.of([], [], ["X/blobs/read"])]) is Grants.READ
    assert grants_of([Permission.of([], [], ["X/blobs/*"], ["X/*"])]) is Grants.READ


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=10))
def test_a_wildcard_is_any_text(pattern: str, operation: str) -> None:
    """As in a regular expression with `.*` for each `*`."""
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert matches(pattern, operation) == bool(re.fullmatch(expression, operation))


def test_many_wildcards_take_no_time() -> None:
    """Customers write the patterns of their roles; a regular expression would take years."""
    operation = f"Contoso.{'a' * 200}/write"
    assert not matches("*a" * 100 + "*b", operation)
    assert matches("*a" * 100 + "*", operation)
    excluded = ["*a" * 100 + "*b/write"]
    assert grants_of([Permission.of([operation], excluded)]) is Grants.CONTROL_WRITE


def test_an_exclusion_holds_for_its_own_block_only() -> None:
    """What one block excludes another may allow."""
    blocks = [Permission.of(["*"], ["*"]), Permission.of(["A/b/write"])]
    assert grants_of(blocks) is Grants.CONTROL_WRITE


def test_a_role_without_a_definition_is_unknown() -> None:
    """Nothing is guessed about it."""
    assert judge_defined(None)[0] == "unknown"
    assert judge_defined(RoleDefinition("X", is_custom=False, permissions=()))[0] == "unknown"
