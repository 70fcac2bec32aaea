"""Microsoft's list of roles: the packaged one and newer ones from files."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from reconciler.azure.access.role_list import packaged_roles, parse_roles, roles_from
from reconciler.core.access.grants import Grants, grants_of
from reconciler.core.access.values import Counts
from reconciler.core.errors import WrongUsage
from tests.azure.access.arm import READER, SRC

HEAD = "# date: 2026-01-31\nrole,role_definition_id,pec_eligible\n"


def test_the_packaged_list_has_its_counts_and_date() -> None:
    """Microsoft's table of 2022-11-08 has 98 roles with yes and 24 with no."""
    roles = packaged_roles()
    assert roles.as_of == date(2022, 11, 8)
    assert Counter(role.counts for role in roles.roles.values()) == {True: 98, False: 24}
    assert roles.roles[SRC].counts
    assert not roles.roles[READER].counts


def test_the_permissions_of_each_listed_role_identify_it() -> None:
    """Every role of the list has its own block of permissions."""
    roles = packaged_roles()
    assert sorted(roles.by_permission.values()) == sorted(roles.roles)


def test_the_rule_for_other_roles_agrees_with_the_list() -> None:
    """Roles not named Reader that grant more than reading: 93 of 94 are listed with yes."""
    roles = packaged_roles()
    granting = [
        roles.roles[role_id].counts
        for block, role_id in roles.by_permission.items()
        if "reader" not in roles.roles[role_id].name.lower()
        and grants_of([block]) is not Grants.READ
    ]
    assert (sum(granting), len(granting)) == (93, 94)


def test_a_newer_list_from_a_file(tmp_path: Path) -> None:
    """Further columns are ignored, the date may be a column, and case does not matter."""
    path = tmp_path / "roles.csv"
    path.write_text(
        "\ufeffrole,role_definition_id,note,PEC_eligible,list_date\n"
        f'Support Request Contributor,{SRC.upper()},"a, b",No,2026-01-31\n',
        encoding="utf-8",
    )
    roles = roles_from(path)
    assert roles.as_of == date(2026, 1, 31)
    judged = roles.judge_listed(SRC)
    assert judged is not None
    assert judged[1][0] is Counts.NO


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "is empty"),
        ("# date: 2026-01-31\nrole,role_definition_id\n", "r.csv:2: has no column pec_eligible"),
        (HEAD, "r.csv:2: lists no role"),
        (f"{HEAD}A,nonsense,yes\n", 'r.csv:3: role_definition_id "nonsense" is not a GUID'),
        (f"{HEAD}A,{SRC},perhaps\n", 'r.csv:3: pec_eligible "perhaps" is neither yes nor no'),
        (f"{HEAD},{SRC},yes\n", "r.csv:3: role is empty"),
        (f"{HEAD}A,{SRC},yes\nB,{SRC},no\n", f"r.csv:4: role_definition_id {SRC} is listed twice"),
        (f"role,role_definition_id,pec_eligible\nA,{SRC},yes\n", "r.csv:1: needs one date"),
        (f"# date: soon\n{HEAD}A,{SRC},yes\n", "r.csv:1: needs one date"),
    ],
)
def test_an_invalid_list_is_refused_with_the_line(text: str, error: str) -> None:
    """Each error names the file, the line and the value."""
    with pytest.raises(WrongUsage, match=error.replace("(", r"\(")):
        parse_roles(text, "r.csv")


def test_every_error_of_a_list_is_named() -> None:
    """The errors are reported at once."""
    with pytest.raises(WrongUsage) as refused:
        parse_roles(f"{HEAD}A,x,yes\nB,{SRC},z\n", "r.csv")
    assert len(str(refused.value).splitlines()) == 2


def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, and text in another encoding."""
    (tmp_path / "utf16.csv").write_text(HEAD, encoding="utf-16")
    for name in ("missing.csv", "", "utf16.csv"):
        with pytest.raises(WrongUsage, match="--roles"):
            roles_from(tmp_path / name)
