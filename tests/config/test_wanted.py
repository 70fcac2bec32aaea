"""Wanted links: defaults, tenants and identities of tenants together."""

import pytest

from reconciler.core.links import Action, Settled, Wanted, WantedState
from tests.config.conftest import SOUND, Complainer, Loader

OURS = frozenset({"4936128", "1158331"})


def last(config_text: str, loaded: Loader) -> Wanted:
    return loaded(config_text).wanted[-1]


@pytest.mark.parametrize("state", [WantedState.ABSENT, WantedState.UNMANAGED])
def test_absent_and_unmanaged_links_want_no_partner(loaded: Loader, state: WantedState) -> None:
    """No ID is wanted, whatever partner the entry or the defaults name."""
    link = last(SOUND + f"    state: {state}\n    partner: contoso-old\n", loaded)
    assert (link.state, link.partner_id) == (state, None)


def test_a_partner_may_be_an_alias_or_a_listed_id(loaded: Loader) -> None:
    """Both mean the same ID."""
    assert last(SOUND + "    partner: contoso-old\n", loaded).partner_id == "1158331"
    assert last(SOUND + '    partner: "1158331"\n', loaded).partner_id == "1158331"


def test_replaces_adds_foreign_ids_for_this_tenant_only(loaded: Loader) -> None:
    """They may be overwritten there and in no other tenant."""
    first, second = loaded(SOUND + '    replaces: ["7654321"]\n').wanted
    assert first.replaceable == OURS
    assert second.replaceable == OURS | {"7654321"}


def test_replaces_any_allows_every_id(loaded: Loader) -> None:
    """None means that there is no restriction."""
    assert last(SOUND + "    replaces: any\n", loaded).replaceable is None


def test_replaces_may_name_an_own_partner_by_its_alias(loaded: Loader) -> None:
    """It changes nothing."""
    assert last(SOUND + "    replaces: [contoso-old]\n", loaded).replaceable == OURS


def test_links_that_may_replace_the_same_share_one_set(loaded: Loader) -> None:
    """Ten thousand tenants hold ten thousand references, not ten thousand sets."""
    extra = '    replaces: ["7654321"]\n'
    entry = "  - {name: %s, tenant: %s.example, replaces: ['7654321']}\n"
    links = loaded(SOUND + extra + entry % ("A", "a") + entry % ("B", "b")).wanted
    assert len({id(link.replaceable) for link in links}) == 2


def test_without_partners_every_wanted_id_may_be_linked(loaded: Loader) -> None:
    """IDs of defaults, tenants, identities and attestations; an ID under replaces stays foreign."""
    text = """\
version: 1
identities: {a: {kind: azure_cli}}
defaults: {partner: "10001", identities: [{identity: a, partner: "10002"}]}
tenants:
  - {name: A, tenant: a.example, partner: "10003", replaces: ["99999"]}
  - name: B
    tenant: b.example
    identities: [{identity: a, attested: {partner: "10004", by: Ann, on: 2026-11-01}}]
"""
    config = loaded(text)
    ours = frozenset({"10001", "10002", "10003", "10004"})
    assert [link.replaceable for link in config.wanted] == [ours | {"99999"}, ours]
    assert [link.partner_id for link in config.wanted] == ["10002", "10001"]
    assert config.partners == {}


def test_an_identity_of_a_tenant_overrides_its_values(loaded: Loader) -> None:
    """Partner, state and object ID of one identity; the other one keeps those of the tenant."""
    text = SOUND + (
        "    state: unmanaged\n"
        "    object_ids: {automation: 11111111-1111-1111-1111-11111111111A}\n"
        "    identities:\n"
        "      - automation\n"
        "      - identity: alice\n"
        "        state: linked\n"
        "        partner: contoso-old\n"
        "        object_id: 22222222-2222-2222-2222-22222222222B\n"
    )
    automation, alice = loaded(text).wanted[1:]
    assert (automation.state, automation.partner_id) == (WantedState.UNMANAGED, None)
    assert automation.place.object_id == "11111111-1111-1111-1111-11111111111a"
    assert (alice.state, alice.partner_id) == (WantedState.LINKED, "1158331")
    assert alice.place.object_id == "22222222-2222-2222-2222-22222222222b"


def test_an_override_in_the_defaults_applies_to_each_tenant(loaded: Loader) -> None:
    """It wins over the tenant's own partner, because it is about one identity."""
    text = SOUND.replace("[automation]", "[{identity: automation, partner: contoso-old}]")
    assert {link.partner_id for link in loaded(text).wanted} == {"1158331"}


def test_a_hold_is_in_force_until_the_day_before(loaded: Loader) -> None:
    """The link is settled, and the reason names the day and why."""
    link = last(SOUND + "    hold: {until: 2026-11-24, reason: new contract}\n", loaded)
    assert link.settled == Settled(Action.HELD, "held until 2026-11-24: new contract")
    assert link.partner_id == "4936128"


def test_a_hold_is_over_on_its_day(loaded: Loader) -> None:
    """`until` is the first day on which the link is managed again."""
    link = last(SOUND + "    hold: {until: 2026-11-23, reason: new contract}\n", loaded)
    assert link.settled is None


def test_a_date_may_be_quoted(loaded: Loader) -> None:
    """Both forms are the same day."""
    link = last(SOUND + '    hold: {until: "2026-12-24", reason: new contract}\n', loaded)
    assert link.settled is not None


def test_an_attestation_does_not_change_what_is_wanted(loaded: Loader) -> None:
    """The link keeps its wanted partner ID and state."""
    text = SOUND + "    attested: {partner: contoso-old, by: Ann, on: 2026-11-01, note: by phone}\n"
    link = last(text, loaded)
    assert link.partner_id == "4936128"
    assert link.settled == Settled(
        Action.ATTESTED, "Ann saw it linked to 1158331 on 2026-11-01: by phone"
    )


def test_attested_wins_over_held(loaded: Loader) -> None:
    """A held link is read, and an attested one is not."""
    text = SOUND + (
        "    hold: {until: 2027-01-01, reason: new contract}\n"
        "    attested: {partner: contoso-uk, by: Ann, on: 2026-11-01}\n"
    )
    link = last(text, loaded)
    assert link.settled == Settled(Action.ATTESTED, "Ann saw it linked to 4936128 on 2026-11-01")


@pytest.mark.parametrize("state", ["absent", "unmanaged"])
def test_an_attested_link_must_be_wanted_linked(complaints: Complainer, state: str) -> None:
    """An attestation contradicts the states absent and unmanaged."""
    text = SOUND + (
        f"    state: {state}\n    attested: {{partner: contoso-uk, by: Ann, on: 2026-11-01}}\n"
    )
    assert complaints(text) == [
        f"tenants.yaml:16:5: state {state} and attested: contradict each other; keep one of them"
    ]
