"""Edits of a YAML text that change no other byte."""

from datetime import date
from typing import Any

import pytest

from reconciler.config.reading.tree import Path
from reconciler.config.writing.yaml_editor import Editor, Uneditable, flow

SEEN: dict[str, Any] = {"partner": "uk", "on": date(2026, 11, 23)}
WRITTEN = "{partner: uk, on: 2026-11-23}"


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a:\n  b: 1\n", ("a",), f"a:\n  b: 1\n  new: {WRITTEN}\n"),
        ("a:\n  b: 1", ("a",), f"a:\n  b: 1\n  new: {WRITTEN}"),
        ("a:\r\n  b: 1\r\nc: 2\r\n", ("a",), f"a:\r\n  b: 1\r\n  new: {WRITTEN}\r\nc: 2\r\n"),
        ("a:\n  b: 1  # why\n# end\n", ("a",), f"a:\n  b: 1  # why\n  new: {WRITTEN}\n# end\n"),
        ("- b: 1\n  c: [x,\n    y]\n", (0,), f"- b: 1\n  c: [x,\n    y]\n  new: {WRITTEN}\n"),
        ("- b:\n  - x\n- c: 1\n", (0,), f"- b:\n  - x\n  new: {WRITTEN}\n- c: 1\n"),
        ("- b: |\n    x\n\n- c: 1\n", (0,), f"- b: |\n    x\n\n  new: {WRITTEN}\n- c: 1\n"),
        ("a: {b: 1}  # why\n", ("a",), f"a: {{b: 1, new: {WRITTEN}}}  # why\n"),
        ("a: {b: 1, }\n", ("a",), f"a: {{b: 1, new: {WRITTEN}, }}\n"),
        ("a: {b: 1\n  # why\n  }\n", ("a",), f"a: {{b: 1, new: {WRITTEN}\n  # why\n  }}\n"),
        ("a: {}\n", ("a",), f"a: {{new: {WRITTEN}}}\n"),
        ("a: {new: old, b: 1}\n", ("a",), f"a: {{new: {WRITTEN}, b: 1}}\n"),
        ("new: 'old'  # why\n", (), f"new: {WRITTEN}  # why\n"),
        (
            "a: &x [1]\nb:\n  c: *x  # why\n",
            ("b",),
            f"a: &x [1]\nb:\n  c: *x  # why\n  new: {WRITTEN}\n",
        ),
        ("- name: Ünï 🚀\n  b: 1\n", (0,), f"- name: Ünï 🚀\n  b: 1\n  new: {WRITTEN}\n"),
    ],
)
def test_a_key_is_put_where_a_person_would_write_it(before: str, path: Path, after: str) -> None:
    """Comments, line ends and the style of the mapping are kept."""
    editor = Editor(before)
    editor.put(path, "new", SEEN)
    assert editor.text() == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[alice, bob]  # why\n", "[{is: alice}, bob]  # why\n"),
        ("- alice  # why\n- bob\n", "- {is: alice}  # why\n- bob\n"),
        ('- "alice"\n', "- {is: alice}\n"),
        ("- name: alice\n  b: 1\n# end\n", "- {is: alice}\n# end\n"),
    ],
)
def test_a_value_is_replaced_in_its_place(before: str, after: str) -> None:
    """The text around it stays."""
    editor = Editor(before)
    editor.replace((0,), {"is": "alice"})
    assert editor.text() == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  - x\nb: 1\n", "a:\n  - x\n  - {is: y}\nb: 1\n"),
        ("a:\n- x: 1\n  y:\n    z: 2  # why\n", "a:\n- x: 1\n  y:\n    z: 2  # why\n- {is: y}\n"),
        ("a: [x]\n", "a: [x, {is: y}]\n"),
        ("a: []\n", "a: [{is: y}]\n"),
    ],
)
def test_an_item_is_appended(before: str, after: str) -> None:
    """After the last one, in the style of the sequence."""
    editor = Editor(before)
    editor.extend("a", [{"is": "y"}], ["- {is: y}"])
    assert editor.text() == after


