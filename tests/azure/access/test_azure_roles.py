"""The access check of Azure: one principal of each kind, and the requests that it takes."""

from typing import Any

import pytest

from tests.azure.access.arm import (
    ARM,
    BROKEN,
    CONTRIBUTOR,
    CUSTOM,
    CUSTOMER,
    DENIED,
    EMPTY,
    GROUP,
    OID,
    RBAC_ADMIN,
    READER,
    SRC,
    SRC_BLOCK,
    check,
    definition,
    listed,
    role,
    sub,
    subscriptions,
)

ONE = {"/subscriptions": subscriptions(1)}
ACTIVE = "roleAssignmentScheduleInstances"
ELIGIBLE = "roleEligibilityScheduleInstances"
DEFINITION = f"roleDefinitions/{CUSTOM.upper()}"


def judged(answers: dict[str, Any], **more: Any) -> tuple[str, str]:
    """Verdict and reason for a principal for which Azure answers so."""
    access, _ = check(answers, **more)
    return access.verdict.value, access.reason.value


def test_a_listed_role_is_eligible_with_two_requests_a_subscription() -> None:
    """The list, and for each subscription the assignments and their ends: 1 + 2n requests."""
    access, arm = check(
        {
            "/subscriptions": subscriptions(1, 2),
            "roleAssignments": listed(role(READER), role(SRC)),
            ACTIVE: EMPTY,
        }
    )
    assert (access.verdict, access.reason) == ("eligible", "role_listed")
    assert access.message == "Support Request Contributor on 2 of 2 subscriptions"
    assert access.hint is None
    assert [each.counts for each in access.assignments] == ["no", "yes"] * 2
    assert arm.requested == [
        "subscriptions",
        *[f"roleAssignments assignedTo('{OID}')", f"{ACTIVE} asTarget()"] * 2,
    ]


def test_a_listed_role_needs_no_definition_of_another() -> None:
    """Beside a role that counts, roles that are not on the list are not requested."""
    access, arm = check(ONE | {"roleAssignments": listed(role(CUSTOM), role(SRC)), ACTIVE: EMPTY})
    assert [each.counts for each in access.assignments] == ["unknown", "yes"]
    assert len(arm.requested) == 3


def test_reader_alone_does_not_count() -> None:
    """The hint is the exact command; whether a role could be activated was asked."""
    access, arm = check(ONE | {"roleAssignments": listed(role(READER)), ELIGIBLE: EMPTY})
    assert (access.verdict, access.reason) == ("none", "reader_only")
    assert access.hint == (
        f"ask the customer to run: az role assignment create --assignee-object-id {OID} "
        "--assignee-principal-type ServicePrincipal "
        f'--role "Support Request Contributor" --scope /subscriptions/{sub(1)}'
    )
    assert arm.requested[-1] == f"{ELIGIBLE} asTarget()"


def test_the_command_names_a_person() -> None:
    """A person is a user in the command."""
    access, _ = check(
        ONE | {"roleAssignments": listed(role(READER)), ELIGIBLE: EMPTY}, is_app=False
    )
    assert "--assignee-principal-type User " in str(access.hint)


def test_no_visible_subscription_is_none_after_one_request() -> None:
    """An empty list of subscriptions is an answer."""
    access, arm = check({"/subscriptions": EMPTY})
    assert (access.verdict, access.reason) == ("none", "no_subscription")
    assert "--scope /subscriptions/SUBSCRIPTION_ID" in str(access.hint)
    assert arm.requested == ["subscriptions"]


def test_a_role_through_a_group_counts() -> None:
    """Every member of a group with a role counts."""
    held = role(SRC, principalId=GROUP, principalType="Group")
    access, _ = check(ONE | {"roleAssignments": listed(held), ACTIVE: EMPTY})
    assert access.assignments[0].through_group
    assert access.message.endswith("through a group")


def test_a_role_of_a_group_counts_without_its_type() -> None:
    """The filter of the request leaves only the principal and its groups."""
    held = role(SRC, principalId=GROUP, principalType=None)
    access, _ = check(ONE | {"roleAssignments": listed(held), ACTIVE: EMPTY})
    assert access.assignments[0].through_group


def test_a_role_of_a_management_group_counts_with_its_scope() -> None:
    """Inherited assignments are listed with the scope where they were made."""
    scope = "/providers/Microsoft.Management/managementGroups/contoso"
    path = f"/providers/Microsoft.Authorization/roleDefinitions/{SRC}"
    held = role(SRC, scope=scope, roleDefinitionId=path)
    access, _ = check(ONE | {"roleAssignments": listed(held), ACTIVE: EMPTY})
    assert (access.verdict, access.assignments[0].scope) == ("eligible", scope)


