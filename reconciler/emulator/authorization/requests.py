"""Requests about access: the operation, the scope and the filter that a path names. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from reconciler.emulator.authorization.values import ROOT

LISTS = {
    "microsoft.authorization": {
        "roleassignments": "role_assignments",
        "permissions": "permissions",
        "roledefinitions": "role_definitions",
        "roleassignmentscheduleinstances": "assignment_schedules",
        "roleeligibilityscheduleinstances": "eligibility_schedules",
    },
    "microsoft.managedservices": {
        "registrationassignments": "registration_assignments",
        "registrationdefinitions": "registration_definitions",
    },
}
IN_SUBSCRIPTIONS = {"resourcegroups": "resource_groups", "resources": "resources"}
PROVIDER = re.compile(
    r"(?P<scope>.*)/providers/(?P<namespace>[^/]+)/(?P<kind>[^/]+)(/(?P<name>[^/]+))?",
    re.ASCII | re.IGNORECASE,
)
TERM = re.compile(
    r"(?P<call>atscope|astarget|atscopeandbelow)\(\)|assignedto\('(?P<assigned>[^']+)'\)"
    r"|(?P<field>principalid|rolename|type|managedbytenantid) eq '(?P<value>[^']*)'",
    re.IGNORECASE,
)


class Target(NamedTuple):
    """What a path is about.

    operation: one of request_log.ACCESS_OPERATIONS
    scope: as it was written; `/` for the tenant
    name: the last segment, if it names one entry of the list
    """

    operation: str
    scope: str
    name: str = ""


class Filter(NamedTuple):
    """A `$filter`, understood. All values are in lower case and empty if absent."""

    is_at_scope: bool = False
    assigned_to: str = ""
    principal_id: str = ""
    role_name: str = ""
    role_type: str = ""
    managed_by: str = ""


def target(path: str) -> Target | None:
    """Return what a path is about; None if it is about something else."""
    path = path.rstrip("/")
    found = PROVIDER.fullmatch(path)
    if found:
        operation = LISTS.get(found["namespace"].lower(), {}).get(found["kind"].lower())
        if operation:
            return Target(operation, found["scope"] or ROOT, (found["name"] or "").lower())
    parts = path.split("/")[1:]
    if not parts or parts[0].lower() != "subscriptions":
        return None
    if len(parts) <= 2:
        return Target("subscriptions", path if len(parts) == 2 else ROOT)
    is_group = parts[2].lower() == "resourcegroups"
    if len(parts) == 5 and is_group and parts[4].lower() == "resources":
        return Target("resources", "/".join(path.split("/")[:5]))
    operation = IN_SUBSCRIPTIONS.get(parts[2].lower())
    if operation and (len(parts) == 3 or (len(parts) == 4 and is_group)):
        return Target(operation, "/".join(path.split("/")[:3]), "".join(parts[3:]))
    return None


def read_filter(text: str, caller_id: str) -> Filter | None:
    """Understand a `$filter`; None if it has a term that Azure does not know here."""
    values: dict[str, str | bool] = {}
    fields = {
        "principalid": "principal_id",
        "rolename": "role_name",
        "type": "role_type",
        "managedbytenantid": "managed_by",
    }
    for term in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        found = TERM.fullmatch(term.strip())
        if found is None:
            return None
        if found["call"]:
            if found["call"].lower() == "astarget":
                values["assigned_to"] = caller_id
            elif found["call"].lower() == "atscope":
                values["is_at_scope"] = True
        elif found["assigned"]:
            values["assigned_to"] = found["assigned"].lower()
        else:
            values[fields[found["field"].lower()]] = found["value"].lower()
    return Filter(**values)  # type: ignore[arg-type]
