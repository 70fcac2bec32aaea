"""The emulator's clock."""

import pytest

from reconciler.emulator.state.clock import Clock, format_entra_time, format_time, parse_time

MIDNIGHT = 17_739_648_000_000_000  # 2026-03-20T00:00:00Z in ticks of 100 ns


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (MIDNIGHT, "2026-03-20T00:00:00Z"),
        (MIDNIGHT + 1, "2026-03-20T00:00:00.0000001Z"),
        (MIDNIGHT + 1_010_000, "2026-03-20T00:00:00.101Z"),
        (MIDNIGHT + 9_999_999, "2026-03-20T00:00:00.9999999Z"),
    ],
)
def test_a_time_has_up_to_seven_digits_without_trailing_zeros(ticks: int, text: str) -> None:
    """Times are printed as by ARM, and parsing one returns the same time."""
    assert format_time(ticks) == text
    assert parse_time(text) == ticks


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-20",
        "2026-03-20T00:00:00",
        "2026-03-20T00:00:00.12345678Z",
        "2026-02-30T00:00:00Z",
        "2026-03-20T00:00:00Z\n",
        "٢٠٢٦-03-20T00:00:00Z",
    ],
)
def test_another_text_is_no_time(text: str) -> None:
    """A text in another form than Azure's times is refused."""
    with pytest.raises(ValueError, match=r"time|day"):
        parse_time(text)


def test_entra_prints_whole_seconds() -> None:
    """A time in an error of Entra has another form."""
    assert format_entra_time(MIDNIGHT + 5) == "2026-03-20 00:00:00Z"


def test_a_clock_runs_with_its_source() -> None:
    """The clock shows its source's time in ticks."""
    times = iter([1_000, 2_500])
    clock = Clock(lambda: next(times))
    assert (clock.now(), clock.now()) == (10, 25)


def test_a_clock_can_be_set_and_runs_on() -> None:
    """After a jump the clock continues at the source's pace."""
    now = [0]
    clock = Clock(lambda: now[0])
    clock.set(MIDNIGHT)
    now[0] = 700
    assert clock.now() == MIDNIGHT + 7


def test_a_frozen_clock_keeps_its_time_until_it_runs_again() -> None:
    """It stays frozen when it is set or advanced, and continues from that time."""
    now = [0]
    clock = Clock(lambda: now[0])
    clock.set(MIDNIGHT)
    clock.freeze()
    now[0] = 10_000
    assert clock.now() == MIDNIGHT
    clock.advance(1.5)
    assert clock.is_frozen
    assert clock.now() == MIDNIGHT + 15_000_000
    clock.run()
    clock.run()
    now[0] = 10_100
    assert clock.now() == MIDNIGHT + 15_000_001


def test_a_reset_clock_shows_the_source_again() -> None:
    """A reset ends every jump and freeze."""
    clock = Clock(lambda: 4_200)
    clock.set(MIDNIGHT)
    clock.freeze()
    clock.reset()
    assert clock.now() == 42
    assert not clock.is_frozen