def test_the_role_of_another_principal_does_not_count() -> None:
    """A server that ignores the filter shows the roles of others."""
    other = role(SRC, principalId=GROUP, principalType="User")
    answers = ONE | {"roleAssignments": listed(other), "permissions": DENIED}
    assert judged(answers) == ("cannot_tell", "narrow_role_or_no_read")


@pytest.mark.parametrize(
    ("kind", "action", "verdict"),
    [
        ("CustomRole", "Microsoft.Compute/virtualMachines/write", ("probably", "custom_role")),
        ("CustomRole", "Microsoft.Compute/*/read", ("cannot_tell", "custom_role")),
        ("CustomRole", "Microsoft.Compute/x/start/action", ("cannot_tell", "custom_role")),
        ("BuiltInRole", "Microsoft.Compute/x/start/action", ("probably", "role_not_on_list")),
        ("BuiltInRole", "*/read", ("cannot_tell", "role_not_on_list")),
    ],
)
def test_a_role_that_is_not_listed_is_judged_by_its_definition(
    kind: str, action: str, verdict: tuple[str, str]
) -> None:
    """A rule says at most probably."""
    answers = ONE | {
        "roleAssignments": listed(role(CUSTOM)),
        DEFINITION: definition("Helper", kind, action),
    }
    assert judged(answers) == verdict


def test_a_reader_by_name_is_not_taken_for_more() -> None:
    """For built-in roles the name decides, too."""
    answers = ONE | {
        "roleAssignments": listed(role(RBAC_ADMIN)),
        f"roleDefinitions/{RBAC_ADMIN.upper()}": definition("X Reader", "BuiltInRole", "a/b/write"),
    }
    assert judged(answers) == ("cannot_tell", "role_not_on_list")


def test_a_definition_is_requested_once() -> None:
    """Three subscriptions with the same role take one request for its definition."""
    _, arm = check(
        {
            "/subscriptions": subscriptions(1, 2, 3),
            "roleAssignments": listed(role(CUSTOM)),
            DEFINITION: definition("Helper", "CustomRole", "a/b/write"),
            ACTIVE: EMPTY,
        }
    )
    assert sum(CUSTOM.upper() in each for each in arm.requested) == 1


def test_a_role_on_one_resource_group_is_found() -> None:
    """At the subscription everything is refused; five requests find the role."""
    for at_subscription in (DENIED, EMPTY):
        access, arm = check(
            ONE
            | {
                "roleAssignments": at_subscription,
                "permissions": DENIED,
                "resourcegroups": listed({"name": "rg one"}),
                "resourceGroups/rg one/roleAssignments": listed(role(SRC, scope="/rg")),
                f"resourceGroups/rg one/{ACTIVE}": EMPTY,
            }
        )
        assert (access.verdict, access.reason) == ("eligible", "role_listed")
        assert len(arm.requested) == 6


def test_a_reader_of_one_group_may_have_more_elsewhere() -> None:
    """What was seen in single groups never proves that there is nothing else."""
    answers = ONE | {
        "roleAssignments": EMPTY,
        "resourcegroups": listed({"name": "rg"}),
        "resourceGroups/rg/roleAssignments": listed(role(READER)),
    }
    assert judged(answers) == ("cannot_tell", "narrow_role_or_no_read")


@pytest.mark.parametrize("name", ["..", ".", "", None, "rg/../x", "rg?x", "rg#x", "rg%2f"])
def test_a_group_with_a_name_that_leads_elsewhere_is_not_examined(name: str | None) -> None:
    """The path of a request stays below the list that named the group."""
    groups = listed({"name": name})
    access, arm = check(ONE | {"roleAssignments": EMPTY, "resourcegroups": groups})
    assert (access.verdict, access.reason) == ("cannot_tell", "incomplete")
    assert sum(each.startswith("roleAssignments ") for each in arm.requested) == 1


def test_a_principal_that_is_denied_everything_cannot_be_judged() -> None:
    """A denial is never none."""
    access, arm = check(ONE)
    assert (access.verdict, access.reason) == ("cannot_tell", "narrow_role_or_no_read")
    assert access.complete
    assert len(arm.requested) <= 6


def test_an_empty_list_is_never_none() -> None:
    """Azure answers an empty list where a right is missing."""
    answers = {"roleAssignments": EMPTY, "permissions": EMPTY, "resourcegroups": EMPTY}
    assert judged(ONE | answers | {ELIGIBLE: EMPTY}) == ("cannot_tell", "narrow_role_or_no_read")


