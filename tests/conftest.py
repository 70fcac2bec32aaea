"""Shared fixtures: one running emulator, reset for each test that uses it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from reconciler.emulator.seed.seed import Seed
from reconciler.emulator.server import Emulator
from tests.e2e import forks

# A busy machine is no failure: durations are the subject of benchmarks.
settings.register_profile("suite", deadline=None)
settings.register_profile("unit", deadline=None, max_examples=25)  # make unit
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _end_of_forks() -> Iterator[None]:
    """Stop the fork server at the end of the session, before coverage ends."""
    yield
    forks.end()


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """An emulator for the whole session, because its start takes a second."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """The emulator without a seed: every tenant, client, secret and well-formed ID is accepted."""
    running_emulator.state.reset(Seed())
    return running_emulator
