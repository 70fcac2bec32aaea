"""YAML syntax, duplicate keys, tags, aliases and bombs: each is rejected quickly."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml

from reconciler.config.reading import yaml_reader
from reconciler.config.reading.diagnostics import Diagnostics, location
from reconciler.config.reading.tree import Items, Plain, Table
from tests.config.conftest import SOUND, Complainer, Loader

LOOK = "check this line and the line above it"
NOT_A_KEY = "a key must be text, not a list or a mapping"
ALIAS = (
    "an alias (*name) to an anchor that is not complete at this point; "
    "put text that starts with * in quotes"
)
TAG = "YAML tags (such as !!int or !name) are not supported; remove it"
DEEP = "nested deeper than 32 levels; a tenants.yaml needs eight"

BROKEN = {"x: [a, b\n": "20:1", "a: b: c\n": "19:5", "'open\n": "20:1"}
BAD = {
    "x:\n\t- a\n": "20:1: not valid YAML: a tab in the indentation; indent with spaces",
    "? [a]\n: b\n": f"19:3: {NOT_A_KEY}",
    "{a: b}: c\n": f"19:1: {NOT_A_KEY}",
    "x: &a [*a]\n": f"19:8: {ALIAS}",
    "x: *nobody\n": f"19:4: {ALIAS}",
    "---\na: b\n": "19:1: a second document starts here; keep one document in the file",
    "x: " + "[" * 100_000 + "\n": f"19:35: {DEEP}",
    "x:\n  " + "- " * 100_000 + "\n": f"20:65: {DEEP}",
    "x: " + "{a: " * 100_000 + "\n": f"19:128: {DEEP}",
    "x: " + "[{" * 100_000 + "\n": f"19:35: {DEEP}",
}


@pytest.mark.parametrize(("more", "complaint"), list(BAD.items()), ids=lambda text: text[:20])
def test_invalid_yaml_is_the_only_error(complaints: Complainer, more: str, complaint: str) -> None:
    """A text that cannot be parsed to its end is not checked further."""
    assert complaints(SOUND + more) == [f"tenants.yaml:{complaint}"]


@pytest.mark.parametrize(("more", "place"), list(BROKEN.items()))
def test_a_syntax_error_has_a_place_and_the_parsers_reason(
    complaints: Complainer, more: str, place: str
) -> None:
    """The text comes from the parser and differs between its releases."""
    (found,) = complaints(SOUND + more)
    assert re.fullmatch(rf"tenants\.yaml:{place}: not valid YAML: [^;]+; {LOOK}", found)


@pytest.mark.parametrize("limit", [40, 1000])
def test_our_nesting_limit_is_reported_before_the_parsers(
    complaints: Complainer, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """The parser has its own limit, at which it stops before it reports any event."""
    parse = yaml.parse

    def limited(text: str, **options: Any) -> Iterator[yaml.Event]:
        at = [match.start() for match in re.finditer(r"\[", text)][limit : limit + 1]
        if at:
            mark = yaml.Mark("", at[0], 18, at[0], "", 0)
            raise yaml.scanner.ScannerError(None, None, "too deep for this parser", mark)
        yield from parse(text, **options)

    monkeypatch.setattr(yaml, "parse", limited)
    assert complaints(SOUND + "x: " + "[" * 5000 + "\n") == [f"tenants.yaml:19:35: {DEEP}"]


def test_a_duplicate_key_names_the_first(complaints: Complainer) -> None:
    """YAML would silently keep the last one."""
    assert complaints(SOUND + "    tags: [other]\ncloud: china\n") == [
        'tenants.yaml:19:5: key "tags" is given twice (first at tenants.yaml:18:5); remove one',
        'tenants.yaml:20:1: key "cloud" is given twice (first at tenants.yaml:2:1); remove one',
    ]


def test_two_names_of_one_tenant_list_are_duplicate_keys(complaints: Complainer) -> None:
    """The same alias twice under partners: is a duplicate key."""
    text = SOUND.replace("contoso-old:", "contoso-uk:")
    assert complaints(text) == [
        'tenants.yaml:5:3: key "contoso-uk" is given twice (first at tenants.yaml:4:3); remove one'
    ]


def test_merge_keys_are_not_supported(complaints: Complainer) -> None:
    """A reviewer sees all settings of an entry in one place."""
    text = SOUND.replace("- name: Fabrikam", "- &one\n    name: Fabrikam")
    assert complaints(text + "  - {<<: *one, name: Other}\n") == [
        "tenants.yaml:20:6: merge keys (<<) are not supported; write the keys out"
    ]


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system [touch pwned]", "!!int '5'", "!secret x", "!!binary aGk="],
)
def test_a_tag_has_no_effect(complaints: Complainer, loaded: Loader, value: str) -> None:
    """A tag executes nothing, and the message does not repeat it."""
    found = complaints(SOUND.replace("[emea, powerapps]", f"[{value}]"))
    assert found[0] == f"tenants.yaml:18:12: {TAG}"
    assert "pwned" not in "".join(found)


def test_an_alias_bomb_is_rejected(complaints: Complainer) -> None:
    """Nine levels of nine aliases are four hundred million values in half a kilobyte."""
    names = "abcdefghij"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, two in pairwise(names):
        bomb += f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n"
    assert complaints(bomb) == [
        "tenants.yaml:7:8: more than 1,000,000 values, aliases expanded; "
        "split it into several files"
    ]


def test_aliases_nest_no_deeper_than_brackets(complaints: Complainer) -> None:
    """A chain of anchors, each around the one before, is as deep as it is long."""
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 99))
    assert complaints(chain) == [f"tenants.yaml:32:12: {DEEP}"]


def test_what_is_merely_long_is_shortened_in_messages(complaints: Complainer) -> None:
    """A scalar of a megabyte gives a message of one line."""
    (complaint,) = complaints(SOUND.replace("Northwind\n", "x" * 1_000_000 + "\n"))
    assert len(complaint) < 200


def test_errors_after_ten_thousand_are_not_listed(complaints: Complainer) -> None:
    """Describing all of them would take minutes."""
    found = complaints("version: 1\ntenants: [" + "1, " * 30_000 + "]\n")
    assert len(found) == 10_001
    assert found[-1] == "tenants.yaml:1:1: there are more errors; fix these first"


def test_an_entry_may_have_more_errors_than_are_listed(complaints: Complainer) -> None:
    """They are counted, and the tenants around it are still checked."""
    tags = "[" + "1, " * 20_000 + "]"
    text = SOUND.replace("[emea, powerapps]", tags) + "  - {name: A, tenant: common}\n"
    first, second = complaints(text)
    assert first == (
        "tenants.yaml:16:5: 20,000 errors in one place are too many to list; check the whole place"
    )
    assert second.startswith('tenants.yaml:19:15: tenant "common" is a sign-in endpoint')


def test_the_main_file_may_have_more_errors_than_are_listed(complaints: Complainer) -> None:
    """Twenty thousand unknown keys are one error."""
    text = SOUND + "".join(f"key{number}: 1\n" for number in range(20_000))
    assert complaints(text) == [
        "tenants.yaml:1:1: 20,000 errors in one place are too many to list; check the whole place"
    ]


def test_hints_are_rationed(complaints: Complainer) -> None:
    """Comparing ten thousand misspelt names with a thousand others would take minutes."""
    partners = "".join(f"  partner{n}: {{id: '{10_000 + n}'}}\n" for n in range(1000))
    tenants = "".join(
        f"  - {{name: T{n}, tenant: t{n}.example, partner: pratner{n}}}\n" for n in range(100)
    )
    found = complaints(SOUND.replace("partners:\n", "partners:\n" + partners) + tenants)
    assert len(found) == 100
    assert "did you mean partner0?" in found[0]
    assert found[-1].endswith("is not defined; add it under partners:")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yes", "bool"),
        ("365", "int"),
        ("0o17", None),
        ("017", "int"),
        ("1:30", "int"),
        ("1.5", "float"),
        (".inf", "float"),
        ("2026-01-01", "timestamp"),
        ("~", "null"),
        ("", "null"),
        ("on.example", None),
    ],
)
def test_a_scalar_stays_as_written(text: str, kind: str | None) -> None:
    """YAML's type of a scalar is noted, but its text is kept."""
    assert yaml_reader.resolved(text) == (Plain(text, kind) if kind else text)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def read(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], object]:
    """Reads a text with libyaml's parser, and with the one in Python."""
    monkeypatch.setattr(yaml_reader, "LOADER", getattr(yaml, request.param))
    return lambda text: yaml_reader.read(text, 0, Diagnostics())


