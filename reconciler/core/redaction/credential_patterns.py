"""Patterns of credentials: text that looks like a token or a secret.

An error message of Entra, Azure or a proxy may repeat the request. These patterns find credentials
by their context (`client_secret=…`, `Bearer …`) or by their form (`credential_forms`), so that
credentials that this run does not know are hidden too.

The replacement keeps quotes, commas and brackets: JSON stays JSON.
"""

import re
from collections.abc import Iterable
from functools import cache

from reconciler.core.redaction.credential_forms import (
    FORMS,
    HIDDEN,
    PRIVATE_KEY,
    Pattern,
)

_CHAR = r"(?:[^\s\"'&,;\\<>(){}\[\]]|\\+(?:u002[bBfF]|u003[dD]|/))"
"""A character of an unquoted value. `+`, `/` and `=` may be escaped as in JSON."""

_VALUE = rf"{_CHAR}+(?:[(){{}}\[\]']+{_CHAR}+)*"
"""An unquoted value. A bracket or quote inside it belongs to it."""

_NO_WORD = r"(?-i:(?=[a-z]*[^a-z\s.,;:!?\"'(){}\[\]]))"
"""Before a value that is not a plain word: "Bearer authentication" is English."""

_NO_NAME = (
    r"(?-i:(?=[^\s\"'&,;\\<>(){}\[\]]{0,99}?(?:[0-9_~+=]|[a-z][A-Z]\w{0,99}?[a-z][A-Z])"
    r"|[!-~]{30}))"
)
"""Before a token: "Basic Solutions" and "Bearer McDonald" are names of customers."""

_MIXED = r"(?-i:(?=[^\s0-9]{0,99}[0-9])(?=[^\sa-z]{0,99}[a-z]))"
"""Before a value with a digit and a small letter. The name of a variable has none."""

_FIELDS = (
    r"client[_-]?secret|client[_-]?assertion|(?:refresh|access|id|auth|private)[_-]?token|assertion"
    r"|code[_-]?verifier|(?:device|user)_code|password|passwd|passphrase|pwd"
    r"|secret(?:[_-]?(?:text|value))?|(?:api|account|access|subscription|functions)[_-]?key"
    r"|(?:shared|primary|secondary)[_-]?(?:access[_-]?)?key"
)

_FIELD_MARKS = (
    *("secret", "assertion", "token", "verifier", "_code", "passw", "passphrase", "pwd"),
    *("key", "_pat"),
)

_VARIABLE = r"(?-i:SECRET|PASSWORD|TOKEN|_PAT|_KEY)"
"""The end of an environment variable's name."""

_NAME = rf"(?:{_VARIABLE}|(?<![a-z0-9])(?:{_FIELDS}))"
_QUOTED_NAME = rf"(?:(?-i:[A-Z0-9_]*){_VARIABLE}|{_FIELDS})"

_UNKNOWN = rf"(?!{re.escape(HIDDEN)})"

_NO_VALUE = r"[\"']?(?:…|\*{2}|\.{3}|\$[({])|(?:true|false|none|null)\b"
"""A gap to fill in, a mask, a variable, or a word of a programming language."""

_QUERY = r"(?:[?&]|&amp;|\\u0026|%26|%3f)"