def test_a_role_that_could_be_activated_is_not_active() -> None:
    """Eligibility counts only after activation; the hint asks for a permanent role."""
    for beside in ({"roleAssignments": EMPTY}, {"roleAssignments": listed(role(READER))}):
        access, _ = check(ONE | beside | {ELIGIBLE: listed(role(CONTRIBUTOR))})
        assert (access.verdict, access.reason) == ("none", "only_pim_eligible")
        assert "counts only while it is active" in str(access.hint)
        assert "az role assignment create" in str(access.hint)


def test_a_denial_is_not_none_even_if_a_role_could_be_activated() -> None:
    """Active roles may be hidden."""
    answers = ONE | {"roleAssignments": DENIED, ELIGIBLE: listed(role(CONTRIBUTOR))}
    access, _ = check(answers)
    assert (access.verdict, access.reason) == ("cannot_tell", "narrow_role_or_no_read")
    assert "Contributor can be activated" in access.message


def test_a_role_that_only_reads_does_not_count_as_eligible() -> None:
    """An eligibility for Reader changes nothing."""
    answers = ONE | {
        "roleAssignments": listed(role(READER)),
        ELIGIBLE: listed(role(READER)),
    }
    assert judged(answers) == ("none", "reader_only")


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "x"])
def test_an_end_that_is_no_time_spoils_no_verdict(end: str) -> None:
    """The years 1 and 9999 are not times in every zone."""
    held = listed(role(CONTRIBUTOR, 1, endDateTime=end, assignmentType="Activated"))
    access, _ = check(ONE | {"roleAssignments": listed(role(CONTRIBUTOR)), ACTIVE: held})
    assert (access.verdict, access.assignments[0].until) == ("eligible", None)


def test_an_activated_role_has_its_end() -> None:
    """PIM says until when; the assignment itself does not."""
    end = {"endDateTime": "2026-11-26T18:00:00.1234567Z", "assignmentType": "Activated"}
    access, _ = check(
        ONE
        | {
            "roleAssignments": listed(role(CONTRIBUTOR)),
            ACTIVE: listed(role(CONTRIBUTOR, 1, **end)),
        }
    )
    assert access.verdict == "eligible"
    assert str(access.assignments[0].until) == "2026-11-26 18:00:00+00:00"
    assert access.message.endswith("until 2026-11-26 18:00 UTC")
    assert "permanent" in str(access.hint)


def test_a_permanent_role_beside_an_activated_one_has_no_end() -> None:
    """One instance without an end is enough."""
    end = {"endDateTime": "2026-11-26T18:00:00Z"}
    access, _ = check(
        ONE
        | {
            "roleAssignments": listed(role(CONTRIBUTOR)),
            ACTIVE: listed(role(CONTRIBUTOR), role(CONTRIBUTOR, 1, **end)),
        }
    )
    assert access.assignments[0].until is None


@pytest.mark.parametrize("pim", [DENIED, (400, {"error": {"code": "X", "message": "P2"}}), BROKEN])
def test_pim_that_is_not_available_changes_no_verdict(pim: Any) -> None:
    """Without a licence PIM answers an error."""
    listed_role = ONE | {"roleAssignments": listed(role(SRC)), ACTIVE: pim}
    reader = ONE | {"roleAssignments": listed(role(READER)), ELIGIBLE: pim}
    assert judged(listed_role) == ("eligible", "role_listed")
    assert judged(reader) == ("none", "reader_only")


@pytest.mark.parametrize("assignments", [DENIED, EMPTY])
def test_permissions_alone_identify_a_listed_role(assignments: Any) -> None:
    """Through Azure Lighthouse a principal sees no assignment, but its permissions."""
    access, arm = check(ONE | {"roleAssignments": assignments, "permissions": listed(SRC_BLOCK)})
    assert (access.verdict, access.reason) == ("eligible", "from_permissions")
    assert access.assignments[0].role_id == SRC
    assert len(arm.requested) == 3


@pytest.mark.parametrize(
    ("actions", "verdict"),
    [
        (["Microsoft.Web/*"], ("probably", "role_not_on_list")),
        (["Microsoft.Web/sites/read"], ("cannot_tell", "role_not_on_list")),
        (["*/read"], ("none", "reader_only")),
    ],
)
def test_permissions_of_no_listed_role_say_at_most_probably(
    actions: list[str], verdict: tuple[str, str]
) -> None:
    """The role behind unknown permissions is not known."""
    answers = ONE | {"roleAssignments": EMPTY, "permissions": listed({"actions": actions})}
    assert judged(answers | {ELIGIBLE: EMPTY}) == verdict


