"""Secrets of a run are hidden in all output, in every encoding."""

import base64
import json
import tracemalloc
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reconciler.core.redaction.credential_patterns import HIDDEN, hide_credentials
from reconciler.core.redaction.redactor import MOST_TOKENS, Redactor
from reconciler.core.redaction.secret_forms import forms_of_token, token_end

SECRET = 'Fabrikam"~&8 ü\\n+/%41'
JWT = "eyJhbGciOiJSUzI1NiJ9." + "eyJ0aWQiOiJjb250b3NvIn0." + "c2lnbmF0dXJlLW9mLWNvbnRvc28" * 8

WRITTEN = {
    "as is": lambda s: s,
    "percent": lambda s: quote(s, safe=""),
    "percent, lower": lambda s: quote(s, safe="").lower() if s.lower() == s else quote(s),
    "plus": quote_plus,
    "json": json.dumps,
    "json, not ascii": lambda s: json.dumps(s, ensure_ascii=False),
    "json in json": lambda s: json.dumps(json.dumps(s)),
    "percent in json": lambda s: json.dumps(quote(s)),
    "bytes": lambda s: repr(s.encode()),
    "repr": repr,
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "basic": lambda s: base64.b64encode(b"app:" + s.encode()).decode(),
    "basic, next": lambda s: base64.b64encode(b"user:" + s.encode() + b"\r\n").decode(),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_secret_is_hidden_in_every_encoding(written) -> None:  # type: ignore[no-untyped-def]
    """Plain, percent-encoded, escaped, and in base64 at each alignment."""
    redactor = Redactor()
    redactor.remember(SECRET)
    text = f"refused: x{written(SECRET)}, and more"
    redacted = redactor.redact(text)
    assert HIDDEN in redacted
    assert written(SECRET)[2:-4] not in redacted
    assert redacted.startswith("refused: ")
    assert redacted.endswith(" and more")


@example(secret="00000\x1f\x850", before="", written=WRITTEN["json, not ascii"])
@given(
    secret=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=8),
    before=st.text(max_size=7),
    written=st.sampled_from(list(WRITTEN.values())),
)
def test_every_secret_is_hidden(secret: str, before: str, written) -> None:  # type: ignore[no-untyped-def]
    """With any characters and at any position in the text."""
    assume(secret != HIDDEN)
    redactor = Redactor()
    redactor.remember(secret)
    text = f"{before}|{written(secret)}|"
    assert redactor.redact(text) != text


@given(st.text())
def test_other_text_is_unchanged(text: str) -> None:
    """Text without a secret and without the form of a credential is not hidden."""
    redactor = Redactor()
    redactor.remember("a-secret-of-contoso")
    if HIDDEN not in hide_credentials(text):
        assert redactor.redact(text) == text


def test_parts_of_keys_and_urls_are_secret() -> None:
    """Each line of a key and the password of a URL are hidden."""
    redactor = Redactor()
    redactor.remember("-----BEGIN X-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END X-----\n")
    redactor.remember("postgresql://pal:p%40ss-word@db.contoso.com/pal")
    text = "MIIEvQIBADANBgkq and hkiG9w0BAQEFAASC; p@ss-word and p%40ss-word"
    assert redactor.redact(text) == f"{HIDDEN} and {HIDDEN}; {HIDDEN} and {HIDDEN}"


def test_short_values_are_not_remembered() -> None:
    """A value under 8 characters is too common to hide; such secrets are refused."""
    redactor = Redactor()
    redactor.remember("contoso")
    assert redactor.redact("contoso") == "contoso"


def test_a_run_remembers_its_newest_tokens() -> None:
    """Memory does not grow with the number of links. An older JWT is recognized by its form."""
    redactor = Redactor()
    tokens = [f"opaque-token-{number:06}" for number in range(MOST_TOKENS + 1)]
    for token in tokens:
        redactor.remember_token(token)
    assert redactor.redact(tokens[0]) == tokens[0]
    assert redactor.redact(tokens[1]) == redactor.redact(tokens[-1]) == HIDDEN
    assert redactor.redact(JWT) == redactor.redact(JWT[:40]) == HIDDEN


def test_a_secret_is_never_forgotten() -> None:
    """A sign-in remembers its client secret as a part of the request, too. It stays a secret."""
    for order in ("remember", "remember_token"), ("remember_token", "remember"):
        redactor = Redactor()
        for how in order:
            getattr(redactor, how)(SECRET)
            getattr(redactor, how)(JWT)
        for number in range(MOST_TOKENS + 1):
            redactor.remember_token(f"opaque-token-{number:06}")
        assert redactor.redact(f"it was {SECRET}.") == f"it was {HIDDEN}."
        assert redactor.redact(f"it ended with {JWT[-34:]}, ...") == f"it ended with {HIDDEN}, ..."


def test_a_token_that_is_used_again_counts_as_new() -> None:
    """A refresh token is used for many sign-ins."""
    redactor = Redactor()
    for number in range(MOST_TOKENS + 1):
        redactor.remember_token("opaque-token-of-contoso")
        redactor.remember_token(f"opaque-token-{number:06}")
    assert redactor.redact("opaque-token-of-contoso") == HIDDEN
    assert redactor.redact("opaque-token-000000") == "opaque-token-000000"


@given(st.text("aZ9+/=_.~-", min_size=60, max_size=70) | st.text(min_size=60, max_size=70))
def test_the_end_of_a_token_decides_what_is_hidden(end: str) -> None:
    """So the rest of a long token is not kept: in any text, the same is hidden."""
    token = f"{JWT}{end}"
    assert list(forms_of_token(token_end(token))) == list(forms_of_token(token))


