"""Any bytes give a Config or errors of one line each, never an exception or text of pydantic."""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.azure.signin.secrets.reference_checks import check
from reconciler.cli.selected_links import Selection
from reconciler.cli.selection import used_identities
from reconciler.config.load import Config, examine, load
from reconciler.core.errors import BadFile
from reconciler.core.text import visible
from tests.config.conftest import SOUND, TODAY

EXAMPLE = (Path(__file__).parents[2] / "tenants.example.yaml").read_text(encoding="utf-8")
LINE = re.compile(r"tenants\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\n]*[^\n.]")
PYDANTIC = re.compile("Value error|Input should|valid dictionary|Field required|\\[type=")
QUICK = settings(deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])

KEYS = [
    "version",
    "cloud",
    "include",
    "partners",
    "identities",
    "defaults",
    "limits",
    "tenants",
    "id",
    "name",
    "kind",
    "client_id",
    "secret",
    "certificate",
    "password",
    "env",
    "file",
    "expires_on",
    "partner",
    "state",
    "hold",
    "until",
    "reason",
    "attested",
    "by",
    "on",
    "note",
    "identity",
    "object_id",
    "tenant",
    "tags",
    "replaces",
    "object_ids",
    "change_share",
    "remove_count",
    "plan_age",
]
WORDS = [
    *KEYS, "notify", "history", "user",
    "username", "unattended", "keyvault", "command", "client_secret",
    "azure_cli",
    "linked", "any",
    "4936128", "yes", "", "a.example", "2026-01-01", "30%", "24h", "<<", "[key]", "*", "common",
]  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=8), st.integers(), st.booleans(), st.none(),
    st.floats(), st.dates(max_value=date(9999, 1, 1)),
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=30,
)
FILES = st.fixed_dictionaries({"version": st.just(1)}, optional=dict.fromkeys(KEYS[1:8], TREES))


def answer_to(path: Path) -> Config | tuple[str, ...]:
    """The config, or the errors."""
    try:
        return load(path, TODAY)
    except BadFile as error:
        return error.complaints


def judge(folder: Path, data: bytes) -> None:
    """Load these bytes; the result must be a Config or well-formed errors."""
    (folder / "tenants.yaml").write_bytes(data)
    answer = answer_to(Path("tenants.yaml"))
    if isinstance(answer, Config):
        assert answer.wanted
        return
    assert answer
    with suppress(BadFile):
        config, complaints = examine(Path("tenants.yaml"), TODAY)
        assert complaints == answer
        check(used_identities(Selection(config, config.wanted)))
    assert len(set(answer)) == len(answer)
    for line in answer:
        assert LINE.fullmatch(line), line
        assert not PYDANTIC.search(line), line
        assert visible(line) == line


@QUICK
@given(data=st.binary(max_size=200))
def test_any_bytes(folder: Path, data: bytes) -> None:
    """Most of them are not even text."""
    judge(folder, data)


@QUICK
@given(text=st.text(alphabet="\t\n -:?[]{}&*!|>%@`'\"#,ab1~<=.\u2028\x85\ufeff\0", max_size=60))
def test_any_text(folder: Path, text: str) -> None:
    """From characters with a meaning in YAML."""
    judge(folder, text.encode())


@QUICK
@given(tree=FILES | TREES)
def test_any_structure(folder: Path, tree: object) -> None:
    """Known keys in valid and invalid places."""
    judge(folder, yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode())


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A valid file in which parts were cut, doubled, moved or replaced."""
    text = draw(st.sampled_from([SOUND, EXAMPLE]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 40)))
        new = draw(
            st.sampled_from(["", text[start:stop] * 2, " ", "\n", *WORDS]) | st.text(max_size=3)
        )
        text = text[:start] + new + text[stop:]
    return text


@QUICK
@given(text=mutations())
def test_any_accident_to_a_valid_file(folder: Path, text: str) -> None:
    """Editing mistakes, bad merges, torn writes."""
    judge(folder, text.encode("utf-8", "surrogatepass"))


@QUICK
@given(text=mutations())
def test_the_same_file_gives_the_same_answer(folder: Path, text: str) -> None:
    """Errors have the same order and text each time."""
    path = folder / "tenants.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert answer_to(path) == answer_to(path)


@pytest.mark.parametrize("length", range(0, len(SOUND), 7))
def test_a_file_that_was_cut_off(folder: Path, length: int) -> None:
    """A write that was interrupted at any point."""
    judge(folder, SOUND[:length].encode())