def test_both_parsers_read_alike(read: Callable[[str], object]) -> None:
    """Without libyaml, PyYAML gives the same results more slowly."""
    root = read("a: [x, 'y', 1]\nb: {c: &d e, f: *d}\n")
    assert root == {"a": ["x", "y", Plain("1", "int")], "b": {"c": "e", "f": "e"}}
    assert isinstance(root, Table)
    assert root.where == {"a": location(0, 0, 0), "b": location(0, 1, 0)}
    assert isinstance(root["a"], Items)
    assert root["a"].where == [location(0, 0, 4), location(0, 0, 7), location(0, 0, 12)]


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\ta: b", "[" * 100_000, "x: &a [*a]"])
def test_both_parsers_refuse_alike(read: Callable[[str], object], text: str) -> None:
    """Invalid YAML gives no tree and no exception."""
    assert read(text) is None


def test_each_value_is_looked_at_once(monkeypatch: pytest.MonkeyPatch, loaded: Loader) -> None:
    """The work is proportional to the file: one event for each value."""
    taken = []
    take = yaml_reader._Builder.take
    monkeypatch.setattr(yaml_reader._Builder, "take", lambda *args: taken.append(1) or take(*args))
    loaded(SOUND)
    once = len(taken)
    more = "".join(f"  - {{name: T{n}, tenant: t{n}.example}}\n" for n in range(1000))
    loaded(SOUND + more)
    assert len(taken) - 2 * once == 6 * 1000
