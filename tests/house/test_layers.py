"""Import rules: every package may import core, core imports none, and only cli imports siblings.

Each third-party library has an owner.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "reconciler"
OWNERS = {
    "alembic": {"store"},
    "azure": {"azure"},
    "distributed": {"engine"},
    "jinja2": {"views"},
    "markupsafe": {"views"},
    "platformdirs": {"store"},
    "prometheus_client": {"views"},
    "apprise": {"notify"},
    "pydantic": {"config", "emulator"},
    "pydantic_core": {"config", "emulator"},
    "requests": {"azure", "bounded_requests"},
    "rich": {"cli", "views"},
    "sqlalchemy": {"store"},
    "structlog": {"log"},
    "trustme": {"emulator"},
    "typer": {"cli"},
    "urllib3": {"azure", "bounded_requests"},
    "uvicorn": {"emulator"},
    "yaml": {"config", "emulator"},
    "cryptography": {"azure", "emulator"},
    "jwt": {"azure", "emulator"},
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield str(node.module)


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def may_import(package: str, other: str) -> bool:
    if package == "emulator":
        return other == "emulator"
    if package in ("cli", "__main__"):
        return True
    return other in (package, "core", "version", "extras", "regular_files", "bounded_requests")


def test_a_package_imports_itself_and_core_only() -> None:
    """A module imports from its own package, core and the shared modules only; cli imports all."""
    forbidden = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in modules()
        for name in imports(path)
        if name.startswith("reconciler.") and not may_import(package_of(path), name.split(".")[1])
    ]
    assert forbidden == []


def test_a_library_is_imported_by_its_owner_only() -> None:
    """A third-party library is imported by the packages that own it; core imports none."""
    forbidden = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in modules()
        for name in imports(path)
        if (top := name.split(".")[0]) in OWNERS and package_of(path) not in OWNERS[top]
    ]
    assert forbidden == []


def test_every_library_has_an_owner() -> None:
    """OWNERS lists every third-party library that is imported."""
    known = {*OWNERS, "reconciler", *sys.stdlib_module_names}
    found = {name.split(".")[0] for path in modules() for name in imports(path)}
    assert found - known == set()


def test_an_init_contains_a_docstring_only() -> None:
    """An `__init__` describes its folder and contains no code."""
    for path in SOURCE.rglob("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_every_module_has_a_docstring() -> None:
    """Every module begins with a docstring."""
    missing = [
        path for path in modules() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert missing == []
