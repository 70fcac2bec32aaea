"""Codes of problems, findings and refusals: the program and the documentation agree."""

import ast
import re
from functools import cache
from pathlib import Path

from reconciler.azure import sign_in_errors
from reconciler.core.findings import CODES
from reconciler.core.guards.attended import GUARDS

ROOT = Path(__file__).parents[2]
CODE = re.compile("[a-z]+(_[a-z]+)*")
SHOWN = re.compile("`([a-z0-9_-]+)`")


@cache
def trees() -> tuple[ast.Module, ...]:
    """The syntax tree of every module outside the emulator."""
    paths = (path for path in (ROOT / "reconciler").rglob("*.py") if "emulator" not in path.parts)
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in paths)


def constants() -> dict[str, str]:
    """Module-level string constants by name: some codes are passed as a constant."""
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


def codes(called: str) -> set[str]:
    """The first argument of each call of this class or function."""
    names = constants()
    found: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if not is_call or node.func.id != called or not node.args:  # type: ignore[attr-defined]
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


def test_every_problem_code_is_documented() -> None:
    """Every problem code is in the table, and every code in the table exists."""
    known = codes("Problem") | set(sign_in_errors.HINTS)
    documented = first_column("operations.md", "## Error codes\n")
    assert {code for code in known if CODE.fullmatch(code)} - documented == set()
    assert documented - known == set()


def test_every_finding_code_is_documented() -> None:
    """Every finding is in the table; a few take the code of a problem."""
    known = codes("Finding")
    documented = first_column("findings.md", "# Findings\n")
    assert documented == CODES
    assert known - documented == set()
    of_certificates = {code for code in codes("Problem") if code.startswith("certificate_")}
    passed_on = {"credential_expired", "credential_expiring", "partner_name_mismatch"}
    assert documented - known <= passed_on | of_certificates


def test_every_refusal_is_documented() -> None:
    """Every refusal is in the table, and every refusal in the table exists."""
    known = codes("Refusal") | codes("Refused") | codes("_refusal") | set(GUARDS)
    documented = first_column("operations.md", "## Refused runs\n")
    assert known - documented == set()
    assert documented - known == set()
