"""Microsoft's list of roles: the one in this package, or a newer one from a file.

A list is a CSV table with the columns `role`, `role_definition_id` and `pec_eligible` (yes or no).
Its date is in a comment above the heading, `# date: 2022-11-08`, or in a column `list_date`. The
permissions of the roles, which identify a role where only permissions can be read, are in
`role_permissions.json`.
"""

import csv
import json
import re
from collections.abc import Collection, Iterator
from datetime import date
from importlib import resources
from io import StringIO
from pathlib import Path

from reconciler.core.access.grants import Permission
from reconciler.core.access.roles import ListedRole, RoleList
from reconciler.core.errors import WrongUsage
from reconciler.core.text import visible
from reconciler.regular_files import read_regular

MOST_BYTES = 1 << 20
COLUMNS = ("role", "role_definition_id", "pec_eligible")

_ANSWERS = {"yes": True, "no": False}
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DATE = re.compile(r"#\s*date:\s*(\S+)\s*")
_PARTS = ("actions", "notActions", "dataActions", "notDataActions")

_FOLDER = resources.files("reconciler.azure.access")


def packaged_roles() -> RoleList:
    """The list in this package."""
    return parse_roles((_FOLDER / "roles.csv").read_text(encoding="utf-8"), "roles.csv")


def roles_from(path: Path) -> RoleList:
    """The list in a file. Raises `WrongUsage` with each error and its line."""
    name = visible(str(path))
    try:
        text = read_regular(path, MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise WrongUsage(f"cannot read --roles {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUsage(f"--roles {name} is not UTF-8 text; save it as CSV in UTF-8") from None
    return parse_roles(text, name)


def parse_roles(text: str, name: str) -> RoleList:
    """The list in this text; `name` is its file's. Raises `WrongUsage` with each error."""
    lines = list(_rows(text, name))
    if not lines:
        raise WrongUsage(f"{name}: is empty; the columns are {','.join(COLUMNS)}")
    (at, heading), *rows = lines
    columns = [cell.strip().lower() for cell in heading]
    if missing := [column for column in COLUMNS if column not in columns]:
        raise WrongUsage(
            f"{name}:{at}: has no column {missing[0]}; the columns are {','.join(COLUMNS)}"
        )
    roles: dict[str, ListedRole] = {}
    dates = {found[1] for line in text.splitlines() if (found := _DATE.fullmatch(line))}
    errors: list[str] = []
    for number, cells in rows:
        values = dict(zip(columns, map(str.strip, cells), strict=False))
        dates.add(values.get("list_date", ""))
        if error := _error(values, roles):
            errors.append(f"{name}:{number}: {error}")
        else:
            counts = _ANSWERS[values["pec_eligible"].lower()]
            roles[values["role_definition_id"].lower()] = ListedRole(values["role"], counts)
    if not (rows or errors):
        errors.append(f"{name}:{at}: lists no role")
    as_of = _date_of(dates - {""})
    if as_of is None:
        errors.append(f"{name}:1: needs one date; write it above the heading as # date: 2026-01-31")
    if errors or as_of is None:
        raise WrongUsage("\n".join(errors))
    return RoleList(as_of, roles, _known_permissions(roles))


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with its line number, without comments and empty lines. Raises `WrongUsage`."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield number, next(csv.reader(StringIO(line)))
            except csv.Error as error:
                raise WrongUsage(f"{name}:{number}: is not a row of CSV: {error}") from None


def _error(values: dict[str, str], seen: dict[str, ListedRole]) -> str | None:
    role_id = values.get("role_definition_id", "")
    answer = values.get("pec_eligible", "")
    if not values.get("role"):
        return "role is empty; write the role's name"
    if not _GUID.fullmatch(role_id.lower()):
        return f'role_definition_id "{visible(role_id[:60])}" is not a GUID'
    if role_id.lower() in seen:
        return f"role_definition_id {role_id} is listed twice; keep one of the lines"
    if answer.lower() not in _ANSWERS:
        return f'pec_eligible "{visible(answer[:60])}" is neither yes nor no'
    return None


def _date_of(texts: set[str]) -> date | None:
    try:
        (text,) = texts
        return date.fromisoformat(text)
    except ValueError:
        return None


def _known_permissions(listed: Collection[str]) -> dict[Permission, str]:
    """The permissions of the listed roles that are known, with the role's GUID."""
    data = json.loads((_FOLDER / "role_permissions.json").read_text(encoding="utf-8"))
    return {
        Permission.of(*(parts.get(part, ()) for part in _PARTS)): role_id
        for role_id, parts in data["roles"].items()
        if role_id in listed
    }
