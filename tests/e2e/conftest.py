"""A desk for each test."""

from pathlib import Path

import pytest

from reconciler.emulator.server import Emulator
from tests.e2e.command import Desk


@pytest.fixture
def desk(tmp_path: Path, emulator: Emulator) -> Desk:
    """An empty working directory beside an empty Azure."""
    return Desk(tmp_path, emulator)
