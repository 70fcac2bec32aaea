"""Safe text: control characters and invisible characters written as escapes.

Names come from files, from Azure and from customers. They must not move the cursor, change the
reading direction, start a new line or be invisible. `views` escapes them for Markdown and CSV.
"""

import re

_HIDDEN_BUT_C0 = (
    "\x7f-\x9f"  # DEL and C1 controls: CSI
    "\xad\u034f\u061c\u070f\u08e2\u0600-\u0605\u06dd\u0890\u0891"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\u2800"  # letters and marks without a shape
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends, direction
    "\ud800-\udfff"  # lone surrogates, which no encoding accepts
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"  # tags: an invisible alphabet
)
_HIDDEN = re.compile(f"[\x00-\x1f{_HIDDEN_BUT_C0}]")  # C0 controls: newline, tab, ESC
_HIDDEN_IN_JSON = f"[\x00-\x09\x0b-\x1f{_HIDDEN_BUT_C0}]"
"""Without the newline: long JSON has many, and each match would cost memory until the end."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """The text with every control, direction and zero-width character as an escape.

    The result is one line, all of it visible in any terminal: `\\n`, `\\x1b`, `\\u202e`.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_escape, text)


def by_code_point(text: str) -> str:
    """The text with every invisible character and unusual blank as `<U+200B>`.

    For a value that a message quotes because it is invalid.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_code_point, text))


def is_invisible(char: str) -> bool:
    """Whether this character is invisible, or looks like a plain blank without being one."""
    if char.isascii() and char.isprintable():
        return False
    return _HIDDEN.match(char) is not None or (char.isspace() and char != " ")


def _code_point(char: str) -> str:
    return f"<U+{ord(char):04X}>" if is_invisible(char) else char


def json_safe(text: str) -> str:
    """JSON text with hidden characters as JSON escapes: the same data, safe to show.

    Only for complete JSON, where they can occur in strings only. Newlines stay.
    """
    return re.sub(_HIDDEN_IN_JSON, _json_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if code < 0x100:
        return _SHORT.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
