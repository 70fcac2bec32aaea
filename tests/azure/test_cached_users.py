"""Stored sign-ins, and hints for the people who must sign in."""

import json

import pytest

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.cached_users import CachedUsers, UserLogin, in_person
from reconciler.core.identities import AzureCli, ClientSecret, Identity, User
from reconciler.core.links import Place, Problem

ALICE = User("alice", username="alice@contoso.example")
SEAT = UserLogin(
    "https://login.example", "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11", "alice@contoso.example"
)
DUE = RequestFailed(Problem("person_needed", "AADSTS50076: MFA is due", "run az login"))


class Kept(dict[str, str]):
    """Records in memory."""

    def load(self, key: str) -> str | None:
        return self.get(key)

    def save(self, key: str, text: str) -> None:
        self[key] = text


def test_a_person_is_one_however_the_name_is_written() -> None:
    """Case does not matter; another tenant, name or authority has its own record."""
    upper = UserLogin(SEAT.authority, SEAT.tenant_id, SEAT.username.upper())
    others = [
        UserLogin("https://login.other", SEAT.tenant_id, SEAT.username),
        UserLogin(SEAT.authority, "7c0d5a0a-0f5b-4f4e-8b7e-2a51f2f3c999", SEAT.username),
        UserLogin(SEAT.authority, SEAT.tenant_id, "bob@contoso.example"),
    ]
    assert upper.key == SEAT.key
    assert len({SEAT.key, *(other.key for other in others)}) == 4


@pytest.mark.parametrize(
    "kept",
    [
        *("", "{", "[]", "null", "{}"),
        '{"record": {}, "plaintext_cache": false}',
        '{"record": {"version": "9"}, "plaintext_cache": false}',
        json.dumps(
            {
                "record": {
                    "authority": "login.elsewhere",
                    "clientId": "x",
                    "homeAccountId": "x",
                    "tenantId": "x",
                    "username": "x",
                    "version": "1.0",
                },
                "plaintext_cache": True,
            }
        ),
    ],
)
def test_a_damaged_record_requires_a_new_sign_in(kept: str) -> None:
    """Also a record of another authority, whatever it contains."""
    with pytest.raises(RequestFailed) as caught:
        SEAT.open(Kept({SEAT.key: kept}), {})
    assert caught.value.problem.code == "person_needed"


@pytest.mark.parametrize(
    ("tenant", "expected"),
    [
        ("Fabrikam", "--tenant Fabrikam,"),
        ("Margie's; rm -rf", "--tenant 'Margie'\"'\"'s; rm -rf',"),
        ("--yes", "--tenant a.example,"),
    ],
)
def test_the_command_can_be_pasted(tenant: str, expected: str) -> None:
    """A tenant's name is quoted for the shell and cannot be read as an option."""
    hint = in_person(DUE, ALICE, Place(tenant, "a.example", "alice")).problem.hint
    assert f"pal-reconcile login alice {expected} then: pal-reconcile apply" in hint
    assert hint.endswith("replace alice with another identity")


def test_other_identities_keep_their_hint() -> None:
    """The hint for the Azure CLI names `az login`."""
    cli = AzureCli("me")
    assert in_person(DUE, cli, Place("A", "a.example", "me")) is DUE


@pytest.mark.parametrize(
    ("identity", "is_attended", "may"),
    [
        (ALICE, False, False),
        (ALICE, True, True),
        (User("a", username="a@b.example", unattended=True), False, True),
        (ClientSecret("app", secret=()), False, True),
    ],
)
def test_whose_sign_in_may_be_used(identity: Identity, is_attended: bool, may: bool) -> None:
    """A person's only at a terminal, or if the file has `unattended`; an app's always."""
    people = CachedUsers(Kept(), is_attended)
    if may:
        people.expect(identity)
        return
    with pytest.raises(RequestFailed) as caught:
        people.expect(identity)
    assert caught.value.problem.code == "person_needed"
