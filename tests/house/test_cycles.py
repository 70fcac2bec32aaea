"""Import cycles: there are none, counting imports in functions and for type checking."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.test_layers import SOURCE, modules


def graph() -> dict[str, set[str]]:
    """Each module of the program with the modules that it imports."""
    paths = {_name(path): path for path in modules()}
    return {name: set(imported(path)) & set(paths) - {name} for name, path in paths.items()}


def imported(path: Path) -> Iterator[str]:
    """The names that a module imports anywhere, without the prefix `reconciler.`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name.removeprefix("reconciler.") for name in names)


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def cycles(imports: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """The groups of modules that import each other, each sorted by name."""

    def reachable(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            for name in imports.get(waiting.pop(), set()) - found:
                found.add(name)
                waiting.append(name)
        return found

    reach = {name: reachable(name) for name in imports}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach.get(other, ())))
        for name in imports
        if name in reach[name]
    }
    return sorted(groups)


def test_no_modules_import_each_other() -> None:
    """No module imports itself through other modules."""
    assert cycles(graph()) == []


def test_a_cycle_is_found() -> None:
    """Two modules that import each other are a cycle, without a module that only imports them."""
    assert cycles({"a": {"b"}, "b": {"a"}, "c": {"a"}, "d": set()}) == [("a", "b")]
