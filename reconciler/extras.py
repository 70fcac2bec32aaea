"""Optional extras: packages that a feature needs and a plain installation does not have.

Every message about a missing extra is written here, so that all of them read the same.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

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
    if all(map(_is_installed, PACKAGES[extra])):
        return None
    return f"{feature} needs an extra: pip install 'pal-reconcile[{extra}]'"


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
