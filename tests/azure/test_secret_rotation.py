"""Several secrets of one identity: the first one that Entra accepts is used."""

from collections.abc import Callable

import pytest

from reconciler.azure.http.retry import RequestFailed
from reconciler.azure.signin.secrets.reference_checks import check
from reconciler.azure.signin.secrets.rotation import Rotations
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
    """An Entra that refuses these variables with these codes, and records its requests."""
    tried: list[str] = []

    def attempt(identity: Identity) -> str:
        (ref,) = identity.secret_refs
        tried.append(ref.name)
        if code := codes.get(ref.name):
            raise RequestFailed(Problem(code, f"{ref.name}: {code}", "renew it"))
        return f"token of {ref.name}"

    return attempt, tried


@pytest.mark.parametrize(
    "code", ["invalid_client_secret", "expired_client_secret", "credential_unusable"]
)
def test_the_next_secret_is_tried_after_a_refused_one(code: str) -> None:
    """The accepted one then comes first: a rotation costs one refusal per run."""
    attempt, tried = entra(PAL_NEW=code)
    rotations = Rotations()
    token, rotation = rotations.sign_in(ROTATING, attempt)
    assert token == "token of PAL_OLD"
    assert rotation == Rotation("{env: PAL_OLD}", ("{env: PAL_NEW}",))
    assert rotations.sign_in(ROTATING, attempt)[1] == Rotation("{env: PAL_OLD}")
    assert tried == ["PAL_NEW", "PAL_OLD", "PAL_OLD"]


def test_other_refusals_do_not_try_the_next_secret() -> None:
    """A tenant without the app refuses every secret."""
    attempt, tried = entra(PAL_NEW="app_not_in_tenant")
    with pytest.raises(RequestFailed):
        Rotations().sign_in(ROTATING, attempt)
    assert tried == ["PAL_NEW"]


def test_if_no_secret_is_accepted_entras_refusal_is_reported() -> None:
    """It is more useful than the report of an unset variable."""
    attempt, _ = entra(PAL_NEW="credential_unusable", PAL_OLD="expired_client_secret")
    with pytest.raises(RequestFailed) as caught:
        Rotations().sign_in(ROTATING, attempt)
    problem = caught.value.problem
    assert problem.code == "expired_client_secret"
    assert problem.message == "none of 2 secrets is accepted: PAL_OLD: expired_client_secret"


def test_an_identity_with_one_secret_reports_no_rotation() -> None:
    """Its refusal is reported unchanged."""
    attempt, _ = entra()
    alone = ClientSecret("app", "c", secret=(NEW,))
    assert Rotations().sign_in(alone, attempt) == ("token of PAL_NEW", None)


def test_one_secret_of_several_must_be_available(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation needs only one; if all are missing, each is an error."""
    monkeypatch.delenv("PAL_NEW", raising=False)
    monkeypatch.setenv("PAL_OLD", "contoso-old")
    check([ROTATING])
    monkeypatch.delenv("PAL_OLD")
    with pytest.raises(BadFile) as caught:
        check([ROTATING])
    assert len(caught.value.complaints) == 2
