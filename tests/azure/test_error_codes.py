"""What each refusal of Entra and of Azure Resource Manager means."""

import json
from typing import Any

import pytest

from reconciler.azure import sign_in_errors
from reconciler.azure.error_codes import SignIn, is_not_linked, of_arm, of_sign_in, sign_in_failed
from reconciler.azure.http.client import HttpReply
from reconciler.azure.signin.entra import unusable
from reconciler.core.identities import AzureCli, User
from reconciler.core.problems import BROKEN_IDENTITY

TENANT = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"
CLIENT = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
WHO = SignIn(TENANT, CLIENT, "https://login.microsoftonline.com")


def reply(status: int, body: Any, **headers: str) -> HttpReply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpReply(status, {k.replace("_", "-"): v for k, v in headers.items()}, raw)


def refusal(number: int, error: str = "invalid_client") -> dict[str, Any]:
    return {
        "error": error,
        "error_description": f"AADSTS{number}: No. Trace ID: 1 Correlation ID: 2 Timestamp: 3",
        "error_codes": [number],
    }


CODES = {
    "invalid_client_secret": [7000215, 70002],
    "expired_client_secret": [7000222],
    "invalid_client_certificate": [700027, 700030, 50012],
    "app_not_in_tenant": [700016, 700011, 500011, 7000229],
    "app_disabled": [70001, 7000112, 1000031, 500014, 50105, 501051],
    "no_such_tenant": [90002, 900023, 5000224, 5000225],
    "other_cloud": [90038, 900382, 900432],
    "conditional_access": [
        *(53003, 53000, 53001, 53002, 53011),
        *(530032, 530033, 530034, 530035),
        *(50097, 50131, 50155, 53004, 54000, 500022, 500212, 500213),
    ],
    "person_needed": [
        *(50076, 50079, 50074, 50072, 50078, 50158, 65001, 90094),
        *(700082, 70008, 70043, 50173, 50053, 50055, 50126, 50133, 65004, 700020, 135010),
    ],
    "user_gone": [50020, 50034, 50057, 90072, 51004, 500208],
    "foreign_principal": [90099],
    "federation_mismatch": [700213, 700211, 700212, 7002138, 700236, 700024, 50027],
    "throttled": [90055],
    "unavailable": [90024, 90033, 90006, 90012, 50033],
    "sign_in_refused": [7000218, 50194, 50128, 1],
}


@pytest.mark.parametrize(
    ("code", "number"), [(code, number) for code, numbers in CODES.items() for number in numbers]
)
def test_each_number_has_its_code(code: str, number: int) -> None:
    """A number of Entra determines the code, and its hint has all values."""
    failure = of_sign_in(reply(400, refusal(number)), WHO)
    assert failure.problem.code == code
    assert failure.problem.hint
    assert "{" not in failure.problem.hint
    assert failure.is_transient == (code in ("throttled", "unavailable"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (5000225, "state: absent"),
        (900023, "by its GUID"),
        (500014, "disabled Azure Resource Manager"),
        (50105, "assign"),
        (500022, "tenant restrictions"),
        (700024, "clock"),
        (50126, f"az login --tenant {TENANT}"),
        (7000218, "another kind of identity"),
        (50128, "GUID"),
    ],
)
def test_a_number_may_have_a_hint_of_its_own(number: int, expected: str) -> None:
    """If a code covers several causes, the hint is about this one."""
    assert expected in of_sign_in(reply(400, refusal(number)), WHO).problem.hint


def test_every_hint_can_be_filled_in() -> None:
    """No number leaves a placeholder in its hint."""
    for number in {**sign_in_errors._CODES, **sign_in_errors._HINT_OF_NUMBER}:
        hint = of_sign_in(reply(400, refusal(number)), WHO).problem.hint
        assert hint
        assert "{" not in hint


def test_only_the_first_row_breaks_an_identity() -> None:
    """Every other number concerns one tenant, whatever OAuth error it comes with."""
    broken = {7000215, 70002, 7000222, 700027, 700030, 50012}
    assert {n for n, code in sign_in_errors._CODES.items() if code in BROKEN_IDENTITY} == broken


def test_a_number_is_listed_once() -> None:
    """A number in two rows would take its code from the order of the table."""
    listed = [number for numbers in sign_in_errors._NUMBERS.values() for number in numbers]
    assert len(listed) == len(set(listed))


def test_a_message_is_the_same_every_time() -> None:
    """Trace ID, correlation ID and time, which differ in each answer, are removed."""
    failure = of_sign_in(reply(400, refusal(53003)), WHO)
    assert failure.problem.message == "AADSTS53003: No."


