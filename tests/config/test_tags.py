"""Defaults for tenants with a tag."""

import pytest

from tests.config.conftest import SOUND, Complainer, Loader

PLACE = "defaults: {partner: contoso-uk, identities: [automation]"
BASE = SOUND.replace('contoso-old: {id: "1158331"}', 'contoso-us: {id: "5111222"}')


def by_tag(rules: str, text: str = BASE) -> str:
    """The sound file with these defaults by tag; Northwind has the tags emea and powerapps."""
    assert PLACE in text
    return text.replace(PLACE, f"{PLACE}, by_tag: {rules}")


def test_a_default_of_a_tag_overrides_the_general_one(loaded: Loader) -> None:
    """Only for tenants that have the tag."""
    fabrikam, northwind = loaded(by_tag("{emea: {partner: contoso-us}}")).wanted
    assert (fabrikam.partner_id, northwind.partner_id) == ("4936128", "5111222")


def test_a_tenants_own_value_overrides_its_tags(loaded: Loader) -> None:
    """And the value of an identity overrides that of its tenant."""
    rules = "{emea: {partner: contoso-us, identities: [automation, alice]}}"
    text = by_tag(rules) + "    partner: contoso-uk\n"
    assert [w.partner_id for w in loaded(text).wanted[1:]] == ["4936128", "4936128"]
    text += "    identities: [{identity: alice, partner: contoso-us}]\n"
    assert [w.partner_id for w in loaded(text).wanted[1:]] == ["5111222"]


def test_a_tag_may_list_identities_with_values_of_their_own(loaded: Loader) -> None:
    """As defaults and tenants may."""
    rules = "{emea: {identities: [automation, {identity: alice, state: unmanaged}]}}"
    states = [str(w.state) for w in loaded(by_tag(rules)).wanted]
    assert states == ["linked", "linked", "unmanaged"]


def test_a_tag_may_remove_identities_of_covered_customers(loaded: Loader) -> None:
    """Azure Lighthouse: the link of the home tenant covers them."""
    text = by_tag("{emea: {identities: []}}").replace(
        "- name: Fabrikam", "- name: Fabrikam\n    covers: ['tag:emea']"
    )
    assert [w.place.tenant for w in loaded(text).wanted] == ["Fabrikam"]


def test_two_tags_with_equal_values_are_valid(loaded: Loader) -> None:
    """The value is the same in both."""
    rules = "{emea: {partner: contoso-us}, powerapps: {partner: contoso-us}}"
    assert loaded(by_tag(rules)).wanted[1].partner_id == "5111222"


def test_tags_may_conflict_if_the_tenant_has_its_own_value(loaded: Loader) -> None:
    """The tenant's value overrides both."""
    rules = "{emea: {partner: contoso-us}, powerapps: {partner: contoso-uk}}"
    assert loaded(by_tag(rules) + "    partner: contoso-us\n").wanted[1].partner_id == "5111222"


def test_two_conflicting_tags_are_both_named(complaints: Complainer) -> None:
    """The error is at the tenant's tags, with the locations of both."""
    rules = "{emea: {partner: contoso-us}, powerapps: {partner: contoso-uk}}"
    assert complaints(by_tag(rules)) == [
        'tenants.yaml:18:5: tags "emea" (tenants.yaml:12:75) and "powerapps" '
        '(tenants.yaml:12:109) give different partner to "Northwind"; remove one, or set '
        "partner: there"
    ]


BAD = {
    "{emae: {partner: contoso-us}}": 'tag "emae" is on no tenant; did you mean emea?',
    "{zzz: {partner: contoso-us}}": 'tag "zzz" is on no tenant; add it to a tenant, or '
    "remove it here",
    "{emea: {partner: contoso}}": 'partner "contoso" is not defined; did you mean contoso-us?',
    "{emea: {identities: [bob]}}": 'identity "bob" is not defined; add it under identities:',
    "{emea: {}}": 'by_tag "emea" is empty; set a value, or remove it',
    "{emea: }": 'by_tag "emea" is empty; set a value or remove it',
    "{emea: contoso-us}": 'by_tag "emea" must be a mapping: {key: value}',
    "[emea]": "by_tag must be a mapping: {name: …}",
    "{}": "by_tag is empty; list at least one, or remove by_tag",
    "{emea: {partnr: contoso-us}}": 'key "partnr" is unknown; did you mean partner?',
    "{emea: {identities: [alice, alice]}}": 'identity "alice" is already listed for this tenant '
    "at tenants.yaml:12:88; keep one",
}  # fmt: skip


@pytest.mark.parametrize(("rules", "complaint"), list(BAD.items()))
def test_a_bad_default_is_reported_once(complaints: Complainer, rules: str, complaint: str) -> None:
    """Follow-on errors are not reported."""
    (found,) = complaints(by_tag(rules))
    assert found.split(": ", 1)[1] == complaint
    assert found.startswith("tenants.yaml:12:")


def test_identities_that_a_tag_removes_are_reported_as_missing(complaints: Complainer) -> None:
    """A tenant that no other tenant covers needs an identity."""
    assert complaints(by_tag("{emea: {identities: []}}")) == [
        'tenants.yaml:16:5: tenant "Northwind" has no identities; tenants.yaml:12:75 removes '
        "them; list some here, or name the tenant under covers:"
    ]


def test_an_id_that_only_a_tag_names_is_ours(loaded: Loader) -> None:
    """Without partners:, every wanted ID belongs to the partner."""
    text = BASE[: BASE.index("partners:")] + BASE[BASE.index("identities:") :]
    text = text.replace("partner: contoso-uk", "partner: '4936128'")
    text = text.replace("[automation]}", "[automation], by_tag: {emea: {partner: '5111222'}}}")
    assert loaded(text).wanted[0].may_replace("5111222")
