"""Checks over the whole file: names, references and duplicates."""

import pytest

from tests.config.conftest import SOUND, Complainer, Loader

FABRIKAM = "2F0A1F6E-5b0c-4d3e-9c57-0d8f4a3c1b11"
APP = "{kind: client_secret, client_id: 6f1c0a52-8A86-4b6f-9b43-0f4c5f4f7a11, secret: {env: B}}"
AT = "tenants.yaml"
MANY = "in one tenant that is one principal, which has one link; keep one"

ADDED = {
    "  - {name: Fabrikam, tenant: a.example}\n": f'19:6: name "Fabrikam" is already used at '
    f"{AT}:14:5; rename one",
    "  - {name: FABRIKAM, tenant: a.example}\n": '19:6: name "FABRIKAM" differs only by case or '
    f'width from "Fabrikam" at {AT}:14:5; rename one',
    '  - {name: "\\uFF26abrikam", tenant: a.example}\n': '19:6: name "\uff26abrikam" differs only '
    f'by case or width from "Fabrikam" at {AT}:14:5; rename one',
    '  - {name: "Fab\\u200drikam", tenant: a.example}\n': '19:6: name "Fab<U+200D>rikam" differs '
    f'only by case or width from "Fabrikam" at {AT}:14:5; rename one',
    f"  - {{name: A, tenant: {FABRIKAM}}}\n": '19:15: identity "automation" is already listed for '
    f"this tenant at {AT}:15:5; keep one",
    "  - {name: A, tenant: NORTHWIND.onmicrosoft.com, identities: [automation]}\n": "19:63: "
    f'identity "automation" is already listed for this tenant at {AT}:17:5; keep one',
    "    identities: [alice, automation, alice]\n": '19:37: identity "alice" is already listed for '
    f"this tenant at {AT}:19:18; keep one",
    "    identities: [alice, {identity: alice, partner: contoso-old}]\n": '19:25: identity '
    f'"alice" is already listed for this tenant at {AT}:19:18; keep one',
    "    object_ids: {automation: 11111111-1111-1111-1111-111111111111}\n"
    "    identities: [{identity: automation, object_id: 11111111-1111-1111-1111-111111111111}]\n":
    '19:18: identity "automation" has an object_id of its own; keep one',
    "    identities: [automation, alice]\n"
    "    object_ids:\n"
    "      automation: 11111111-1111-1111-1111-111111111111\n"
    "      alice: 11111111-1111-1111-1111-111111111111\n": '22:7: identities "automation" and '
    '"alice" have the same object ID: one principal has one link; correct it, or keep one of them',
}  # fmt: skip


@pytest.mark.parametrize(("more", "complaint"), list(ADDED.items()))
def test_an_error_across_parts_is_reported_once(
    complaints: Complainer, more: str, complaint: str
) -> None:
    """It is reported at the later location and names the earlier one."""
    assert complaints(SOUND + more) == [f"{AT}:{complaint}"]


def test_two_identities_with_one_client_id_are_one_principal(complaints: Complainer) -> None:
    """Only within one tenant: identities may share an application elsewhere."""
    text = SOUND.replace("{kind: azure_cli}", APP)
    assert complaints(text + "    identities: [automation, alice]\n") == [
        f'{AT}:19:30: identities "automation" ({AT}:19:18) and "alice" have one client ID: {MANY}'
    ]


def test_one_application_may_be_two_identities_of_different_tenants(loaded: Loader) -> None:
    """For example, with different secrets."""
    text = SOUND.replace("{kind: azure_cli}", APP)
    assert len(loaded(text + "    identities: [alice]\n").wanted) == 2


def test_two_identities_of_the_azure_cli_are_one_principal(complaints: Complainer) -> None:
    """Both are the user who is signed in to the Azure CLI."""
    text = SOUND.replace("azure_cli}\n", "azure_cli}\n  bob: {kind: azure_cli}\n")
    assert complaints(text + "    identities: [bob, alice]\n") == [
        f'{AT}:20:23: identities "bob" ({AT}:20:18) and "alice" are both azure_cli: {MANY}'
    ]


def test_a_duplicate_in_the_defaults_is_reported_once(complaints: Complainer) -> None:
    """It is reported at the defaults, and not at each tenant."""
    assert complaints(SOUND.replace("[automation]", "[automation, automation]")) == [
        f'{AT}:12:58: identity "automation" is already listed for this tenant at '
        f"{AT}:12:46; keep one"
    ]


