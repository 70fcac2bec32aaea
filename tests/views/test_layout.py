"""Tables line up in every script, fit their terminal, and are whole in a pipe."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.views.terminal.layout import (
    FIXED,
    NAME,
    Cell,
    Page,
    fold,
    text_column,
)
from reconciler.views.terminal.shortening import columns_of, shorten, shorten_apart

GUID = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"


def test_wide_characters_take_two_columns() -> None:
    """East Asian names do not push the next column away."""
    page = Page(80, color=False)
    rows = [[Cell("東京"), Cell("x")], [Cell("abcd"), Cell("x")]]
    assert list(page.table(rows, (FIXED, FIXED))) == [["  東京  x"], ["  abcd  x"]]


def test_a_long_name_is_shortened_in_the_middle() -> None:
    """Its beginning and its end stay, and the next column does not move."""
    row = [Cell("Contoso Consulting Limited"), Cell("4936128")]
    assert list(Page(26).table([row], (NAME, FIXED))) == [["  Contoso…Limited  4936128"]]


LONG = "Contoso Retail Deutschland GmbH & Co. KG"
TWINS = [
    f"{LONG} (contoso-retail.onmicrosoft.com)",
    f"{LONG} (contoso-retail-vip.onmicrosoft.com)",
    f"{LONG} (contoso-logistics.onmicrosoft.com)",
]


def test_names_that_would_look_alike_show_where_they_differ() -> None:
    """Others show the beginning of their domain, as their twins may be in no row."""
    rows = [[Cell(name), Cell("4936128")] for name in (*TWINS, f"{LONG} (fabrikam.example)")]
    assert [line for lines in Page(31).table(rows, (NAME, FIXED)) for line in lines] == [
        "  Contos…retail.onmic…  4936128",
        "  Contos…retail-vip.o…  4936128",
        "  Contos…(contoso-log…  4936128",
        "  Contos…(fabrikam.ex…  4936128",
    ]


def test_names_that_cannot_be_shortened_apart_are_whole() -> None:
    """They fold on a terminal. In a pipe, each is on one line."""
    twins = ["x" * 60 + "y" * n for n in (0, 1)]
    twins = [f"{name}{'x' * 60}" for name in twins[:1]] + ["x" * 121]
    rows = [[Cell(name), Cell("1")] for name in twins]
    shown = list(Page(15).table(rows, (NAME, FIXED)))
    assert [len(lines) for lines in shown] == [12, 13]
    assert shown[1] == ["  xxxxxxxxxx  1", *["  xxxxxxxxxx"] * 11, "  x"]
    assert list(Page().table(rows, (NAME, FIXED))) == [[f"  {name}  1"] for name in twins]


def test_a_name_never_widens_the_table() -> None:
    """A terminal shortens it. In a pipe it is whole, and only its own row extends."""
    name = "x" * 4000
    rows = [[Cell(name), Cell("4936128")], [Cell("Fabrikam"), Cell("4936128")]]
    (long,), (short,) = Page(200).table(rows, (NAME, FIXED))
    assert len(long) == len(short) == 71
    assert "xx…xx" in long
    (long,), (short,) = Page().table(rows, (NAME, FIXED))
    assert long == f"  {name}  4936128"
    assert len(short) == 71


def test_a_sentence_folds_in_its_own_column_on_a_terminal() -> None:
    """The cells beside it stay where they are."""
    row = [Cell("Contoso Consulting Limited"), Cell("4936128")]
    assert list(Page(24).table([row], (text_column(10), FIXED))) == [
        ["  Contoso        4936128", "  Consulting", "  Limited"]
    ]


def test_one_long_name_does_not_fold_the_sentences_of_other_rows() -> None:
    """It is shortened to a quarter of the page before any sentence folds."""
    rows = [[Cell("x" * 60), Cell("short")], [Cell("Fabrikam"), Cell("word " * 11 + "end")]]
    lines = list(Page(82).table(rows, (NAME, text_column())))
    assert [len(each) for each in lines] == [1, 1]
    assert len(lines[1][0]) <= 82


def test_a_url_in_a_sentence_is_never_broken() -> None:
    """It can be copied, though it extends beyond the page."""
    url = f"https://login.example/{GUID}/adminconsent?client_id={GUID}"
    assert fold(f"open {url} in a browser", 40) == ["open", url, "in a browser"]


def test_text_in_a_pipe_is_never_folded() -> None:
    """One sentence is one line, however long, so that grep finds it."""
    text = "word " * 400 + "end"
    assert list(Page().note(text)) == [text]
    assert list(Page().table([[Cell("a"), Cell(text)]], (FIXED, text_column()))) == [
        [f"  a  {text}"]
    ]


def test_a_word_too_long_for_its_column_is_broken() -> None:
    """A name without blanks cannot push the next column away."""
    assert fold("x" * 25, 10, breaks_words=True) == ["x" * 10, "x" * 10, "x" * 5]


def test_an_id_is_not_broken_even_where_words_are() -> None:
    """It extends beyond the line, because an ID in two pieces cannot be copied."""
    assert fold(f"Fabrikam ({GUID})", 12, breaks_words=True) == ["Fabrikam", f"({GUID})"]


def test_in_a_sentence_only_endless_words_are_broken() -> None:
    """Options and names of variables can be copied; a kilobyte without a blank still folds."""
    assert fold("set PAL_AUTOMATION_SECRET", 10) == ["set", "PAL_AUTOMATION_SECRET"]
    assert max(map(len, fold("x" * 1000, 50))) == 50


def test_styles_surround_text_and_not_its_padding() -> None:
    """A dim column does not paint the gap behind it."""
    page = Page(80, color=True)
    rows = [[Cell("a", "quiet"), Cell("b")], [Cell("abc"), Cell("b")]]
    assert next(page.table(rows, (FIXED, FIXED))) == ["  \x1b[2ma\x1b[0m    b"]


@given(st.text("xy 東", max_size=60), st.integers(1, 20))
def test_shortening_keeps_both_ends(text: str, width: int) -> None:
    """A text that fits is unchanged; any other has its middle replaced and fits."""
    short = shorten(text, width)
    assert columns_of(short) <= width
    if columns_of(text) <= width:
        assert short == text
    else:
        head, tail = short.split("…")
        assert text.startswith(head)
        assert text.endswith(tail)


@given(st.text("xy 東", max_size=60), st.integers(2, 20))
def test_folding_loses_nothing(text: str, width: int) -> None:
    """Every character but blanks at a fold is still there, in lines that fit."""
    lines = fold(text, width, breaks_words=True)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns_of(line) <= width for line in lines)


@given(st.lists(st.text("xy… 東", max_size=40), max_size=12), st.integers(8, 20))
def test_different_names_are_never_shown_alike(names: list[str], width: int) -> None:
    """Each fits, or is whole because no shorter form tells it apart."""
    shown = shorten_apart(names, width)
    assert set(shown) == set(names)
    assert len(set(shown.values())) == len(shown)
    assert all(short == name or columns_of(short) <= width for name, short in shown.items())