def test_the_hint_of_a_missing_app_gives_the_three_ways() -> None:
    """With tenant and client ID filled in, so that it can be sent to the customer."""
    hint = of_sign_in(reply(401, refusal(7000229)), WHO).problem.hint
    assert f"az ad sp create --id {CLIENT}" in hint
    assert f"https://login.microsoftonline.com/{TENANT}/adminconsent?client_id={CLIENT}" in hint
    assert "GDAP" in hint


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (429, b"", "throttled"),
        (503, b"<html>busy</html>", "unavailable"),
        (400, {"error": "temporarily_unavailable"}, "unavailable"),
        (400, b"[1]", "sign_in_refused"),
        (401, {"error": "invalid_client"}, "sign_in_refused"),
        (302, b"", "sign_in_refused"),
    ],
)
def test_an_answer_without_a_number_is_classified_safely(status: int, body: Any, code: str) -> None:
    """`invalid_client` alone does not condemn the secret; 429 and 5xx are retried."""
    assert of_sign_in(reply(status, body), WHO).problem.code == code


def test_a_number_in_a_text_is_enough() -> None:
    """A command-line tool prints Entra's text without its JSON."""
    assert sign_in_failed("ERROR: AADSTS50076: MFA", WHO).problem.code == "person_needed"


def test_retry_after_is_passed_on() -> None:
    """Entra's throttling sets its own wait."""
    assert of_sign_in(reply(429, b"", Retry_After="60"), WHO).retry_after_s == 60


def error(code: str, message: str = "No", *, doubled: bool = True) -> dict[str, Any]:
    inner = {"code": code, "message": message}
    return {"error": inner} | (inner if doubled else {})


CSP = (
    "The user does not have an account in this tenant, work with the administrator to add the "
    "account. If you are a CSP partner logged in the customer tenant, you will not be able to "
    "link the Partner ID"
)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, error("PartnerIdInvalid"), "invalid_partner_id"),
        (409, error("PartnerIdAlreadyLinked"), "already_linked"),
        (400, error("Other", "it is already linked"), "already_linked"),
        (403, error("Forbidden", CSP), "foreign_principal"),
        (400, error("Forbidden", CSP), "foreign_principal"),
        (403, error("AuthorizationFailed", doubled=False), "forbidden"),
        (401, error("AuthenticationFailed", doubled=False), "token_refused"),
        (429, error("TooManyRequests", doubled=False), "throttled"),
        (500, b"<html>", "unavailable"),
        (503, b"", "unavailable"),
        (302, b"", "unexpected_answer"),
        (404, error("InvalidResourceNamespace", doubled=False), "unexpected_answer"),
        (404, b"", "unexpected_answer"),
        (204, b"", "unexpected_answer"),
        (400, {"error": "a text"}, "unexpected_answer"),
        (400, {"code": 5, "message": None}, "unexpected_answer"),
        (400, b"[" * 100_000, "unexpected_answer"),
    ],
)
def test_each_answer_of_arm_has_its_code(status: int, body: Any, code: str) -> None:
    """Every answer gives a code, a message of one line and a hint."""
    failure = of_arm(reply(status, body), "https://arm")
    assert failure.problem.code == code
    assert failure.problem.hint
    assert failure.problem.message.isprintable()
    assert failure.is_transient == (code in ("throttled", "unavailable"))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, error("ManagementPartnerNotFound"), True),
        (404, error("ManagementPartnerNotFound", doubled=False), True),
        (404, {"code": "ManagementPartnerNotFound"}, True),
        (404, error("ResourceNotFound"), False),
        (404, b"ManagementPartnerNotFound", False),
        (400, error("ManagementPartnerNotFound"), False),
        (200, error("ManagementPartnerNotFound"), False),
    ],
)
def test_only_one_exact_answer_means_not_linked(status: int, body: Any, expected: bool) -> None:
    """404 with ManagementPartnerNotFound, and nothing else."""
    assert is_not_linked(reply(status, body)) is expected


def test_a_long_message_is_cut() -> None:
    """A page of text becomes one line of at most 300 characters."""
    message = of_arm(reply(400, error("X", "long " * 500)), "https://arm").problem.message
    assert len(message) < 340


def test_the_azure_cli_needs_a_sign_in_and_no_reference() -> None:
    """Its hint names az login; that of other kinds names the references in the file."""
    assert "az login" in unusable(AzureCli("me"), "Azure CLI not found on path").problem.hint
    assert (
        "references"
        in unusable(User("alice", username="alice@contoso.example"), "no such file").problem.hint
    )
