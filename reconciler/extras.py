"""Optional extras: packages that a feature needs and a plain installation does not have.

Every message about a missing extra is written here, so that all of them read the same.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PACKAGES = {
    "dask": ("distributed",),
    "emulator": ("httptools", "jwt", "trustme", "uvicorn"),
    "html": (),  # part of the base install; scripts may still read it in `version --json`
    "keyvault": ("azure.keyvault.secrets",),
    "metrics": ("prometheus_client",),
    "notify": ("apprise",),
    "postgresql": ("psycopg",),
}
"""The packages that each extra installs and a plain installation does not have."""


def missing_extra(extra: str, feature: str) -> str | None:
    """Why a feature cannot be used and what to install; None if its extra is installed.

    feature  the subject of the sentence, such as `--metrics`
    """
    if _has(extra):
        return None
    return f"{feature} needs an extra: {_command(extra)}"


def _command(extra: str) -> str:
    """The command that installs an extra where this program is installed.

    pipx and uv install the program again, so their commands name the extras that it has, too.
    """
    found = [each for each, packages in PACKAGES.items() if packages and _has(each)]
    everything = ",".join(sorted({*found, extra}))
    home = Path(sys.prefix)
    if (home / "pipx_metadata.json").is_file():
        return f"pipx install --force 'pal-reconcile[{everything}]'"
    if (home / "uv-receipt.toml").is_file():
        return f"uv tool install 'pal-reconcile[{everything}]'"
    return f"pip install 'pal-reconcile[{extra}]'"


def _has(extra: str) -> bool:
    return all(map(_is_installed, PACKAGES[extra]))


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False


@contextmanager
def left_out(package: str) -> Iterator[None]:
    """Make imports of a package fail in the block, as if it were not installed."""
    kept = sys.modules.get(package)
    sys.modules[package] = None  # type: ignore[assignment]  # how Python marks it
    try:
        yield
    finally:
        del sys.modules[package]
        if kept is not None:
            sys.modules[package] = kept
