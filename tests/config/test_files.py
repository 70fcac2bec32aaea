"""File access: missing, unreadable and special files, and included files."""

import hashlib
import os
from pathlib import Path

import pytest

from reconciler.config.load import load
from reconciler.config.reading import files
from reconciler.core.errors import BadFile
from tests.config.conftest import SOUND, TODAY, Complainer

MORE = "tenants:\n  - {name: %s, tenant: %s.example}\n"


def complaints_of(path: Path) -> list[str]:
    with pytest.raises(BadFile) as caught:
        load(path, TODAY)
    return list(caught.value.complaints)


def include(folder: Path, pattern: str, **contents: str) -> Path:
    """Write tenants.yaml with one include, and files next to it: `a_b` stands for a/b.yaml."""
    (folder / "tenants.yaml").write_text(SOUND + f"include: ['{pattern}']\n")
    for name, text in contents.items():
        path = folder / (name.replace("_", "/") + ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Path("tenants.yaml")


def test_a_missing_file_says_what_to_do(folder: Path) -> None:
    """Give another path, or create a file."""
    assert complaints_of(folder / "none.yaml") == [
        f"{folder}/none.yaml:1:1: there is no such file: {folder}/none.yaml; "
        "give its path with -c, or create one with pal-reconcile init"
    ]


def test_a_directory_is_no_file(folder: Path) -> None:
    """A directory is rejected with a message."""
    assert complaints_of(Path()) == [".:1:1: this is a directory; give the path of a file"]


def test_a_file_that_cannot_be_opened_says_why(folder: Path) -> None:
    """The message has the system's reason and what to check."""
    assert complaints_of(Path("x" * 300))[0].endswith(
        "the file cannot be read: File name too long; check its path and its permissions"
    )
    (complaint,) = complaints_of(Path("a\0b"))
    assert "a\\x00b:1:1: the file cannot be read: " in complaint


def test_an_endless_file_is_rejected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/zero, or a disk image given by mistake."""
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    (complaint,) = complaints_of(Path("/dev/zero"))
    assert complaint.startswith("/dev/zero:1:1: the file cannot be read: it is a device")
    image = folder / "disk.img"
    image.write_bytes(bytes((1 << 20) + 1))
    (complaint,) = complaints_of(image)
    assert complaint.endswith("the file is larger than 1 MiB; split it into several")


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_file_says_how_to_begin(complaints: Complainer, text: str) -> None:
    """A file with only comments and blank lines is empty."""
    assert complaints(text) == [
        "tenants.yaml:1:1: the file is empty; start with version: 1, or create a file "
        "with pal-reconcile init"
    ]


@pytest.mark.parametrize("text", ["- version: 1\n", "hello\n", "365\n", '""\n'])
def test_a_file_that_is_no_mapping_says_how_to_begin(complaints: Complainer, text: str) -> None:
    """A list or a word is valid YAML, but not a valid file."""
    assert complaints(text) == [
        "tenants.yaml:1:1: the file is not a mapping; start with version: 1, or create "
        "a file with pal-reconcile init"
    ]


def test_a_file_that_is_not_utf_8_says_where(folder: Path) -> None:
    """The message has the location of the first byte that is not UTF-8."""
    (folder / "tenants.yaml").write_bytes(b"version: 1\nname: M\xfcller\n")
    assert complaints_of(Path("tenants.yaml")) == [
        "tenants.yaml:2:8: the file is not UTF-8 here; save it as UTF-8"
    ]


def test_a_character_that_is_not_allowed_is_reported(complaints: Complainer) -> None:
    """It is reported even in a comment."""
    assert complaints(SOUND + "# \x1b[31m\n") == [
        "tenants.yaml:19:3: a character that is not allowed (U+001B); remove it"
    ]


def test_included_tenants_follow_those_of_the_main_file(folder: Path) -> None:
    """Files in the order of their names; defaults and partners are those of the main file."""
    path = include(folder, "more/*.yaml", more_b=MORE % ("B", "b"), more_a=MORE % ("A", "a"))
    config = load(path, TODAY)
    assert [link.place.tenant for link in config.wanted] == ["Fabrikam", "Northwind", "A", "B"]
    assert config.wanted[-1].partner_id == "4936128"


def test_a_file_with_tenants_only_in_includes_is_fine(folder: Path) -> None:
    """The main file needs no `tenants:` then."""
    path = include(folder, "a.yaml", a=MORE % ("A", "a"))
    text = path.read_text()
    path.write_text(text[: text.index("tenants:")] + "include: [a.yaml]\n")
    assert len(load(path, TODAY).wanted) == 1


def test_includes_are_relative_to_the_file_that_names_them(folder: Path) -> None:
    """Errors show the path in the same form as the main file's."""
    (folder / "conf").mkdir()
    (folder / "conf" / "tenants.yaml").write_text(SOUND + "include: ['../more/*.yaml']\n")
    (folder / "more").mkdir()
    (folder / "more" / "a.yaml").write_text("tenants:\n  - {name: A, tenant: common}\n")
    (complaint,) = complaints_of(Path("conf/tenants.yaml"))
    assert complaint.startswith('conf/../more/a.yaml:2:15: tenant "common" is a sign-in')


def test_a_file_is_included_once(folder: Path) -> None:
    """Several globs or links to a file, or to the main file, read it once."""
    path = include(folder, "*.yaml", a=MORE % ("A", "a"))
    (folder / "b.yaml").symlink_to("a.yaml")
    path.write_text(SOUND + "include: ['*.yaml', 'a.yaml', '**/a.yaml']\n")
    assert len(load(path, TODAY).wanted) == 3


def test_the_digest_covers_what_is_included(folder: Path) -> None:
    """The main file's bytes, then the digest of each included file."""
    text = MORE % ("A", "a")
    path = include(folder, "a.yaml", a=text)
    digest = hashlib.sha256(path.read_bytes() + b"\0" + hashlib.sha256(text.encode()).digest())
    assert load(path, TODAY).digest == f"sha256:{digest.hexdigest()}"


BAD_GLOBS = {
    "none/*.yaml": "matches no file; correct it, or remove it (paths are relative to this file)",
    "more": "matches no file; correct it, or remove it (paths are relative to this file)",
    "/etc/*.yaml": "is an absolute path; make it relative to this file",
    "**/**/*.yaml": "is too broad: use ** at most once, and not with ..; narrow it",
    "../**/*.yaml": "is too broad: use ** at most once, and not with ..; narrow it",
}


@pytest.mark.parametrize(("pattern", "complaint"), list(BAD_GLOBS.items()))
def test_a_glob_that_leads_nowhere_is_reported(folder: Path, pattern: str, complaint: str) -> None:
    """It is reported at its location, without follow-on errors."""
    path = include(folder, pattern, more_a=MORE % ("A", "a"))
    assert complaints_of(path) == [f'tenants.yaml:19:11: include "{pattern}" {complaint}']


def test_a_glob_names_files_of_a_sane_number_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A glob over a whole disk is a mistake."""
    monkeypatch.setattr(files, "MOST_FILES", 1)
    path = include(folder, "more/*", more_a=MORE % ("A", "a"), more_b=MORE % ("B", "b"))
    assert complaints_of(path) == [
        'tenants.yaml:19:11: include "more/*" matches more than 1 files; narrow it'
    ]


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    """Only regular files are included."""
    path = include(folder, "pipe")
    os.mkfifo(folder / "pipe")
    assert complaints_of(path) == [
        'tenants.yaml:19:11: include "pipe" matches "pipe", which is not a regular file; narrow it'
    ]


def test_an_included_file_that_is_too_large_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits of the main file hold for it too."""
    path = include(folder, "a.yaml", a="#" * 2000)
    fetch = files.fetch
    monkeypatch.setattr(
        "reconciler.config.reading.includes.files.fetch",
        lambda name: fetch(name) if name == path else "the file is too large",
    )
    assert complaints_of(path) == ['tenants.yaml:19:11: include "a.yaml": the file is too large']


BAD_INCLUDED = {
    "": "1:1: the file is empty; start with tenants:",
    "[]": "1:1: the file is not a mapping; start with tenants:",
    "{}": "1:1: tenants is missing; add tenants:",
    "tenants: 3": "1:1: tenants must be a list; write - name: … for each",
    "tenants: []\ninclude: [x]": "2:1: an included file cannot include others; "
    "list them in the main file",
    "tenants: []\nnotify: x": (
        '2:1: key "notify" is not allowed here: an included file contains tenants: only; '
        "move it to the main file"
    ),
    "tenants: []\npartners: {}": '2:1: key "partners" is not allowed here: an included file '
    "contains tenants: only; move it to the main file",
    "tenants: [": "2:1: not valid YAML: while parsing a flow node, did not find expected node "
    "content; check this line and the line above it",
    "tenants: [{name: A, tennant: a.example}]": '1:21: key "tennant" is unknown; '
    "did you mean tenant?",
}


@pytest.mark.parametrize(("text", "complaint"), list(BAD_INCLUDED.items()))
def test_an_included_file_holds_tenants_only(folder: Path, text: str, complaint: str) -> None:
    """Its errors have its own path."""
    assert complaints_of(include(folder, "a.yaml", a=text)) == [f"a.yaml:{complaint}"]


def test_a_duplicate_across_files_names_both_places(folder: Path) -> None:
    """Names are unique across all files."""
    path = include(folder, "a.yaml", a=MORE % ("fabrikam", "a"))
    assert complaints_of(path) == [
        'a.yaml:2:6: name "fabrikam" differs only by case or width from "Fabrikam" at '
        "tenants.yaml:14:5; rename one"
    ]


def test_errors_of_the_main_file_come_first(folder: Path) -> None:
    """Then those of each included file, in the order in which they are read."""
    path = include(folder, "*/*.yaml", b_b="tenants: 3", a_a="tenants: 4")
    path.write_text(path.read_text() + "zzz: 1\n")
    assert [text.split(":")[0] for text in complaints_of(path)] == [
        "tenants.yaml",
        "a/a.yaml",
        "b/b.yaml",
    ]


@pytest.mark.parametrize("value", ["[365]", "[x, 365]", "3", '["a\\0b"]', f"['{'**/' * 100}']"])
def test_an_include_that_is_no_glob_is_reported(
    complaints: Complainer, folder: Path, value: str
) -> None:
    """The model reports it once, and no file is searched."""
    (folder / "x").write_text(MORE % ("A", "a"))
    (complaint,) = complaints(SOUND + f"include: {value}\n")
    assert complaint.startswith("tenants.yaml:19:")


def test_no_tenants_in_any_file_is_an_error(folder: Path) -> None:
    """An empty list is probably a mistake."""
    path = include(folder, "a.yaml", a="tenants: []\n")
    text = path.read_text()
    path.write_text(text[: text.index("tenants:")] + "include: [a.yaml]\n")
    assert complaints_of(path) == [
        "tenants.yaml:1:1: there are no tenants; list at least one under tenants:"
    ]
