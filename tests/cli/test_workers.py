"""The number of processes of a run without --processes."""

import pytest

from reconciler.cli.workers import useful_processes


@pytest.mark.parametrize(
    ("links", "concurrency", "cores", "number"),
    [
        (10, 1024, 64, 1),
        (9_999, 1024, 64, 1),
        (10_000, 1024, 64, 2),
        (10_000, 128, 64, 1),
        (10_000, 256, 64, 2),
        (20_000, 1024, 64, 4),
        (1_000_000, 1024, 8, 8),
        (0, 1, 1, 1),
    ],
)
def test_processes_are_used_if_one_core_is_the_limit(
    links: int, concurrency: int, cores: int, number: int
) -> None:
    """Enough links for each, enough requests at a time, and at most one for each core."""
    assert useful_processes(links, concurrency, cores) == number