def test_a_tenant_that_is_listed_twice_is_reported_once(complaints: Complainer) -> None:
    """One error, although both default identities are duplicates."""
    text = SOUND.replace("[automation]", "[automation, alice]")
    assert complaints(text + f"  - {{name: A, tenant: {FABRIKAM}}}\n") == [
        f'{AT}:19:15: identity "automation" is already listed for this tenant at '
        f"{AT}:15:5; keep one"
    ]


def test_a_tenant_may_be_listed_twice_for_different_identities(loaded: Loader) -> None:
    """Two entries with one identity each equal one entry with both."""
    more = f"  - {{name: A, tenant: {FABRIKAM}, identities: [alice]}}\n"
    assert len(loaded(SOUND + more).wanted) == 3


def test_a_linked_tenant_without_a_partner_is_reported(complaints: Complainer) -> None:
    """Each such tenant is reported; one with state absent needs no partner."""
    text = SOUND.replace("partner: contoso-uk, ", "") + "    state: absent\n"
    assert complaints(text) == [
        f'{AT}:14:5: tenant "Fabrikam" has no partner; set one here or under defaults:'
    ]


def test_a_linked_override_without_a_partner_is_reported(complaints: Complainer) -> None:
    """It is reported at the override that wants the link."""
    text = SOUND.replace("partner: contoso-uk, ", "")
    text = text.replace(FABRIKAM, FABRIKAM + "\n    state: unmanaged")
    more = "    state: absent\n    identities: [automation, {identity: alice, state: linked}]\n"
    assert complaints(text + more) == [
        f'{AT}:21:30: tenant "Northwind" has no partner; set one here or under defaults:'
    ]


def test_a_tenant_without_identities_is_reported(complaints: Complainer) -> None:
    """A tenant with neither its own nor default identities has no link."""
    text = SOUND.replace(", identities: [automation]", "")
    assert complaints(text + "    identities: [alice]\n") == [
        f'{AT}:14:5: tenant "Fabrikam" has no identities; list them here or under defaults:'
    ]


def test_without_partners_an_alias_is_no_partner_id(complaints: Complainer) -> None:
    """Without partners: only quoted IDs are allowed."""
    start, rest = SOUND.split("partners:\n")
    text = start + rest[rest.index("identities:") :]
    assert complaints(text) == [
        f'{AT}:9:12: partner "contoso-uk" is not a partner ID (4 to 10 digits); copy it from '
        "Partner Center, or define it under partners:"
    ]


@pytest.mark.parametrize("tenants", ["tenants: []\n", ""])
def test_an_empty_tenant_list_is_reported(complaints: Complainer, tenants: str) -> None:
    """A file without tenants is probably a mistake."""
    text = SOUND[: SOUND.index("tenants:")] + tenants
    line = 13 if tenants else 1
    assert complaints(text) == [
        f"{AT}:{line}:1: there are no tenants; list at least one under tenants:"
    ]


def test_a_broken_section_causes_no_errors_where_it_is_used(complaints: Complainer) -> None:
    """Any name may be defined in it, so none is reported as undefined."""
    text = """\
version: 1
partners: [oops]
identities: [oops]
defaults: {partner: contoso-uk, identities: [automation]}
tenants:
  - {name: A, tenant: a.example, partner: other, identities: [alice]}
"""
    assert complaints(text) == [
        f"{AT}:2:1: partners must be a mapping: {{name: …}}",
        f"{AT}:3:1: identities must be a mapping: {{name: …}}",
    ]


def test_a_broken_name_is_still_defined(complaints: Complainer) -> None:
    """An ID without quotes is one error; uses of its alias or ID are not reported."""
    text = SOUND.replace('"4936128"', "4936128")
    more = '    partner: "4936128"\n'
    assert len(complaints(text + more)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("partner: contoso-uk, ", "partner: 123, "),
        ("[automation]", "[automation, [x]]"),
        ("[automation]", "3"),
        ("tenant: 2F0A1F6E-5b0c-4d3e-9c57-0d8f4a3c1b11", "tenant: common"),
        ("tags: [emea, powerapps]", "state: 3"),
        ("tags: [emea, powerapps]", "hold: {until: x, reason: y}"),
        ("tags: [emea, powerapps]", "attested: {partner: contoso-uk, by: x, on: 3}"),
        ("tags: [emea, powerapps]", "identities: [[x]]"),
        ("tags: [emea, powerapps]", "identities: 3"),
        ("tags: [emea, powerapps]", "identities: [{identity: alice, hold: {reason: x}}]"),
        ("tags: [emea, powerapps]", "identities: [3]\n    object_ids: {zzz: " + FABRIKAM + "}"),
        ("- name: Northwind\n    tenant: Northwind.OnMicrosoft.com\n    tags: [emea, powerapps]",
         "- [name, Northwind]"),
        ("tenants:\n", "tenants: 3\nlimits:\n"),
    ],
)  # fmt: skip
def test_one_error_is_reported_once(complaints: Complainer, old: str, new: str) -> None:
    """Consequences of an error are not reported."""
    assert old in SOUND
    text = SOUND.replace(old, new)
    if "limits:" in new:
        text = text[: text.index("limits:")]
    assert len(complaints(text)) == 1


