"""File names for customers: hostile names stay inside their folder."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.customers.file_names import file_stems


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Fabrikam", "Fabrikam"),
        ("Contoso (UK), Ltd.", "Contoso-UK-Ltd"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\x", "C-Windows-x"),
        ("..", "unnamed"),
        ("NUL", "NUL_"),
        ("con.txt", "con.txt_"),
        ("-rf", "rf"),
        ("東京テイルスピン", "東京テイルスピン"),
        ("a\x00b\nc", "a-b-c"),
    ],
)
def test_a_name_becomes_a_file_name(name: str, stem: str) -> None:
    """Separators, control characters and names of devices are replaced."""
    assert file_stems([name]) == (stem,)


@given(st.lists(st.text(), max_size=8))
def test_names_are_distinct_and_inside_their_folder(names: list[str]) -> None:
    """Whatever the names, also on file systems that ignore case."""
    stems = file_stems(names)
    folded = {unicodedata.normalize("NFC", stem).casefold() for stem in stems}
    assert len(folded) == len(names)
    for stem in stems:
        assert stem
        assert not stem.startswith((".", "-"))
        assert PurePosixPath(stem).name == PureWindowsPath(stem).name == stem
        assert len(stem.encode(errors="surrogatepass")) <= 250
