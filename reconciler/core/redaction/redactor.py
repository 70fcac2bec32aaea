"""The redactor: it hides the secrets and tokens of this run in every text that leaves the program.

Whoever resolves a secret or receives a token calls `remember`; whoever prints, stores or sends text
calls `redact`. A secret is found as it is, percent-encoded, escaped as in JSON or HTML, and in
base64 at any alignment. Texts of others are also searched for what looks like a credential
(`credential_patterns`).

Each process has one redactor: the workers of a run hide what they resolve themselves.
"""

import base64
import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from urllib.parse import unquote, urlsplit

from reconciler.core.redaction.credential_patterns import HIDDEN, hide_credentials

SHORTEST = 8
"""Characters. A shorter secret is refused: hiding it would hide innocent text as well."""

MOST_TOKENS = 4000
"""The newest tokens are remembered. Older ones were hidden where their answer was read."""

_ANCHOR, _STEP = 6, 3
"""Every third position of a text is looked up, so three anchors of six characters fit in eight."""

_LONG, _END = 64, 32
"""Of a longer form only its two ends are kept; what is found is hidden to the end of the word."""

_WORD = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_NO_WORD = re.compile(r"[^A-Za-z0-9+/=_.~-]")

_ESCAPE = re.compile(
    r"(?:%|\\x)([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})"
    r"|\\([\"'\\/bfnrt])"
    r"|&(amp|lt|gt|quot|#39|#34|#x27);"
)
_MEANT = {
    **{"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"},
    **{"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#34": '"', "#x27": "'"},
}
_NESTED = 3
"""So often is a text unescaped: JSON in a form in JSON."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which a secret may be written. `is_open`: hide the whole word around it."""

    text: str
    is_open: bool


