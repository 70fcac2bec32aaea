"""Size limits of modules, functions and folders."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_layers import SOURCE, modules

MOST_LINES = 250
"""Limit for a module."""

MOST_BODY = 40
"""Limit for a function, without its signature and docstring."""

MOST_MODULES = 16
"""Limit for a folder, without `__init__`."""

LONG_MODULES: dict[str, str] = {}
"""Modules above the limit with their reasons. Remove a module that is below the limit."""

LONG_FUNCTIONS = {
    "store/history/migrations/versions/v0001.py:upgrade": "all tables of a released schema",
}

FULL_FOLDERS = {
    "cli/commands": "one module for each command",
}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def named(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and (node.end_lineno or 0) - body[0].lineno + 1 > MOST_BODY:
                yield f"{named(path)}:{node.name}"


@pytest.mark.parametrize("kind", ["modules", "functions", "folders"])
def test_sizes_keep_their_limits(kind: str) -> None:
    """Modules, functions and folders keep their limits, except for those listed with a reason."""
    if kind == "modules":
        found = {named(path) for path in modules() if lines_of(path) > MOST_LINES}
        assert found == set(LONG_MODULES)
    elif kind == "functions":
        found = {name for path in modules() for name in long_functions(path)}
        assert found == set(LONG_FUNCTIONS)
    else:
        counts = Counter(path.parent for path in modules() if path.name != "__init__.py")
        found = {named(folder) for folder, count in counts.items() if count > MOST_MODULES}
        assert found == set(FULL_FOLDERS)
