"""Secrets of a run are hidden in all output, in every encoding."""

import base64
import json
import tracemalloc
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reconciler.core.redaction.credential_forms import HIDDEN
from reconciler.core.redaction.credential_patterns import hide_credentials
from reconciler.core.redaction.redactor import MOST_TOKENS, Redactor
from reconciler.core.redaction.secret_forms import forms_of_token, token_end

SECRET = 'Fabrikam"~&8 ü\\n+/%41'
JWT = "eyJhbGciOiJSUzI1NiJ9." + "eyJ0aWQiOiJjb250b3NvIn0." + "c2lnbmF0dXJlLW9mLWNvbnRvc28" * 8

GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"

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


def test_a_repeated_token_takes_no_time() -> None:
    """The whole word around a token is hidden, which is searched once for each word."""
    redactor = Redactor()
    redactor.remember_token(JWT)
    text = f"{JWT[-64:] * 5000} {JWT[-64:]} and {JWT}"
    assert redactor.redact(text) == f"{HIDDEN} {HIDDEN} and {HIDDEN}"
    redactor.remember(f"contoso {JWT[-40:]}")
    assert redactor.redact(f"contoso {JWT[-40:]}!") == f"{HIDDEN}!"


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


LETTERS = "Ab3dEf6hIj9lMn2pQr5t"
"""Of plainly fake tokens."""


@pytest.mark.parametrize(
    "token",
    [
        f"ghp_{LETTERS}{LETTERS[:16]}",
        f"gho_{LETTERS}{LETTERS[:16]}",
        f"ghs_{LETTERS}{LETTERS}.{LETTERS}.{LETTERS}",
        f"github_pat_11ABCDEFG0_{LETTERS * 3}",
        f"glpat-{LETTERS}",
        f"xoxb-123456789012-{LETTERS}",
        f"Ab38Q~{LETTERS}{LETTERS[:14]}",
        f"1.AXcA{LETTERS * 3}.AgABAwEAAAA_{LETTERS}",
        f"{(LETTERS * 5)[:86]}==",
        f"{(LETTERS * 3)[:52]}JQQJ99{LETTERS}AZDO1a2B",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0A1B2C\n\n"
        "MIIE/Ab+c=\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN+PRIVATE+KEY-----%0AMIIE%2FAb%2Bc%3D%0A-----END+PRIVATE+KEY-----",
        json.dumps(json.dumps("-----BEGIN PRIVATE KEY-----\nMI/+c=\n-----END X-----"))[3:-3],
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdGBG/Ab+c=\n=Ab1c\n-----END PGP"
        " PRIVATE KEY BLOCK-----",
    ],
)
def test_a_credential_is_recognized_by_its_form(token: str) -> None:
    """Wherever it stands: tokens of other services, a client secret, and a key."""
    assert hide_credentials(f"it was {token}, and no other") == f"it was {HIDDEN}, and no other"
    assert hide_credentials(f'{{"x": "{token}"}}') == f'{{"x": "{HIDDEN}"}}'


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Bearer client_secret: Ab3dEf6h", f"Bearer client_secret: {HIDDEN}"),
        ("client_secret: Bearer Ab3dEf6h", f"client_secret: Bearer {HIDDEN}"),
        ("Authorization: Bearer client_secret=Ab", f"Authorization: Bearer client_secret={HIDDEN}"),
        ("Password: hunter2-of-contoso", f"Password: {HIDDEN}"),
        ("PGPASSWORD=hunter2 psql", f"PGPASSWORD={HIDDEN} psql"),
        (
            "AZURE_DEVOPS_EXT_PAT=abc GITHUB_TOKEN=x1",
            f"AZURE_DEVOPS_EXT_PAT={HIDDEN} GITHUB_TOKEN={HIDDEN}",
        ),
        ('{"AZURE_CLIENT_SECRET": "abcd"}', f'{{"AZURE_CLIENT_SECRET": "{HIDDEN}"}}'),
        ('{"clientSecret":"ab\\"c\'d","n":1}', f'{{"clientSecret":"{HIDDEN}","n":1}}'),
        ("{'accessToken': b'opaque', 'n': 1}", f"{{'accessToken': b'{HIDDEN}', 'n': 1}}"),
        (
            json.dumps(json.dumps({"secretText": 'a"b\\c', "n": 1})),
            json.dumps(json.dumps({"secretText": HIDDEN, "n": 1})),
        ),
        (
            "<wst:Password Type='x'>hunter2</wst:Password>",
            f"<wst:Password Type='x'>{HIDDEN}</wst:Password>",
        ),
        ("+ az login --password hunter2 -o none", f"+ az login --password {HIDDEN} -o none"),
        ("vault --client-secret='a~b.c'", f"vault --client-secret='{HIDDEN}'"),
        ("password=Ab(c)d'e; Encrypt=true", f"password={HIDDEN}; Encrypt=true"),
        ("AccountKey=ab\\u002Bc/d\\u003d\\u003d;x", f"AccountKey={HIDDEN};x"),
        ("?sv=2024\\u0026sig=ab%2Bc", f"?sv=2024\\u0026sig={HIDDEN}"),
        ("SharedAccessSignature sig=ab%2Bc&se=1", f"SharedAccessSignature sig={HIDDEN}&se=1"),
        ("Set-Cookie: ESTSAUTH=0.AXoA; path=/", f"Set-Cookie: {HIDDEN}"),
        (
            "postgresql://pal:p/a?s#s@db.contoso.com/pal",
            f"postgresql://{HIDDEN}@db.contoso.com/pal",
        ),
        ("https:\\/\\/pal:hunter2@db.contoso.com", f"https:\\/\\/{HIDDEN}@db.contoso.com"),
        (
            "to=https%3A%2F%2Fpal%3Ahunter2%40contoso.com",
            f"to=https%3A%2F%2F{HIDDEN}%40contoso.com",
        ),
        (
            "https://hooks.slack.com/services/T0/B0/abc.",
            f"https://hooks.slack.com/services/{HIDDEN}",
        ),
        (
            f"x.webhook.office.com/webhookb2/{GUID}@{GUID}/IncomingWebhook/ab/{GUID} failed",
            f"x.webhook.office.com/webhookb2/{HIDDEN} failed",
        ),
        (f"https://hc-ping.com/{GUID}/fail, no answer", f"https://hc-ping.com/{HIDDEN} no answer"),
        (
            "https://api.telegram.org/bot12:Ab-3/sendMessage",
            f"https://api.telegram.org/bot{HIDDEN}/sendMessage",
        ),
        (
            "https://x.logic.azure.com:443/workflows/a/triggers/b?sp=c&sig=Ab3d",
            f"https://x.logic.azure.com:443/workflows/a/triggers/b?sp=c&sig={HIDDEN}",
        ),
    ],
)
def test_a_credential_is_recognized_by_its_context(text: str, redacted: str) -> None:
    """Fields in every notation, options of commands, cookies, and the URLs of webhooks."""
    assert hide_credentials(text) == redacted


