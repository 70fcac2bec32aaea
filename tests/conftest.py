"""What many tests share: one running emulator, begun anew for each test that asks for it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from reconciler.emulator.seed.seed import Seed
from reconciler.emulator.server import Emulator
from tests.e2e import forks

# A busy machine is no failure: how long a thing may take is for benchmarks to say.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _end_of_forks() -> Iterator[None]:
    """The server that commands are forked from ends with the session, before coverage does."""
    yield
    forks.end()


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
