"""A file for many customers, by the installed command."""

import json

from tests.e2e.command import OURS, Desk


def test_a_value_is_explained_on_the_command_line(desk: Desk) -> None:
    """No secret is looked for, and Azure is not asked."""
    desk.customers(2, tags="[us]")
    ran = desk.run("validate", "--explain", "C2", "--format", "json", PAL_SECRET="")
    (tenant,) = json.loads(ran.out)["tenants"]
    assert ran.status == 0
    assert {said["key"]: said["value"] for said in tenant["values"]}["partner"] == f"uk ({OURS})"
    assert desk.requests() == []


def test_a_name_without_explain_is_wrong_usage(desk: Desk) -> None:
    """Somebody would believe that only this tenant was checked."""
    desk.customers(1)
    ran = desk.run("validate", "C1")
    assert (ran.status, ran.err) == (
        64,
        "validate checks the whole file; did you mean --explain C1?\n",
    )


def test_explain_says_which_options_it_does_not_take(desk: Desk) -> None:
    """Names stand behind it."""
    desk.customers(1)
    assert desk.run("validate", "--explain", "--only", "C1").status == 64


def test_an_explanation_of_a_bad_file_is_its_complaints(desk: Desk) -> None:
    """As of any other command."""
    desk.write("  - {name: C1, tenant: common}\n")
    ran = desk.run("validate", "--explain")
    assert ran.status == 78
    assert "sign-in endpoint for many tenants" in ran.err