_PATTERNS: tuple[Pattern, ...] = (
    *FORMS,
    # A header. The name of a field is no token: a pattern below finds its value.
    (
        ("bearer", "basic"),
        (
            r"(?i)((?:bearer|basic)(?:[\s:]+|%20|\+))(?!authorization_uri|realm|error)"
            rf"(?!(?:{_FIELDS})[\\\"']*\s*[:=]){_NO_NAME}{_VALUE}(?<=\S{{8}})"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        ("authorization",),
        (
            r"(?i)(authorization(?:\\*[\"'])?\s*[:=]\s*(?:\\*[\"'])?(?:[a-z]+(?:\s+|%20))?)"
            rf"(?!(?:{_FIELDS})[\\\"']*\s*[:=]){_CHAR}{{8,}}"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        ("cookie",),
        r"(?i)(cookie(?:\\*[\"'])?\s*[:=]\s*(?:\\*[\"'])?)[^\s\"'\\]+=[^\"'\\\r\n]{4,}",
        rf"\1{HIDDEN}",
    ),
    # A field of a form.
    (
        _FIELD_MARKS,
        (
            rf"(?i)({_NAME}(?:=|%3d)(?!{_NO_VALUE})(?:[\"'](?![\"'\s,:}}\])]))?)"
            rf"(?:(?<=\")[^\"\\]+|(?<=')[^\"'\\]+|{_VALUE})"
        ),
        rf"\1{HIDDEN}",
    ),
    # A field of JSON, of Python, of JSON in JSON, and of XML.
    (
        _FIELD_MARKS,
        rf'(?i)((?<!\\)"{_QUOTED_NAME}"\s*:\s*b?"){_UNKNOWN}(?:[^"\\]|\\.){{4,}}',
        rf"\1{HIDDEN}",
    ),
    (
        _FIELD_MARKS,
        rf"(?i)('{_QUOTED_NAME}\\*'\s*:\s*b?\\*'){_UNKNOWN}(?:[^\"'\\]|\\.){{4,}}",
        rf"\1{HIDDEN}",
    ),
    (
        _FIELD_MARKS,
        rf'(?i)(\\"{_QUOTED_NAME}\\+"\s*:\s*\\+"){_UNKNOWN}(?:[^"\\]|\\\\(?:\\.|.)){{4,}}',
        rf"\1{HIDDEN}",
    ),
    (
        _FIELD_MARKS,
        rf"(?i)(<(?:[a-z0-9]+:)?(?:{_FIELDS})(?:\s[^<>\"]*)?>)(?:[^<>\"\\]|\\.)+(?=</)",
        rf"\1{HIDDEN}",
    ),
    # A field before its value in plain text, and an option of a command.
    (
        _FIELD_MARKS,
        (
            r"(?i)((?<![a-z0-9_-])(?:client_?secret|client_?assertion|(?:refresh|access)_?token)"
            rf":\s*(?:(?:bearer|basic)\s+)?){_NO_WORD}(?!bearer\s|basic\s){_VALUE}(?<=\S{{4}})"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        _FIELD_MARKS,
        (
            rf"(?i)((?<![a-z0-9])(?:{_FIELDS}):\s*){_MIXED}"
            rf"(?!`|\S{{0,500}}://|[0-9a-f]{{8}}-[0-9a-f]{{4}}-){_VALUE}(?<=\S{{8}})"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        _FIELD_MARKS,
        (
            rf"(?i)((?<![a-z0-9-])--(?:{_FIELDS}|token)(?:=|\s+)[\"']?){_NO_WORD}"
            rf"(?![-…*$]){_VALUE}(?<=\S{{4}})"
        ),
        rf"\1{HIDDEN}",
    ),
    # A key in the query of a URL, and user and password before its host.
    (
        ("sig=", "sig%3d", "token", "key", "code="),
        (
            rf"(?i)((?:{_QUERY}(?:sig|token|key|code|x-api-key)|(?<![a-z0-9_-])sig)(?:=|%3d))"
            rf"{_CHAR}+"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        ("://", ":\\/"),
        (
            r"(:(?:\\*/){2})(?!USER:PASSWORD@)(?:[^/\s?#\"'<>]*"
            r"|[^/\s?#\"'<>:@\[]*:(?![0-9]+(?:[/?#\s]|$))[^\s\"'<>]{0,500})@"
        ),
        rf"\1{HIDDEN}@",
    ),
    (
        ("%3a%2f%2f",),
        r"(?i)(%3a%2f%2f)(?:(?!%2f|%3f)[^\s\"'<>&])*%40",
        rf"\1{HIDDEN}%40",
    ),
)

_MARKS = tuple(dict.fromkeys(mark for marks, _, _ in _PATTERNS for mark in marks))
"""Texts in lower case. A line without any of them matches no pattern."""

_BLOCK = 1 << 16
"""Characters that are searched at a time. `lower` needs 12 bytes for each character."""


_compiled = cache(re.compile)
"""Compiled when a text has a mark of it: compiling all takes 10 ms, and most starts need few."""


def hide_credentials(text: str) -> str:
    """The text with `[hidden]` in place of everything that looks like a credential."""
    if "-----BEGIN" in text:
        text = _compiled(PRIVATE_KEY).sub(HIDDEN, text)
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
    marks = [mark for mark in _MARKS if mark in lower]
    if not marks:
        return block
    if len(lower) != len(block) or "\n" not in text:
        return "".join(map(_hide, block.splitlines(keepends=True)))
    pieces, done = [], 0
    for start, end in marked_lines(lower, marks):
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
            line = _compiled(pattern).sub(replacement, line)
    return line
