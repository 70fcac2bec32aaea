"""Who may import whom: everything may know core, core knows nobody, siblings know each other not.

`cli` introduces them. Each third-party package has one owner.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "reconciler"
ROOMS = ("core", "config", "azure", "engine", "store", "views", "emulator", "cli")

OWNERS = {
    "alembic": {"store"},
    "azure": {"azure"},
    "distributed": {"engine"},
    "jinja2": {"views"},
    "markupsafe": {"views"},
    "platformdirs": {"store"},
    "prometheus_client": {"views"},
    "apprise": {"notify"},
    "pydantic": {"config"},
    "pydantic_core": {"config"},
    "requests": {"azure", "bounded_requests"},
    "rich": {"cli", "views"},
    "sqlalchemy": {"store"},
    "starlette": {"emulator"},
    "structlog": {"log"},
    "trustme": {"emulator"},
    "typer": {"cli"},
    "urllib3": {"azure", "bounded_requests"},
    "uvicorn": {"emulator"},
    "yaml": {"config", "emulator"},
    "cryptography": {"azure", "emulator"},
    "jwt": {"emulator"},
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield str(node.module)


def modules() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def may_know(room: str, other: str) -> bool:
    if room == "emulator":
        return other == "emulator"
    if room in ("cli", "__main__"):
        return True
    return other in (room, "core", "version", "extras", "regular_files", "bounded_requests")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_room_knows_itself_and_the_core(path: Path) -> None:
    """A module imports from its own room and from core, and nothing else of ours."""
    for name in imports(path):
        if name.startswith("reconciler."):
            assert may_know(room_of(path), name.split(".")[1]), f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_package_has_one_owner(path: Path) -> None:
    """A third-party package is imported in the rooms that own it, and core imports none."""
    for name in imports(path):
        top = name.split(".")[0]
        if top in OWNERS:
            assert room_of(path) in OWNERS[top], f"{path} imports {name}"


def test_every_third_party_import_is_owned() -> None:
    """No package is imported that this file does not name an owner for."""
    import sys

    known = {*OWNERS, "reconciler", *sys.stdlib_module_names}
    found = {name.split(".")[0] for path in modules() for name in imports(path)}
    assert found - known == set()


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("__init__.py")))
def test_an_init_holds_a_docstring_only(path: Path) -> None:
    """An `__init__` says what its folder is, and nothing is imported from it."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOUSE)))
def test_every_module_says_what_it_answers(path: Path) -> None:
    """Every module begins with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