def test_a_denial_beside_permissions_that_only_read_is_not_none() -> None:
    """Roles below the subscription do not show in its permissions."""
    answers = ONE | {"roleAssignments": DENIED, "permissions": listed({"actions": ["*/read"]})}
    assert judged(answers) == ("cannot_tell", "narrow_role_or_no_read")


@pytest.mark.parametrize(
    "answers",
    [
        {"/subscriptions": BROKEN},
        {"/subscriptions": DENIED},
        {"/subscriptions": (200, b"not JSON")},
        {"/subscriptions": (200, {"value": 1})},
        {"/subscriptions": (200, {"value": [1]})},
        {"/subscriptions": (200, {"value": [{"displayName": "without an ID"}]})},
        {"/subscriptions": (200, {"value": [{"subscriptionId": "../../providers"}]})},
        ONE | {"roleAssignments": (200, {"value": [1]})},
        ONE | {"roleAssignments": (200, {"value": [role(READER), {}]})},
        ONE | {"roleAssignments": (200, {"value": [role(READER, roleDefinitionId=5)]})},
        ONE | {"roleAssignments": EMPTY, "permissions": (200, {"value": [1]})},
        ONE | {"roleAssignments": EMPTY, "permissions": (200, {"value": [{"actions": 1}]})},
        ONE | {"roleAssignments": EMPTY, "resourcegroups": (200, {"value": [1]})},
        ONE | {"roleAssignments": EMPTY, "resourcegroups": listed({"id": "x"})},
        ONE | {"roleAssignments": EMPTY, "resourcegroups": listed({"name": ".."})},
        ONE | {"roleAssignments": BROKEN},
        ONE | {"roleAssignments": (200, b"<html>")},
        ONE | {"roleAssignments": DENIED, "permissions": BROKEN},
        ONE | {"roleAssignments": EMPTY, "resourcegroups": BROKEN},
        ONE | {"roleAssignments": listed(role(CUSTOM)), DEFINITION: BROKEN},
    ],
)
def test_a_failing_server_is_incomplete(answers: dict[str, Any]) -> None:
    """What could not be read is never none."""
    access, _ = check(answers)
    assert (access.verdict, access.reason) == ("cannot_tell", "incomplete")
    assert not access.complete


def test_a_listed_role_counts_although_another_subscription_fails() -> None:
    """The best subscription decides; the rest is incomplete."""
    access, _ = check(
        {
            "/subscriptions": subscriptions(1, 2),
            f"/subscriptions/{sub(1)}/roleAssignments": BROKEN,
            f"/subscriptions/{sub(2)}/roleAssignments": listed(role(SRC, 2)),
            ACTIVE: EMPTY,
        }
    )
    assert (access.verdict, access.complete) == ("eligible", False)
    assert access.message == "Support Request Contributor on 1 of 2 subscriptions"


def test_eight_subscriptions_on_three_pages_are_examined() -> None:
    """Each page links to the next one."""

    def page(number: int, *subs: int) -> Any:
        status, data = subscriptions(*subs)
        following = f"{ARM}/subscriptions?api-version=2022-12-01&page={number + 1}"
        return status, data | ({"nextLink": following} if number < 3 else {})

    access, arm = check(
        {
            "/subscriptions": page(1, 1, 2, 3),
            "/subscriptions?2": page(2, 4, 5, 6),
            "/subscriptions?3": page(3, 7, 8),
            "roleAssignments": listed(role(READER)),
            f"/subscriptions/{sub(8)}/roleAssignments": listed(role(SRC, 8)),
            ACTIVE: EMPTY,
        }
    )
    assert (access.verdict, access.subscriptions) == ("eligible", 8)
    assert len(arm.requested) == 3 + 2 * 8


def test_a_next_page_on_another_host_is_not_requested() -> None:
    """The token goes to the Resource Manager only."""
    following = {"nextLink": "https://elsewhere.example/subscriptions?api-version=1&page=2"}
    access, arm = check({"/subscriptions": (200, subscriptions(1)[1] | following)})
    assert access.reason == "incomplete"
    assert arm.requested == ["subscriptions"]


def test_subscriptions_beyond_the_limit_are_left_out() -> None:
    """What was left out is incomplete, and never guessed."""
    answers = {
        "/subscriptions": subscriptions(*range(60)),
        "roleAssignments": listed(role(READER)),
        ELIGIBLE: EMPTY,
    }
    access, arm = check(answers)
    assert (access.verdict, access.reason) == ("cannot_tell", "incomplete")
    assert (access.subscriptions, access.complete) == (60, False)
    assert access.message.startswith("10 of 60 subscriptions were not examined")
    assert "limits: access_subscriptions" in str(access.hint)
    assert len(arm.requested) == 1 + 2 * 50