def test_several_changes_are_applied_together() -> None:
    """Paths refer to the original text."""
    editor = Editor("- {a: 1}\n- {b: 2}\n- c\n")
    for index in (1, 0):
        editor.put((index,), "x", "1")
        editor.put((index,), "y", "2")
    editor.replace((2,), "d")
    assert editor.text() == "- {a: 1, x: '1', y: '2'}\n- {b: 2, x: '1', y: '2'}\n- d\n"


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("a: &x {b: 1}\nc: *x\n", ("a",)),
        ("a: &x {b: 1}\nc: *x\n", ("c",)),
        ("a: &x {b: {d: 1}}\nc: *x\n", ("c", "b")),
    ],
)
def test_a_shared_node_is_not_changed(before: str, path: Path) -> None:
    """A change in one place must not change another."""
    with pytest.raises(Uneditable):
        put(before, path)


def put(text: str, path: Path) -> str:
    """The text with one more key."""
    editor = Editor(text)
    editor.put(path, "new", "1")
    return editor.text()


def test_a_shared_scalar_is_not_replaced() -> None:
    """The alias would lose its value."""
    editor = Editor("- &x alice\n- *x\n")
    editor.replace((0,), "bob")
    with pytest.raises(Uneditable):
        editor.text()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("yes", "'yes'"),
        ("0123", "'0123'"),
        ("2026-11-23", "'2026-11-23'"),
        ("a, b", "'a, b'"),
        ("a: b", "'a: b'"),
        ("#a", "'#a'"),
        ("O'Neil & co", "O'Neil & co"),
        ("", "''"),
        (["a", "]"], "[a, ']']"),
        ({"on": date(2026, 11, 23)}, "{on: 2026-11-23}"),
    ],
)
def test_text_stays_text(value: str, written: str) -> None:
    """It is quoted if YAML 1.1 would read something else."""
    assert flow(value) == written


LINES = ["# new", "- name: c", "  d: e"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  - b\n", "a:\n  - b\n  # new\n  - name: c\n    d: e\n"),
        ("a:\n- b", "a:\n- b\n# new\n- name: c\n  d: e"),
        ("a:\n- b\n# end\nz: 1\n", "a:\n- b\n# new\n- name: c\n  d: e\n# end\nz: 1\n"),
        (
            "a:\r\n  - b: 1  # x\r\n    # of b\r\n  # - c\r\n\r\n# end\r\nz: 1\r\n",
            "a:\r\n  - b: 1  # x\r\n    # of b\r\n  # - c\r\n  # new\r\n  - name: c\r\n    d: e\r\n"
            "\r\n# end\r\nz: 1\r\n",
        ),
        (
            "a:\n  - b: |\n      x\n\nz: 1\n",
            "a:\n  - b: |\n      x\n\n  # new\n  - name: c\n    d: e\nz: 1\n",
        ),
        ("a: [b]  # x\n", "a: [b, {name: c, d: e}]  # x\n"),
        ("a: []\n", "a: [{name: c, d: e}]\n"),
        ("a:  # x\nz: 1\n", "a:  # x\n  # new\n  - name: c\n    d: e\nz: 1\n"),
        ("z: 1\n", "z: 1\na:\n  # new\n  - name: c\n    d: e\n"),
        ("z: 1", "z: 1\na:\n  # new\n  - name: c\n    d: e"),
    ],
)
def test_items_are_added_at_the_end_of_a_list(before: str, after: str) -> None:
    """After its last item and the comments of that item."""
    editor = Editor(before)
    editor.extend("a", [{"name": "c", "d": "e"}], LINES)
    assert editor.text() == after


def test_lines_that_differ_from_the_values_are_refused() -> None:
    """Except for comments, the lines must contain the values."""
    editor = Editor("a:\n  - b\n")
    editor.extend("a", [{"name": "c"}], LINES)
    with pytest.raises(Uneditable):
        editor.text()
