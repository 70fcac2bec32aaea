"""The redactor: it hides the secrets and tokens of this run in every text that leaves the program.

Code that resolves a secret or receives a token calls `remember`. Code that prints, stores or sends
text calls `redact`. A secret is found as it is, percent-encoded, escaped as in JSON or HTML, and in
base64 at any alignment. Text that looks like a credential is hidden too (`credential_patterns`).

Each process has one redactor: workers hide the secrets that they resolve themselves.
"""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock

from reconciler.core.redaction.credential_forms import HIDDEN
from reconciler.core.redaction.credential_patterns import hide_credentials, marked_lines
from reconciler.core.redaction.secret_forms import (
    ANCHOR_LENGTH,
    ANCHOR_STEP,
    ESCAPE,
    MOST_ESCAPES,
    SHORTEST,
    SecretForm,
    anchor_offsets,
    anchors,
    forms_of,
    forms_of_token,
    secret_parts,
    token_end,
    unescaped,
)

MOST_TOKENS = 4000
"""The number of tokens that are remembered, the newest. Older ones are no longer in use."""


_NO_WORD = re.compile(r"[^A-Za-z0-9+/=_.~-]")


Span = tuple[int, int]


class Redactor:
    """Remembers secrets and hides them. Safe to share between threads."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[SecretForm, ...]] = {}
        self._known: set[str] = set()
        self._lasting: set[SecretForm] = set()
        self._tokens: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def remember(self, secret: str | bytes) -> None:
        """Hide this secret from now on, if it has 8 characters or more."""
        text = secret if isinstance(secret, str) else secret.decode("utf-8", "surrogateescape")
        for part in secret_parts(text):
            with self._lock:
                if part not in self._known:
                    self._known.add(part)
                    for form in forms_of(part):
                        self._lasting.add(form)
                        self._add(form)

    def remember_token(self, token: str) -> None:
        """Hide this token from now on. The newest 4,000 tokens are kept, and every secret."""
        token = token_end(token.strip())
        with self._lock:
            if len(token) < SHORTEST or token in self._known:
                return
            if token in self._tokens:
                self._tokens.move_to_end(token)
                return
            self._tokens[token] = None
            for form in forms_of_token(token):
                self._add(form)
            if len(self._tokens) > MOST_TOKENS:
                for form in forms_of_token(self._tokens.popitem(last=False)[0]):
                    self._drop(form)

    def redact(self, text: str) -> str:
        """The text with `[hidden]` in place of every secret."""
        if self._forms and len(text) >= SHORTEST:
            spans = [*self._spans(text), *self._escaped_spans(text)]
            text = _hide(text, spans) if spans else text
        return hide_credentials(text)

    def redact_bytes(self, data: bytes) -> bytes:
        """The bytes with `[hidden]` in place of every secret. Bytes that are not UTF-8 stay."""
        text = data.decode("utf-8", "surrogateescape")
        redacted = self.redact(text)
        return data if redacted == text else redacted.encode("utf-8", "surrogateescape")

    def _add(self, form: SecretForm) -> None:
        alone = (form,)
        for anchor in anchors(form):
            others = self._forms.get(anchor)
            if others is None:
                self._forms[anchor] = alone
            elif form not in others:
                self._forms[anchor] = (*others, form)

    def _drop(self, form: SecretForm) -> None:
        """Forget a form of a token, unless it is a form of a secret, too."""
        if form in self._lasting:
            return
        for anchor in anchors(form):
            if kept := tuple(one for one in self._forms.get(anchor, ()) if one != form):
                self._forms[anchor] = kept
            else:
                self._forms.pop(anchor, None)

    def _spans(self, text: str) -> list[Span]:
        forms = self._forms
        ends_at = len(text) - ANCHOR_LENGTH + 1
        places = [i for i in range(0, ends_at, ANCHOR_STEP) if text[i : i + ANCHOR_LENGTH] in forms]
        found: list[Span] = []
        word = (0, 0)  # the last one that is hidden as a whole
        for place in places:
            for form in forms.get(text[place : place + ANCHOR_LENGTH], ()):
                for offset in anchor_offsets(form):
                    span = place - offset, place - offset + len(form.text)
                    if span[0] < 0 or (word[0] <= span[0] and span[1] <= word[1]):
                        continue
                    if text.startswith(form.text, span[0]):
                        if form.is_open:
                            span = word = _widened(text, span)
                        found.append(span)
        return found

    def _escaped_spans(self, text: str) -> Iterator[Span]:
        """The places of escaped secrets, line by line, because few lines hold an escape."""
        if "%" not in text and "\\" not in text and "&" not in text:
            return
        for begins, ends in marked_lines(text, "%\\&"):
            line = plain = text[begins:ends]
            for depth in range(1, MOST_ESCAPES + 1):
                escaped, plain = plain, ESCAPE.sub(unescaped, plain)
                if plain == escaped:
                    break
                if spans := self._spans(plain):
                    place_of = _Origin(line, depth)
                    yield from ((begins + place_of(a), begins + place_of(b)) for a, b in spans)


class _Origin:
    """Maps a position in a text that was unescaped `depth` times to the original text."""

    def __init__(self, text: str, depth: int) -> None:
        self._levels: list[tuple[list[int], list[int]]] = []
        for _ in range(depth):
            after, before, moved = [0], [0], 0
            for match in ESCAPE.finditer(text):
                after.append(match.start() - moved)
                before.append(match.start())
                moved += len(match[0]) - len(unescaped(match))
                after.append(match.end() - moved)
                before.append(match.end())
            self._levels.append((after, before))
            text = ESCAPE.sub(unescaped, text)

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
