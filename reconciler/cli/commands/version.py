"""The command `version`: versions and extras, as a bug report needs them."""

import platform
import sys
from typing import Annotated

import typer

from reconciler.core.exit_status import Status
from reconciler.version import __version__


def version(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Show versions of the program and Python, and its extras."""
    import json

    extras = _extras()
    facts = {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "extras": extras,
    }
    if as_json:
        sys.stdout.write(json.dumps(facts, indent=2) + "\n")
        return Status.IN_SYNC
    installed = ", ".join(name for name, is_there in extras.items() if is_there) or "none"
    missing = ", ".join(name for name, is_there in extras.items() if not is_there) or "none"
    sys.stdout.write(
        f"pal-reconcile {__version__}\n"
        f"Python {facts['python']} on {facts['platform']}\n"
        f"Extras installed: {installed}\n"
        f"Extras not installed: {missing}\n"
    )
    return Status.IN_SYNC


def _extras() -> dict[str, bool]:
    """Each extra, and whether it is installed."""
    from reconciler.extras import PACKAGES, missing_extra

    return {extra: missing_extra(extra, "") is None for extra in PACKAGES}