PIECES = st.sampled_from(
    [
        *("password", "client_secret", "PAL_SECRET", "Bearer", "Authorization", "Cookie", "sig"),
        *(
            "=",
            ":",
            ": ",
            "%3D",
            '"',
            "'",
            "\\",
            "&",
            "?",
            "://",
            "@",
            "/",
            " ",
            "\n",
            ",",
            "{",
            "}",
        ),
        *(
            "Ab3dEf6h-x",
            "hunter2",
            "word",
            "--secret ",
            "</",
            "<password>",
            "-----BEGIN PRIVATE KEY",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(st.lists(TEXTS), TEXTS, st.sampled_from([None, 2]))
def test_json_stays_json(texts: list[str], password: str, indent: int | None) -> None:
    """Whatever is hidden in its strings, also as JSON in JSON."""
    text = json.dumps({"a": texts, "password": password, "b": "c"}, indent=indent)
    found = json.loads(hide_credentials(text))
    assert (len(found["a"]), found["b"]) == (len(texts), "c")
    assert json.loads(hide_credentials(json.dumps({"a": text, "b": "c"})))["b"] == "c"


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
        "export PAL_AUTOMATION_SECRET=...            the client secret of the app",
        f"secret: {GUID}, x5t: {'ab12' * 10}, sha256:{'0f2d' * 16}, {'Ab3+' * 10}Ab3=",
        "password: {env: PAL_PFX_PASSWORD}, secret: PAL_SECRET_2 is not set, primary_key=True",
        "https://127.0.0.1:8443/metadata/endpoints for admin@contoso.com",
        "https://[::1]:8443/x?mail=admin@contoso.com",
        "the token endpoint; a password: the second key; a cookie was set; --secret REF",
        "Basic Solutions Ltd, BEARER LOGISTICS, Basic McDonald-Meyer, Bearer Authentication: off",
        "4936128 (Contoso) is linked 0.9.1.Alpha 1.A_short",
    ],
)
def test_texts_about_credentials_are_unchanged(text: str) -> None:
    """Entra's messages, our hints and the schema mention credentials but contain none."""
    assert hide_credentials(text) == text
