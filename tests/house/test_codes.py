"""Each code that the program can give has its place in the documentation, and no other has."""

import ast
import re
from functools import cache
from pathlib import Path

from reconciler.azure import error_codes
from reconciler.core.guards import GUARDS

ROOT = Path(__file__).parents[2]
CODE = re.compile("[a-z]+(_[a-z]+)*")
SHOWN = re.compile("`([a-z0-9_-]+)`")


@cache
def trees() -> tuple[ast.Module, ...]:
    """Every module of ours that speaks of problems and findings."""
    paths = (path for path in (ROOT / "reconciler").rglob("*.py") if "emulator" not in path.parts)
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in paths)


def constants() -> dict[str, str]:
    """Names that stand for a text somewhere: a code is sometimes named."""
    return {
        target.id: node.value.value
        for tree in trees()
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def codes(made_by: str) -> set[str]:
    """The first argument of each call that makes such a value."""
    names = constants()
    found: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if not is_call or node.func.id != made_by or not node.args:  # type: ignore[attr-defined]
                continue
            first = node.args[0]  # type: ignore[attr-defined]
            if isinstance(first, ast.IfExp):
                found |= {one.value for one in (first.body, first.orelse) if hasattr(one, "value")}
            elif isinstance(first, ast.Constant):
                found.add(str(first.value))
            elif isinstance(first, ast.Name) and first.id in names:
                found.add(names[first.id])
    return found


def first_column(page: str, heading: str) -> set[str]:
    """The codes in the first column of the table under a heading."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(heading)[2]
    section = text.partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {code for row in rows for code in SHOWN.findall(row)}


def test_the_runbook_has_every_cause() -> None:
    """Who is woken by a code finds it there; and nothing stands there that never comes."""
    known = codes("Problem") | set(error_codes._HINTS)
    told = first_column("operations.md", "## A runbook for each cause\n")
    assert {code for code in known if CODE.fullmatch(code)} - told == set()
    assert told - known == set()


def test_the_findings_are_all_described() -> None:
    """Each with what found it, and what it says; some are made of a code that is passed on."""
    known = codes("Finding")
    told = first_column("findings.md", "# Findings\n")
    assert known - told == set()
    of_certificates = {code for code in codes("Problem") if code.startswith("certificate_")}
    passed_on = {"credential_expired", "credential_expiring", "partner_name_mismatch"}
    assert told - known <= passed_on | of_certificates


def test_every_refusal_is_in_the_runbook() -> None:
    """What stops a repair at night has its remedy by day."""
    known = codes("Refusal") | codes("Refused") | codes("_refusal") | set(GUARDS)
    told = first_column("operations.md", "## A runbook for each refusal\n")
    assert known - told == set()
    assert told - known == set()
