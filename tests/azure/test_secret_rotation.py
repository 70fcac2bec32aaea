"""Several secrets of one identity: the first that Entra accepts is used."""

from collections.abc import Callable

import pytest

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.secret_checks import check
from reconciler.azure.signin.secret_rotation import Rotations
from reconciler.core.errors import BadFile
from reconciler.core.identities import ClientSecret, Identity, SecretRef
from reconciler.core.links import Problem, Rotation

NEW, OLD = SecretRef("env", "PAL_NEW"), SecretRef("env", "PAL_OLD")
ROTATING = ClientSecret(
    "app",
    "c",
    secret=(
        NEW,
        OLD,
    ),
)


def entra(**codes: str) -> tuple[Callable[[Identity], str], list[str]]:
    """An Entra that refuses these variables with these codes, and what it was asked."""
    asked: list[str] = []

    def attempt(identity: Identity) -> str:
        (ref,) = identity.secret_refs
        asked.append(ref.name)
        if code := codes.get(ref.name):
            raise RequestFailed(Problem(code, f"{ref.name}: {code}", "renew it"))
        return f"token of {ref.name}"

    return attempt, asked


@pytest.mark.parametrize(
    "code", ["invalid_client_secret", "expired_client_secret", "credential_unusable"]
)
def test_the_next_secret_is_tried_where_one_is_no_good(code: str) -> None:
    """And goes first from then on: a rotation costs one refusal a run."""
    attempt, asked = entra(PAL_NEW=code)
    rotations = Rotations()
    token, rotation = rotations.sign_in(ROTATING, attempt)
    assert token == "token of PAL_OLD"
    assert rotation == Rotation("{env: PAL_OLD}", ("{env: PAL_NEW}",))
    assert rotations.sign_in(ROTATING, attempt)[1] == Rotation("{env: PAL_OLD}")
    assert asked == ["PAL_NEW", "PAL_OLD", "PAL_OLD"]


def test_what_is_not_about_the_secret_is_not_tried_with_another() -> None:
    """A tenant without the app refuses every secret alike."""
    attempt, asked = entra(PAL_NEW="app_not_in_tenant")
    with pytest.raises(RequestFailed):
        Rotations().sign_in(ROTATING, attempt)
    assert asked == ["PAL_NEW"]


def test_where_none_is_accepted_entras_own_refusal_is_told() -> None:
    """It says more than that a variable is not set."""
    attempt, _ = entra(PAL_NEW="credential_unusable", PAL_OLD="expired_client_secret")
    with pytest.raises(RequestFailed) as caught:
        Rotations().sign_in(ROTATING, attempt)
    problem = caught.value.problem
    assert problem.code == "expired_client_secret"
    assert problem.message == "none of 2 secrets is accepted: PAL_OLD: expired_client_secret"


def test_an_identity_with_one_secret_has_nothing_to_tell() -> None:
    """Its refusal is its own, word for word."""
    attempt, _ = entra()
    alone = ClientSecret("app", "c", secret=(NEW,))
    assert Rotations().sign_in(alone, attempt) == ("token of PAL_NEW", None)


def test_one_secret_of_several_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """During a rotation not all are; without any there are as many complaints."""
    monkeypatch.delenv("PAL_NEW", raising=False)
    monkeypatch.setenv("PAL_OLD", "contoso-old")
    check([ROTATING])
    monkeypatch.delenv("PAL_OLD")
    with pytest.raises(BadFile) as caught:
        check([ROTATING])
    assert len(caught.value.complaints) == 2
