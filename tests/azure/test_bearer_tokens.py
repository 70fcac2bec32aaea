"""A token from outside is checked before it becomes a header, and no error repeats it."""

from pathlib import Path
from threading import Event

import pytest

from reconciler.azure.bearer_tokens import access_token
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.client import Https
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.signin.federated_tokens import PlatformTokens
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.core.identities import TokenRef
from reconciler.core.redaction.redactor import redact

BAD = [
    "token-of\ncontoso",
    "token-of\r\nX-Evil: contoso",
    "token of contoso",
    "token-of-ü\0contoso",
]


@pytest.fixture
def https() -> Https:
    return Https(CircuitBreaker())


def platform_token(ref: TokenRef, https: Https) -> str:
    return PlatformTokens(https, "").workload(ref, RetryBudget(https.hosts, Event()))


@pytest.mark.parametrize("token", BAD)
@pytest.mark.parametrize(
    ("source", "url", "bearer"),
    [
        ("github", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        ("azure_pipelines", "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"),
    ],
)
def test_the_token_of_a_pipeline_is_checked(
    token: str, source: str, url: str, bearer: str, https: Https, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the variable; nothing is sent."""
    monkeypatch.setattr(
        "reconciler.azure.signin.federated_tokens.os.environ",
        {url: "https://x.invalid", bearer: token},
    )
    with pytest.raises(Unresolved) as caught:
        platform_token(TokenRef(source, "x"), https)
    assert bearer in str(caught.value)
    assert "contoso" not in str(caught.value)
    assert token not in redact(f"'Bearer {token}'")


@pytest.mark.parametrize("token", BAD)
def test_an_access_token_is_checked(token: str) -> None:
    """A malformed token from the authority is rejected."""
    with pytest.raises(RequestFailed) as caught:
        access_token(token)
    assert caught.value.problem.code == "unexpected_answer"
    assert token not in str(caught.value)
    assert token not in redact(f"header b'Bearer {token}'")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://contoso.invalid/\nx", {}),
        ("https://contoso.invalid/ x", {}),
        ("https://contoso.invalid/", {"Authorization": "Bearer abc\n"}),
        ("https://contoso.invalid/", {"Accept": "ł"}),
    ],
)
def test_no_request_is_sent_with_a_line_end_in_it(
    url: str, headers: dict[str, str], https: Https
) -> None:
    """Neither in the address nor in a header. The error repeats neither."""
    with pytest.raises(RequestFailed) as caught:
        https.send("GET", url, headers=headers)
    assert caught.value.problem.code == "unexpected_answer"
    assert "abc" not in str(caught.value)


def test_a_line_end_after_a_token_is_no_part_of_it(https: Https, tmp_path: Path) -> None:
    """As with secrets: editors and `echo` add one."""
    file = tmp_path / "token"
    file.write_text("token-of-contoso\r\n")
    assert platform_token(TokenRef("file", str(file)), https) == "token-of-contoso"
