"""Forms of a secret: every way in which a text may contain it."""

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

SHORTEST = 8
"""Characters. A shorter secret is refused, because hiding it would hide other text too."""


ANCHOR_LENGTH, ANCHOR_STEP = 6, 3
"""Every third position of a text is looked up: three anchors of six characters fit in eight."""


LONG_FORM, END_LENGTH = 64, 32
"""Of a longer form only its two ends are kept; a match hides the whole word."""


_WORD = re.compile(r"[A-Za-z0-9+/=_.~-]+")


ESCAPE = re.compile(
    r"(?:%|\\x)([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})"
    r"|\\([\"'\\/bfnrt])"
    r"|&(amp|lt|gt|quot|#39|#34|#x27);"
)


_MEANT = {
    **{"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"},
    **{"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#34": '"', "#x27": "'"},
}


MOST_ESCAPES = 3
"""How often a text is unescaped, as for JSON in a form in JSON."""


@dataclass(frozen=True, slots=True)
class SecretForm:
    """One way in which a secret may be written. `is_open`: hide the whole word around it."""

    text: str
    is_open: bool


def secret_parts(secret: str) -> Iterator[str]:
    """The secret parts of a secret: all of it, each line, the password in a URL."""
    whole = secret.strip("\r\n")
    lines = [line.strip() for line in whole.splitlines()]
    found = [whole, *lines] if len(lines) > 1 else [whole]
    with suppress(ValueError):
        if "://" in whole and (password := urlsplit(whole).password):
            found += [password, unquote(password)]
    for part in found:
        if len(part) >= SHORTEST and not part.startswith("-----"):
            yield part


def forms_of(secret: str) -> Iterator[SecretForm]:
    """The forms in which a text can contain the secret: plain, escaped, encoded."""
    raw = secret.encode("utf-8", "surrogateescape")
    for text in dict.fromkeys(_plain(secret, raw)):
        yield from _ends(text, is_open=False)
    pieces = (raw,) if len(raw) <= 2 * LONG_FORM else (raw[:LONG_FORM], raw[-LONG_FORM:])
    for text in dict.fromkeys(text for piece in pieces for text in _in_base64(piece)):
        yield from _ends(text, is_open=True)


def forms_of_token(token: str) -> Iterator[SecretForm]:
    """The forms of a token. For a long one its end is enough: a pattern finds a truncated JWT."""
    if len(token) > LONG_FORM and _WORD.fullmatch(token):
        yield SecretForm(token[-END_LENGTH:], True)
        for text in _in_base64(token[-LONG_FORM:].encode()):
            yield SecretForm(text[-END_LENGTH:], True)
    else:
        yield from forms_of(token)


def token_end(token: str) -> str:
    """The part of a token that decides its forms: the end of a long one, else all of it."""
    is_long = len(token) > LONG_FORM and _WORD.fullmatch(token)
    return token[-LONG_FORM - 1 :] if is_long else token


def _plain(secret: str, raw: bytes) -> Iterator[str]:
    """The secret, and the results of undoing escapes in it."""
    yield secret
    if _WORD.fullmatch(secret):  # as tokens are: unescaping does not change them
        return
    utf16 = secret.encode("utf-16-be", "surrogatepass")
    for form in (
        secret,
        raw.decode("latin-1"),  # how percent-encoded bytes and Python's b'…' are read
        "".join(chr(int.from_bytes(utf16[i : i + 2])) for i in range(0, len(utf16), 2)),
        " ".join(secret.split()),
    ):
        for text in (form, form.replace(" ", "+")):
            yield text
            for _ in range(MOST_ESCAPES):
                text = ESCAPE.sub(unescaped, text)
                yield text


def _in_base64(raw: bytes) -> Iterator[str]:
    """The part of base64 that depends on the secret only, for each of 3 alignments."""
    for before in range(3):
        after = -(before + len(raw)) % 3
        text = base64.b64encode(b"\0" * before + raw + b"\0" * after).decode()
        whole = text[(0, 2, 3)[before] : len(text) - (0, 2, 3)[after]]
        yield whole
        if "+" in whole or "/" in whole:
            yield whole.replace("+", "-").replace("/", "_")


def _ends(text: str, *, is_open: bool) -> Iterator[SecretForm]:
    if len(text) > LONG_FORM and _WORD.fullmatch(text):
        yield SecretForm(text[:END_LENGTH], True)
        yield SecretForm(text[-END_LENGTH:], True)
    elif len(text) >= SHORTEST:
        yield SecretForm(text, is_open)


def anchors(form: SecretForm) -> Iterator[str]:
    """Pieces of the form's end, one of which a search meets. Tokens have equal beginnings."""
    for offset in anchor_offsets(form):
        yield form.text[offset : offset + ANCHOR_LENGTH]


def anchor_offsets(form: SecretForm) -> range:
    """Where the anchors are in the form."""
    first = len(form.text) - ANCHOR_LENGTH - ANCHOR_STEP + 1
    return range(first, first + ANCHOR_STEP)


def unescaped(match: re.Match[str]) -> str:
    """The character that an escape sequence means."""
    byte, short, long, char, entity = match.groups()
    number = byte or short or long
    return chr(int(number, 16)) if number else _MEANT.get(char or entity, char)
