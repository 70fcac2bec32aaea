"""Access tokens, and assertions that replace a secret."""

from __future__ import annotations

import jwt
import pytest

from reconciler.emulator.entra import access_tokens as subject
from reconciler.emulator.entra.access_tokens import Tokens


def test_a_token_reads_as_it_was_signed() -> None:
    """Claims stay the same through signing and reading, also on the second reading."""
    tokens = Tokens()
    token = tokens.sign({"oid": "x", "exp": 5})
    assert tokens.read(token) == tokens.read(token) == {"oid": "x", "exp": 5}


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ä.ö.ü", "..."])
def test_another_text_is_no_token(token: str) -> None:
    """A text that the emulator did not sign has no claims."""
    assert Tokens().read(token) is None


def test_a_token_of_another_start_is_no_token() -> None:
    """Each start has its own key."""
    assert Tokens().read(Tokens().sign({"oid": "x"})) is None


def test_the_memory_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are too many, known tokens are forgotten and read again."""
    monkeypatch.setattr(subject, "REMEMBERED_TOKENS", 2)
    tokens = Tokens()
    signed = [tokens.sign({"n": n}) for n in range(5)]
    assert [tokens.read(t) for t in signed * 2] == [{"n": n} for n in range(5)] * 2


def test_an_id_token_is_verified_by_the_published_key() -> None:
    """RS256, as in the tenant's document, with a key that a client can fetch."""
    tokens = Tokens()
    text = tokens.sign_id_token({"aud": "app", "sub": "alice"})
    (key,) = tokens.published_keys()
    assert jwt.get_unverified_header(text)["kid"] == key["kid"]
    claims = jwt.decode(text, jwt.PyJWK(key).key, algorithms=["RS256"], audience="app")
    assert claims["sub"] == "alice"
    assert "d" not in key
