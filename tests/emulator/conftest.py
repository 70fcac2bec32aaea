"""One running emulator for all tests of this folder, reset for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.emulator.seed.seed import Seed
from reconciler.emulator.server import Emulator
from tests.emulator.caller import Caller


@pytest.fixture(scope="session")
def running_azure() -> Iterator[Emulator]:
    with Emulator() as azure:
        yield azure


@pytest.fixture
def azure(running_azure: Emulator) -> Emulator:
    running_azure.state.reset(Seed())
    return running_azure


@pytest.fixture
def caller(azure: Emulator) -> Iterator[Caller]:
    with Caller(azure.endpoint, azure.ca_path) as caller:
        yield caller
