"""How does foreign text become safe to show? The one place that makes hidden characters visible.

Names come from files, from Azure and from whoever named a tenant there. None of them may move a
cursor, turn the reading direction, start a line of its own or hide. It knows no format: what is
special in Markdown or CSV stands in their own modules.
"""

import re

_HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls: newline, tab, ESC, CSI
    "\xad\u034f\u061c\u070f\u08e2\u0600-\u0605\u06dd\u0890\u0891"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\u2800"  # letters and marks that are blank
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends, direction
    "\ud800-\udfff"  # lone surrogates: no encoding takes them
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"  # tags: a whole hidden alphabet
    "]"
)

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """The text with every control, direction and zero-width character written as an escape.

    The result is one line, and any terminal shows all of it: `\\n`, `\\x1b`, `\\u202e`.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_escape, text)


def by_code_point(text: str) -> str:
    """The text with every character that nobody sees, or takes for a blank, as `<U+200B>`.

    For a text that a message quotes because something is wrong with it.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_code_point, text))


def is_invisible(char: str) -> bool:
    """Whether nobody sees this character, or everybody takes it for a plain blank."""
    if char.isascii() and char.isprintable():
        return False
    return _HIDDEN.match(char) is not None or (char.isspace() and char != " ")


def _code_point(char: str) -> str:
    return f"<U+{ord(char):04X}>" if is_invisible(char) else char


def json_safe(text: str) -> str:
    """JSON text whose hidden characters are JSON escapes: equal data, safe to look at.

    Only for finished JSON: there they can stand in strings and nowhere else, but for newlines.
    """
    return _HIDDEN.sub(_json_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if code < 0x100:
        return _SHORT.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x0A:
        return "\n"
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