def test_valid_parts_next_to_an_error_are_still_checked(complaints: Complainer) -> None:
    """A broken field of a tenant hides no other errors of it or of other tenants."""
    text = SOUND.replace(FABRIKAM, "common\n    partner: nobody")
    found = complaints(text + "    identities: [nobody]\n  - {name: fabrikam, tenant: a.example}\n")
    assert [line.split(":")[1] for line in found] == ["15", "16", "20", "21"]


def test_the_valid_fields_of_a_broken_part_are_still_checked(complaints: Complainer) -> None:
    """An override with a bad hold, and a tag's defaults with a bad workload, keep their partner."""
    text = SOUND.replace(
        "[automation]}", "[automation], by_tag: {emea: {workload: x, partner: n1}}}"
    )
    more = "    identities: [3, {identity: alice, hold: {reason: x}, partner: n2}, nobody]\n"
    found = complaints(text + more + '    replaces: ["12", n3]\n')
    assert [line.split(" ")[1] for line in found if "not defined" in line] == [
        'partner', 'partner', 'identity', 'partner'
    ]  # fmt: skip
    assert len(found) == 8


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("\ndefaults:", "\ndefault:"),
        ("partner: contoso-uk, ", "partnr: contoso-uk, "),
        ("identities: [automation]", "identitis: [automation]"),
        ("\npartners:", "\npartnrs:"),
        ("\nidentities:", "\nidentites:"),
    ],
)
def test_a_misspelt_key_is_the_only_error(complaints: Complainer, right: str, wrong: str) -> None:
    """Its value is unknown, so that no tenant is said to lack it."""
    assert right in SOUND
    [only] = complaints(SOUND.replace(right, wrong, 1))
    assert "is unknown; did you mean" in only


def test_an_unknown_key_hides_nothing_else(complaints: Complainer) -> None:
    """A key that is like no other, and one beside the key that it is similar to."""
    text = SOUND.replace(", identities: [automation]", ", colour: red")
    assert len(complaints(text)) == 3
    text = SOUND.replace("identities: [automation]", "identities: [nobody], identitis: [x]")
    assert len(complaints(text)) == 2


def test_a_message_names_a_tenant_without_a_valid_name_by_its_number(
    complaints: Complainer,
) -> None:
    """No name is made up for it."""
    text = SOUND.replace("partner: contoso-uk, ", "").replace("name: Fabrikam", "name: yes")
    assert [line for line in complaints(text) if line.startswith(f"{AT}:14")] == [
        f'{AT}:14:5: name yes is read as yes or no; put it in quotes: "yes"',
        f"{AT}:14:5: tenant entry 1 has no partner; set one here or under defaults:",
    ]


def test_a_broken_identity_is_still_defined_and_listed_once(complaints: Complainer) -> None:
    """Its name counts: it is not called undefined, and a second entry for it is a duplicate."""
    text = SOUND.replace("{kind: azure_cli}", "{kind: azure}")
    found = complaints(text + "    identities: [alice, alice]\n")
    assert [line.split(" ", 1)[1] for line in found] == [
        'kind "azure" is unknown; did you mean azure_cli?',
        f'identity "alice" is already listed for this tenant at {AT}:19:18; keep one',
    ]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("automatoin", 'identity "automatoin" is not defined; did you mean automation?'),
        (
            "own",
            'identity "own" is another app in each tenant (client_id: per_tenant); name one that '
            "signs in to your own tenant",
        ),
    ],
)
def test_the_list_of_customers_is_read_by_one_known_app(
    complaints: Complainer, name: str, complaint: str
) -> None:
    """It signs in to our own tenant."""
    own = (
        "identities:\n  own: {kind: client_secret, client_id: per_tenant, secret: {env: 'A_{KEY}'}}"
    )
    text = SOUND.replace("identities:", own, 1)
    text += f"customers: {{from: gdap, tenant: contoso.example, identity: {name}}}\n"
    (found,) = (c for c in complaints(text) if "customers" in c or "identity" in c)
    assert found.endswith(complaint)