class Redactor:
    """Knows secrets and hides them; safe to share between threads."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[tuple[_Form, int], ...]] = {}
        self._known: set[str] = set()
        self._tokens: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def remember(self, secret: str | bytes) -> None:
        """Hide this secret from now on. One under 8 characters is left out."""
        text = secret if isinstance(secret, str) else secret.decode("utf-8", "surrogateescape")
        for part in _parts(text):
            with self._lock:
                if part not in self._known:
                    self._known.add(part)
                    for form in _forms(part):
                        self._add(form)

    def remember_token(self, token: str) -> None:
        """The same for a token, of which a run has many: the newest 4,000 are kept."""
        token = token.strip()
        with self._lock:
            if len(token) < SHORTEST or token in self._tokens:
                return
            self._tokens[token] = None
            for form in _ends_of_token(token):
                self._add(form)
            if len(self._tokens) > MOST_TOKENS:
                for form in _ends_of_token(self._tokens.popitem(last=False)[0]):
                    self._drop(form)

    def redact(self, text: str) -> str:
        """The text with `[hidden]` in place of every secret."""
        if self._forms and len(text) >= SHORTEST:
            spans = [*self._spans(text), *self._escaped_spans(text)]
            text = _hide(text, spans) if spans else text
        return hide_credentials(text)

    def redact_bytes(self, data: bytes) -> bytes:
        """The same for the bytes of an answer; what is no UTF-8 in them stays as it is."""
        text = data.decode("utf-8", "surrogateescape")
        redacted = self.redact(text)
        return data if redacted == text else redacted.encode("utf-8", "surrogateescape")

    def _add(self, form: _Form) -> None:
        for anchor, offset in _anchors(form):
            kept = self._forms.get(anchor, ())
            if (form, offset) not in kept:
                self._forms[anchor] = (*kept, (form, offset))

    def _drop(self, form: _Form) -> None:
        for anchor, offset in _anchors(form):
            kept = tuple(one for one in self._forms.get(anchor, ()) if one != (form, offset))
            if kept:
                self._forms[anchor] = kept
            else:
                self._forms.pop(anchor, None)

    def _spans(self, text: str) -> list[Span]:
        forms = self._forms
        ends_at = len(text) - _ANCHOR + 1
        places = [i for i in range(0, ends_at, _STEP) if text[i : i + _ANCHOR] in forms]
        found: list[Span] = []
        for place in places:
            for form, offset in forms.get(text[place : place + _ANCHOR], ()):
                start = place - offset
                if start >= 0 and text.startswith(form.text, start):
                    span = (start, start + len(form.text))
                    found.append(_widened(text, span) if form.is_open else span)
        return found

    def _escaped_spans(self, text: str) -> Iterator[Span]:
        """Where secrets stand escaped: line by line, as few lines hold an escape."""
        if "%" not in text and "\\" not in text and "&" not in text:
            return
        begins = 0
        for line in text.splitlines(keepends=True):
            plain = line
            for depth in range(1, _NESTED + 1):
                escaped, plain = plain, _ESCAPE.sub(_unescaped, plain)
                if plain == escaped:
                    break
                if spans := self._spans(plain):
                    place_of = _Origin(line, depth)
                    yield from ((begins + place_of(a), begins + place_of(b)) for a, b in spans)
            begins += len(line)


def _parts(secret: str) -> Iterator[str]:
    """What is secret about a secret: all of it, each line of several, the password in a URL."""
    whole = secret.strip("\r\n")
    lines = [line.strip() for line in whole.splitlines()]
    found = [whole, *lines] if len(lines) > 1 else [whole]
    with suppress(ValueError):
        if "://" in whole and (password := urlsplit(whole).password):
            found += [password, unquote(password)]
    for part in found:
        if len(part) >= SHORTEST and not part.startswith("-----"):
            yield part


def _forms(secret: str) -> Iterator[_Form]:
    raw = secret.encode("utf-8", "surrogateescape")
    for text in dict.fromkeys(_plain(secret, raw)):
        yield from _ends(text, is_open=False)
    pieces = (raw,) if len(raw) <= 2 * _LONG else (raw[:_LONG], raw[-_LONG:])
    for text in dict.fromkeys(text for piece in pieces for text in _in_base64(piece)):
        yield from _ends(text, is_open=True)


def _ends_of_token(token: str) -> Iterator[_Form]:
    """The forms of a token. Of a long one the ends are enough: a cut JWT is known by its form."""
    if len(token) > _LONG and _WORD.fullmatch(token):
        yield _Form(token[-_END:], True)
        for text in _in_base64(token[-_LONG:].encode()):
            yield _Form(text[-_END:], True)
    else:
        yield from _forms(token)


def _plain(secret: str, raw: bytes) -> Iterator[str]:
    """The secret, and what is left of it where its escapes are undone."""
    yield secret
    if _WORD.fullmatch(secret):  # as tokens are: no escape leaves them different
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
            for _ in range(_NESTED):
                text = _ESCAPE.sub(_unescaped, text)
                yield text


def _in_base64(raw: bytes) -> Iterator[str]:
    """The characters that base64 of any text around the secret has, for each of 3 alignments."""
    for before in range(3):
        after = -(before + len(raw)) % 3
        text = base64.b64encode(b"\0" * before + raw + b"\0" * after).decode()
        whole = text[(0, 2, 3)[before] : len(text) - (0, 2, 3)[after]]
        yield whole
        if "+" in whole or "/" in whole:
            yield whole.replace("+", "-").replace("/", "_")


def _ends(text: str, *, is_open: bool) -> Iterator[_Form]:
    if len(text) > _LONG and _WORD.fullmatch(text):
        yield _Form(text[:_END], True)
        yield _Form(text[-_END:], True)
    elif len(text) >= SHORTEST:
        yield _Form(text, is_open)


def _anchors(form: _Form) -> Iterator[tuple[str, int]]:
    """Pieces of the form's end, of which a search meets one: tokens begin alike."""
    first = len(form.text) - _ANCHOR - _STEP + 1
    for offset in range(first, first + _STEP):
        yield form.text[offset : offset + _ANCHOR], offset


def _unescaped(match: re.Match[str]) -> str:
    byte, short, long, char, entity = match.groups()
    number = byte or short or long
    return chr(int(number, 16)) if number else _MEANT.get(char or entity, char)


class _Origin:
    """From a place in a text that was unescaped `depth` times to its place in the text."""

    def __init__(self, text: str, depth: int) -> None:
        self._levels: list[tuple[list[int], list[int]]] = []
        for _ in range(depth):
            after, before, moved = [0], [0], 0
            for match in _ESCAPE.finditer(text):
                after.append(match.start() - moved)
                before.append(match.start())
                moved += len(match[0]) - len(_unescaped(match))
                after.append(match.end() - moved)
                before.append(match.end())
            self._levels.append((after, before))
            text = _ESCAPE.sub(_unescaped, text)

    def __call__(self, place: int) -> int:
        for after, before in reversed(self._levels):
            at = bisect_right(after, place) - 1
            place = before[at] + place - after[at]
        return place


def _widened(text: str, span: Span) -> Span:
    start, end = span
    while start and not _NO_WORD.match(text, start - 1):
        start -= 1
    following = _NO_WORD.search(text, end)
    return start, following.start() if following else len(text)


def _hide(text: str, spans: list[Span]) -> str:
    pieces, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [text[done:start], HIDDEN]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


_OF_THIS_PROCESS = Redactor()

remember = _OF_THIS_PROCESS.remember
remember_token = _OF_THIS_PROCESS.remember_token
redact = _OF_THIS_PROCESS.redact
redact_bytes = _OF_THIS_PROCESS.redact_bytes
