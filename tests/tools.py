"""External tools that check our files: found, or the test is skipped with a notice."""

import shutil
import sys
from pathlib import Path

import pytest


def tool(name: str) -> str:
    """The path of a tool, of this environment or of the machine."""
    here = Path(sys.executable).with_name(name)
    found = str(here) if here.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed; .ci/run says where it comes from")
    return found
