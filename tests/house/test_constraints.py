"""constraints.txt: an exact release of each package that `make` installs."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][0-9A-Za-z.]*)")


def pins() -> dict[str, str]:
    """The pinned release of each package. Fails on any other line."""
    found: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if not line.startswith("#"):
            match = PIN.fullmatch(line)
            assert match, f"not an exact release: {line}"
            found[canonicalize_name(match[1])] = str(match[2])
    return found


def test_every_requirement_has_an_allowed_pin() -> None:
    """Every requirement is pinned to a release that it allows. `make update` writes the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    named = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(line for extra in extras for line in extra),
        *(line for group in project["dependency-groups"].values() for line in group),
    ]
    pinned = pins()
    for requirement in map(Requirement, named):
        if requirement.name != project["project"]["name"]:
            pin = pinned.get(canonicalize_name(requirement.name))
            assert pin, f"{requirement.name} is not in constraints.txt; run make update"
            assert pin in requirement.specifier, f"{requirement} excludes {pin}; run make update"
