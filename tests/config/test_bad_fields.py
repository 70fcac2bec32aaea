"""A bad field is reported once, at its location, with what to do, and without follow-on errors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.conftest import SOUND, Complainer

CASES = Path(__file__).with_name("bad_fields.txt")


def cases() -> Iterator[tuple[str, str, str]]:
    """The text removed from a valid file, the text in its place, and the error."""
    for block in CASES.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        marked = {line[0]: line[2:].replace("⏎", "\n") for line in lines}
        if marked:
            yield marked.get("-", ""), marked.get("+", ""), marked[">"]


@pytest.mark.parametrize(("old", "new", "complaint"), list(cases()))
def test_a_bad_field_is_reported_once(
    complaints: Complainer, old: str, new: str, complaint: str
) -> None:
    """A valid file with one error has exactly one message."""
    assert old in SOUND
    text = SOUND.replace(old, new, 1) if old else SOUND + new
    assert complaints(text) == [f"tenants.yaml:{complaint}"]


def test_all_bad_fields_at_once_are_all_reported(complaints: Complainer) -> None:
    """All errors at once, one per line, sorted by line and column."""
    text = Path(__file__).with_name("all_at_once.yaml").read_text(encoding="utf-8")
    expected = Path(__file__).with_name("all_at_once.txt").read_text(encoding="utf-8")
    assert complaints(text) == expected.splitlines()


@pytest.mark.parametrize(
    ("kind", "odd", "line"),
    [("client_secret", "certificate", 11), ("client_certificate", "secret", 10)],
)
def test_a_field_of_another_kind_names_the_kind(
    complaints: Complainer, kind: str, odd: str, line: int
) -> None:
    """A secret for a certificate, or a certificate for a secret, does not fit the kind."""
    both = "{env: A}\n    certificate: {env: B}"
    text = SOUND.replace("{env: PAL_AUTOMATION_SECRET}", both).replace("client_secret", kind)
    assert complaints(text) == [
        f"tenants.yaml:{line}:5: {odd} is not valid for kind {kind}; "
        "remove it, or use the kind that it belongs to"
    ]
