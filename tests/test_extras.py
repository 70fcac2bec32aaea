"""Optional extras: what is installed, and the message for what is not."""

import tomllib
from pathlib import Path

import pytest

from reconciler import extras
from reconciler.extras import PACKAGES, missing_extra


@pytest.mark.parametrize("extra", PACKAGES)
def test_an_installed_extra_is_not_missing(extra: str) -> None:
    """The development environment has every extra."""
    assert missing_extra(extra, "it") is None


@pytest.mark.parametrize("package", ["no_such_package", "no_such_package.inside"])
def test_a_missing_extra_is_named_with_its_command(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the feature and what to install, also where a parent package is missing."""
    monkeypatch.setitem(extras.PACKAGES, "notify", (package,))
    assert missing_extra("notify", "the message") == (
        "the message needs an extra: pip install 'pal-reconcile[notify]'"
    )


@pytest.mark.parametrize(
    ("mark", "command"),
    [
        ("pipx_metadata.json", "pipx install --force 'pal-reconcile[metrics,notify]'"),
        ("uv-receipt.toml", "uv tool install 'pal-reconcile[metrics,notify]'"),
    ],
)
def test_an_installation_by_pipx_or_uv_gets_its_own_command(
    mark: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip would install elsewhere. The extras that are installed stay."""
    packages = {"metrics": ("pytest",), "notify": ("no_such_package",), "html": ()}
    monkeypatch.setattr(extras, "PACKAGES", packages)
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    (tmp_path / mark).write_text("")
    assert missing_extra("notify", "the message") == f"the message needs an extra: {command}"


def test_every_extra_that_is_named_can_be_installed() -> None:
    """The names are those of pyproject.toml."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    assert set(PACKAGES) <= set(project["project"]["optional-dependencies"])