def test_groups_beyond_the_limit_are_left_out() -> None:
    """Twenty groups are examined for one link."""
    names = [{"name": f"rg{number}"} for number in range(25)]
    access, arm = check(ONE | {"roleAssignments": EMPTY, "resourcegroups": listed(*names)})
    assert (access.verdict, access.reason) == ("cannot_tell", "incomplete")
    assert sum("assignedTo" in each for each in arm.requested) == 21
    assert str(access.hint).startswith("ask the customer which role this principal has")


def test_the_message_names_the_cause_of_a_failure() -> None:
    """Of the first list that failed; running again may help."""
    access, _ = check(ONE | {"roleAssignments": BROKEN})
    assert access.message.startswith("not every role on 1 subscription could be read: ")
    assert "InternalServerError" in access.message
    assert access.hint == "run again"


def test_each_delegating_directory_has_a_verdict() -> None:
    """A subscription of another directory was delegated through Azure Lighthouse."""
    own, delegated = subscriptions(1)[1]["value"], subscriptions(2, home=CUSTOMER.upper())[1]
    access, _ = check(
        {
            "/subscriptions": listed(*own, *delegated["value"]),
            f"/subscriptions/{sub(1)}/roleAssignments": listed(role(READER)),
            f"/subscriptions/{sub(2)}/roleAssignments": EMPTY,
            f"/subscriptions/{sub(2)}/permissions": listed(SRC_BLOCK),
        }
    )
    (delegation,) = access.delegations
    assert (delegation.tenant_id, delegation.verdict) == (CUSTOMER, "eligible")


def test_a_limit_leaves_out_no_directory() -> None:
    """The first subscription of each directory is examined first."""
    many, other = subscriptions(*range(50))[1], subscriptions(99, home=CUSTOMER)[1]
    access, _ = check(
        {
            "/subscriptions": listed(*many["value"], *other["value"]),
            f"/subscriptions/{sub(99)}/permissions": listed(SRC_BLOCK),
        },
        most=2,
    )
    assert access.delegations[0].verdict == "eligible"


def test_a_definition_is_also_found_without_a_scope() -> None:
    """Built-in roles are the same everywhere."""
    path = f"/providers/Microsoft.Authorization/roleDefinitions/{RBAC_ADMIN}"
    answers = {
        "roleAssignments": listed(role(RBAC_ADMIN)),
        path: definition("Helper", "BuiltInRole", "A/b/write"),
    }
    assert judged(ONE | answers) == ("probably", "role_not_on_list")


@pytest.mark.parametrize(
    ("states", "ends"),
    [
        (("Disabled", "Enabled"), "on 2 of 2 subscriptions"),
        (("Disabled", "Disabled"), "; these subscriptions are disabled"),
        (("Disabled", "Deleted"), "; these subscriptions are deleted or disabled"),
        (("Deleted",), "; the subscription is deleted"),
        (("Warned",), "on 1 of 1 subscription"),
        (("PastDue",), "on 1 of 1 subscription"),
    ],
)
def test_the_message_says_that_subscriptions_are_disabled(
    states: tuple[str, ...], ends: str
) -> None:
    """Whether a role there counts is not documented, so the verdict is that of the role."""
    entries = subscriptions(*range(len(states)))[1]["value"]
    for entry, state in zip(entries, states, strict=True):
        entry["state"] = state
    access, _ = check({"/subscriptions": listed(*entries), "roleAssignments": listed(role(SRC))})
    assert (access.verdict, access.reason) == ("eligible", "role_listed")
    assert access.message.endswith(ends)


def test_a_limit_leaves_out_disabled_subscriptions_first() -> None:
    """A role on a subscription in use is found although many are disabled."""
    many, used = subscriptions(*range(9))[1]["value"], subscriptions(99)[1]["value"]
    access, _ = check(
        {
            "/subscriptions": listed(*({**each, "state": "Disabled"} for each in many), *used),
            f"/subscriptions/{sub(99)}/roleAssignments": listed(role(SRC, 99)),
        },
        most=1,
    )
    assert access.message == "Support Request Contributor on 1 of 10 subscriptions"


def test_a_malformed_entry_may_be_of_any_directory() -> None:
    """Its directory is not known, and no customer is said to delegate nothing."""
    good = subscriptions(1)[1]["value"]
    access, _ = check(
        {"/subscriptions": listed(*good, {"id": "x"}), "roleAssignments": listed(role(SRC))}
    )
    assert (access.verdict, access.complete) == ("eligible", False)
    assert [(each.tenant_id, each.verdict) for each in access.delegations] == [("", "cannot_tell")]
