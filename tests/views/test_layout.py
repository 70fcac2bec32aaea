"""Cells become lines that line up, in every script."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.views.terminal.layout import Cell, Page, columns_of, fold

GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"


def test_wide_characters_take_two_columns() -> None:
    """East Asian names do not push the next column away."""
    page = Page(80, color=False)
    rows = [[Cell("東京"), Cell("x")], [Cell("abcd"), Cell("x")]]
    widths = page.fit(rows, (0, 0))
    assert [line for row in rows for line in page.row(row, widths)] == ["  東京  x", "  abcd  x"]


def test_a_long_name_folds_in_its_own_column() -> None:
    """The cells beside it stay where they are."""
    page = Page(24, color=False)
    row = [Cell("Contoso Consulting Limited"), Cell("4936128")]
    assert list(page.row(row, page.fit([row], (10, 0)))) == [
        "  Contoso        4936128",
        "  Consulting",
        "  Limited",
    ]


def test_a_word_too_long_for_its_column_is_broken() -> None:
    """A name without blanks cannot push the next column away."""
    assert fold("x" * 25, 10, breaks_words=True) == ["x" * 10, "x" * 10, "x" * 5]


def test_an_id_is_not_broken_even_where_words_are() -> None:
    """It juts out: an ID in two pieces is of no use."""
    assert fold(f"Fabrikam ({GUID})", 12, breaks_words=True) == ["Fabrikam", f"({GUID})"]


def test_in_a_sentence_only_endless_words_are_broken() -> None:
    """Options and names of variables can be copied; a kilobyte without a blank still folds."""
    assert fold("set PAL_AUTOMATION_SECRET", 10) == ["set", "PAL_AUTOMATION_SECRET"]
    assert max(map(len, fold("x" * 1000, 50))) == 50


def test_styles_surround_text_and_not_its_padding() -> None:
    """A dim column does not paint the gap behind it."""
    page = Page(80, color=True)
    line = list(page.row([Cell("a", "quiet"), Cell("b")], [3, 1]))
    assert line == ["  \x1b[2ma\x1b[0m    b"]


@given(st.text("xy 東", max_size=60), st.integers(2, 20))
def test_folding_loses_nothing(text: str, width: int) -> None:
    """Every character but blanks at a fold is still there, in lines that fit."""
    lines = fold(text, width, breaks_words=True)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns_of(line) <= width for line in lines)
