"""Text from outside is made safe for terminals in one place."""

import json
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.text import json_safe, visible

HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\x1b", "\\x1b"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\u200b", "\\u200b"),
        ("\ufeff", "\\ufeff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_a_hidden_character_is_shown_as_its_escape(char: str, shown: str) -> None:
    """The reader sees which character was hidden in the name."""
    assert visible(f"a{char}b") == f"a{shown}b"


def test_every_hidden_unicode_character_is_escaped() -> None:
    """Controls, formats, surrogates and line separators of all Unicode in this Python."""
    through = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(char := chr(code)) in HIDDEN_CATEGORIES and visible(char) == char
    ]
    assert through == []


@pytest.mark.parametrize("name", ["Söhne & Co", "東京テイルスピン", "שלום בע״מ", "Ελλάς", "a\\nb"])
def test_an_ordinary_name_is_unchanged(name: str) -> None:
    """Customers have names in every script."""
    assert visible(name) == name


def _has_no_split_pair(text: str) -> bool:
    return not re.search("[\ud800-\udbff][\udc00-\udfff]", text)  # JSON joins the halves


@given(st.text(st.characters()).filter(_has_no_split_pair))
def test_json_stays_equal_when_it_is_made_safe(text: str) -> None:
    """A program reads the original name; only its encoding differs."""
    written = json_safe(json.dumps({"name": text}, indent=2, ensure_ascii=False))
    assert json.loads(written) == {"name": text}
    assert visible(written.replace("\n", "")) == written.replace("\n", "")
