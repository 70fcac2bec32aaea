"""Patterns of credentials: text that looks like a token or a secret.

An error message of Entra, Azure or a proxy may repeat the request. These patterns find credentials
by their context (`client_secret=…`, `Bearer …`) or by their form (a JWT, a private key), so that
credentials that this run does not know are hidden too.

The replacement keeps quotes, commas and brackets: JSON stays JSON.
"""

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
"""The replacement for a credential."""

_VALUE = r"[^\s\"'&,;\\<>(){}\[\]]"
"""A character of an unquoted value."""

_FIELDS = (
    "client_secret|client_assertion|refresh_token|access_token|id_token|assertion|code_verifier"
    "|device_code|user_code|password|passwd|pwd|secret|api[_-]?key|sharedaccesskey|accountkey"
)

_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    # A JWT, also a truncated one: base64 of `{"` or `{ `.
    (
        ("eyj", "eya"),
        re.compile(r"ey[JA][A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,4}"),
        HIDDEN,
    ),
    # A header. Plain words after "Bearer" or "Basic" are English: "Bearer authentication."
    (
        ("bearer", "basic"),
        re.compile(
            r"((?i:bearer|basic)(?:[\s:]+|%20|\+))(?!authorization_uri|realm|error)"
            rf"(?=[a-z]*[^a-z\s.,;:!?\"'()]){_VALUE}{{8,}}"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        ("authorization",),
        re.compile(
            rf"(?i)(authorization\\*[\"']?\s*[:=]\s*\\*[\"']?(?:[a-z]+(?:\s+|%20))?){_VALUE}{{8,}}"
        ),
        rf"\1{HIDDEN}",
    ),
    # A field of a form, and one of JSON, whose quotes may be escaped.
    (
        ("=", "%3d"),
        re.compile(
            rf"(?i)(?<![a-z0-9])((?:{_FIELDS})(?:=|%3d))(?![…*]|\$[({{])(?:\"[^\"\\]+|'[^'\\]+|{_VALUE}+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        (":",),
        re.compile(
            rf"(?i)((?<![a-z0-9_-])(?:{_FIELDS})\\*([\"'])\s*:\s*\\*\2)(?!{re.escape(HIDDEN)})"
            r"[^\"'\\]{4,}"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        (":",),
        re.compile(
            r"(?i)((?<![a-z0-9_-])(?:client_secret|client_assertion|refresh_token|access_token)"
            rf":\s*)(?-i:(?=[a-z]*[^a-z\s.,;:!?\"'(){{}}\[\]])){_VALUE}{{4,}}"
        ),
        rf"\1{HIDDEN}",
    ),
    # A key in the query of a URL, and user and password before its host.
    (
        ("=",),
        re.compile(rf"(?i)([?&](?:sig|token|key|code|x-api-key)=){_VALUE}+"),
        rf"\1{HIDDEN}",
    ),
    (
        ("://",),
        re.compile(r"(://)(?!USER:PASSWORD@)[^/\s?#\"'<>]*@"),
        rf"\1{HIDDEN}@",
    ),
)
"""For each pattern: texts in lower case of which one must occur, the pattern, the replacement."""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=\s:,.]|\\[nr])*"
    r"(?:-----END [A-Z ]*-----)?"
)
"""PEM, on several lines or on one, also a truncated one."""


_MARKS = (
    *("eyj", "eya", "bearer", "basic", "authorization", "://"),
    *("secret", "assertion", "_token", "token=", "verifier", "_code", "code="),
    *("passw", "pwd", "key=", "apikey", "api_key", "api-key", "accesskey", "accountkey", "sig="),
)
"""Texts in lower case. A line without any of them matches no pattern."""

_BLOCK = 1 << 16
"""Characters that are searched at a time. `lower` needs 12 bytes for each character."""


def hide_credentials(text: str) -> str:
    """The text with `[hidden]` in place of everything that looks like a credential."""
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(HIDDEN, text)
    if len(text) <= _BLOCK:
        return _hide_lines(text, text)
    pieces, done, begins = [], 0, 0
    while begins < len(text):
        block = _block(text, begins)
        hidden = _hide_lines(block, text)
        if hidden != block:
            pieces += [text[done:begins], hidden]
            done = begins + len(block)
        begins += len(block)
    return "".join([*pieces, text[done:]]) if pieces else text


def _block(text: str, begins: int) -> str:
    """The next whole lines; all that is left if it is short."""
    if len(text) - begins <= _BLOCK:
        return text[begins:]
    ends = text.rfind("\n", begins, begins + _BLOCK) + 1 or text.find("\n", begins) + 1
    return text[begins : ends or None]


def _hide_lines(block: str, text: str) -> str:
    """The block of a text, without credentials."""
    lower = block.lower()
    if not any(mark in lower for mark in _MARKS):
        return block
    if len(lower) != len(block) or "\n" not in text:
        return "".join(map(_hide, block.splitlines(keepends=True)))
    pieces, done = [], 0
    for start, end in marked_lines(lower, _MARKS):
        pieces += [block[done:start], _hide(block[start:end])]
        done = end
    return "".join([*pieces, block[done:]])


def marked_lines(text: str, marks: Iterable[str]) -> list[tuple[int, int]]:
    """Start and end of each line with one of these marks. Most lines of a long text have none."""
    found = {}
    for mark in marks:
        at = text.find(mark)
        while at >= 0:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            found[start] = end if end >= 0 else len(text)
            at = text.find(mark, found[start])
    return sorted(found.items())


def _hide(line: str) -> str:
    lower = line.lower()
    for marks, pattern, replacement in _PATTERNS:
        if any(mark in lower for mark in marks):
            line = pattern.sub(replacement, line)
    return line
