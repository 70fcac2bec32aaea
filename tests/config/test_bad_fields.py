"""One bad field earns one complaint, at its place, with what to do; nothing follows from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.conftest import SOUND, Complainer

CASES = Path(__file__).with_name("bad_fields.txt")


def cases() -> Iterator[tuple[str, str, str]]:
    """What is taken out of the sound file, what is put there, and what is complained of."""
    for block in CASES.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        marked = {line[0]: line[2:].replace("⏎", "\n") for line in lines}
        if marked:
            yield marked.get("-", ""), marked.get("+", ""), marked[">"]


@pytest.mark.parametrize(("old", "new", "complaint"), list(cases()))
def test_a_bad_field_is_complained_of_once(
    complaints: Complainer, old: str, new: str, complaint: str
) -> None:
    """A sound file with one thing changed for the worse has exactly one complaint."""
    assert old in SOUND
    text = SOUND.replace(old, new, 1) if old else SOUND + new
    assert complaints(text) == [f"tenants.yaml:{complaint}"]


def test_all_bad_fields_at_once_are_all_complained_of(complaints: Complainer) -> None:
    """Every complaint at once, one a line, sorted by line and column."""
    text = Path(__file__).with_name("all_at_once.yaml").read_text(encoding="utf-8")
    expected = Path(__file__).with_name("all_at_once.txt").read_text(encoding="utf-8")
    assert complaints(text) == expected.splitlines()


@pytest.mark.parametrize(
    ("kind", "odd", "line"),
    [("client_secret", "certificate", 11), ("client_certificate", "secret", 10)],
)
def test_a_foreign_field_names_the_kind_that_it_does_not_go_with(
    complaints: Complainer, kind: str, odd: str, line: int
) -> None:
    """A secret for a certificate, and the other way round, contradict the kind."""
    both = "{env: A}\n    certificate: {env: B}"
    text = SOUND.replace("{env: PAL_AUTOMATION_SECRET}", both).replace("client_secret", kind)
    assert complaints(text) == [
        f"tenants.yaml:{line}:5: {odd} is not valid for kind {kind}; "
        "remove it, or use the kind that it belongs to"
    ]