@pytest.mark.parametrize("token", [JWT, "0.AAAA" + "opaque-Token_1~" * 90], ids=["jwt", "opaque"])
@pytest.mark.parametrize("before", range(7))
def test_a_long_token_is_hidden_wherever_a_text_quotes_its_end(token: str, before: int) -> None:
    """Whole, without its beginning, in base64, and as JSON in a form."""
    redactor = Redactor()
    redactor.remember_token(token)
    start = "x" * before
    for quoted in token, token[200:], token[-40:]:
        assert redactor.redact(f"{start} {quoted}, y") == f"{start} {HIDDEN}, y"
        for form in json.dumps({"t": quoted}), quote(json.dumps({"t": quoted})):
            assert token[-30:] not in redactor.redact(f"{start} {form}")
    encoded = base64.b64encode(f"{start}{token}".encode()).decode()
    assert redactor.redact(f"{start} {encoded}") == f"{start} {HIDDEN}"


def test_a_token_takes_the_same_memory_whatever_its_length() -> None:
    """Tokens of Entra have 2,000 characters, of which the last 65 are kept."""

    def size(length: int) -> int:
        tokens = (f"{number:04}".rjust(length, "a") for number in range(200))
        redactor = Redactor()
        tracemalloc.start()
        try:
            for token in tokens:
                redactor.remember_token(token)
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    assert size(20_000) < 2 * size(100)


def test_a_token_is_hidden_in_base64() -> None:
    """A proxy may repeat an encoded request."""
    redactor = Redactor()
    redactor.remember_token(JWT)
    for before in (b"", b"x", b"xy"):
        written = base64.b64encode(before + JWT.encode() + b"...").decode()
        assert redactor.redact(f"<{written}>") == f"<{HIDDEN}>"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (
            "grant_type=x&client_secret=ab~c.d&scope=y",
            f"grant_type=x&client_secret={HIDDEN}&scope=y",
        ),
        ("client_secret%3Dabcd%26scope", f"client_secret%3D{HIDDEN}"),
        ('{"client_secret": "a b~c", "x": 1}', f'{{"client_secret": "{HIDDEN}", "x": 1}}'),
        ('{\\"access_token\\":\\"opaque\\"}', f'{{\\"access_token\\":\\"{HIDDEN}\\"}}'),
        ("Authorization: Bearer opaque-token-1", f"Authorization: Bearer {HIDDEN}"),
        (
            "Invalid header value b'Bearer abc-def1\\n'",
            f"Invalid header value b'Bearer {HIDDEN}\\n'",
        ),
        ("Proxy-Authorization: Basic cGFsOnNlY3JldA==", f"Proxy-Authorization: Basic {HIDDEN}"),
        ("to https://pal:se@cret@db.contoso.com/x", f"to https://{HIDDEN}@db.contoso.com/x"),
        (f"client_assertion was {JWT}.", f"client_assertion was {HIDDEN}"),
        ("https://x.contoso.com/y?a=1&sig=ab%2Bc", f"https://x.contoso.com/y?a=1&sig={HIDDEN}"),
        ("k: -----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----", f"k: {HIDDEN}"),
    ],
)
def test_what_looks_like_a_credential_is_hidden(text: str, redacted: str) -> None:
    """It is recognized by its place or its form, without knowing its value."""
    assert hide_credentials(text) == redacted


def test_a_long_text_takes_little_more_memory() -> None:
    """The JSON of 20,000 links with other letters than ASCII took 170 MB more, in many copies."""
    text = '{"tenant": "Łódź & Söhne 100%", "tenant_id": "2f0a1f6e"}\n' * 40_000
    redactor = Redactor()
    redactor.remember(SECRET)
    tracemalloc.start()
    try:
        assert redactor.redact(text) is text
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * len(text)


@given(st.integers(0, 3), st.sampled_from(["\n", "\r\n", ", "]), st.integers(60_000, 70_000))
@settings(max_examples=30)
def test_a_long_text_is_searched_to_its_end(more: int, between: str, length: int) -> None:
    """Wherever the parts meet in which it is searched, and if it is one long line."""
    redactor = Redactor()
    redactor.remember_token("opaque-token-of-contoso")
    start = f"Łódź{between}" * (length // (4 + len(between))) + " " * more
    text = f"{start}client_secret=ab~c{between}{quote('opaque-token-of-contoso')}%20{start}"
    redacted = f"{start}client_secret={HIDDEN}{between}{HIDDEN}%20{start}"
    assert redactor.redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is its value.",
        "AADSTS7000218: The request body must contain: 'client_assertion' or 'client_secret'.",
        'WWW-Authenticate: Bearer authorization_uri="https://login.microsoftonline.com/x"',
        "the Bearer authentication scheme; Basic authentication is off",
        '{"kind": "client_secret", "client_secret": {"type": "string"}, "by": "secret: REF"}',
        "kind: client_secret, secret: {env: PAL_AUTOMATION_SECRET}, password: {file: x}",
        '{"code": "invalid_client_secret", "counts": {"invalid_client_secret": 12}}',
        "https://login.microsoftonline.com/x/adminconsent?client_id=6f1c0a52",
        "export PAL_AUTOMATION_SECRET=… or PAL_AUTOMATION_SECRET=${{ secrets.PAL }}",
        "it must be postgresql+psycopg://USER:PASSWORD@HOST/DATABASE",
    ],
)
def test_texts_about_credentials_are_unchanged(text: str) -> None:
    """Entra's messages, our hints and the schema mention credentials but contain none."""
    assert hide_credentials(text) == text
