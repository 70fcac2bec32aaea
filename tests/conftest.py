"""What many tests share: one running emulator, begun anew for each test that asks for it."""

from collections.abc import Iterator

import pytest

from reconciler.emulator.seed import Seed
from reconciler.emulator.server import Emulator


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """An emulator for the whole session: its start costs a second."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """The emulator, empty: every tenant, client, secret and well-formed ID is accepted."""
    running_emulator.state.reset(Seed())
    return running_emulator
