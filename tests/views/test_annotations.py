"""`validate --format github`: annotations in the form of GitHub's workflow commands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.text import visible
from reconciler.views.formats import Format, View
from reconciler.views.registry import render
from reconciler.views.validation import Validation


def annotations(validation: Validation) -> list[str]:
    """The lines of the result."""
    return render(View.VALIDATION, Format.GITHUB, validation).splitlines()


def unescaped(text: str) -> str:
    """A value as GitHub decodes it."""
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_each_error_is_an_annotation_at_its_place() -> None:
    """It has file, line and column. An error without a place has none."""
    errors = ("tenants.yaml:3:7: 100% wrong: see above", "cannot read b.yaml")
    assert annotations(Validation(errors)) == [
        "::error file=tenants.yaml,line=3,col=7,title=pal-reconcile::100%25 wrong: see above",
        "::error title=pal-reconcile::cannot read b.yaml",
    ]


def test_findings_of_a_valid_file_are_warnings() -> None:
    """The first line says that the file is valid; GitHub shows it in the log."""
    found = ("still to fill in at tenants.yaml:9:5: a placeholder; replace it",)
    assert annotations(Validation((), 2, found)) == [
        "The file is valid: 2 links.",
        "::warning file=tenants.yaml,line=9,col=5,title=pal-reconcile::a placeholder; replace it",
    ]


@pytest.mark.parametrize(
    ("folder", "file", "shown"),
    [
        ("", "tenants.yaml", "tenants.yaml"),
        ("emea", "tenants.yaml", "emea/tenants.yaml"),
        ("emea", "../customers.csv", "customers.csv"),
        ("emea", "/srv/tenants.yaml", "/srv/tenants.yaml"),
        ("", "a,b:c.csv", "a%2Cb%3Ac.csv"),
    ],
)
def test_a_path_is_relative_to_the_repository(folder: str, file: str, shown: str) -> None:
    """GitHub finds the file from there. Commas and colons in it are encoded."""
    (line,) = annotations(Validation((f"{file}:1:1: wrong",), folder=folder))
    assert line == f"::error file={shown},line=1,col=1,title=pal-reconcile::wrong"


@given(st.text(), st.from_regex(r"[^\n:/]{1,20}\Z"))
def test_no_text_makes_another_command(message: str, file: str) -> None:
    """Whatever a message or a file name contains, the result is one command with that text."""
    (line,) = annotations(Validation((f"./{file}:1:1: {message}",)))
    match = re.fullmatch(r"::error file=([^,:]*),line=1,col=1,title=pal-reconcile::(.*)", line)
    assert match
    lines = message.splitlines() or [""]
    assert unescaped(match[2]) == "\n".join(visible(one) for one in lines)
