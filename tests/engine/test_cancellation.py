"""A signal or a deadline stops the run, and all waits end at once."""

import os
import signal
import subprocess
import sys

import pytest

from reconciler.engine.cancellation import Stop

TWICE = (
    "import os, signal, time\n"
    "from reconciler.engine.cancellation import Stop\n"
    "stop = Stop()\n"
    "with stop.watching():\n"
    "    os.kill(os.getpid(), signal.SIGTERM)\n"
    "    assert stop.event.wait(10)\n"
    "    os.kill(os.getpid(), {second})\n"
    "    time.sleep(30)\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_run(number: signal.Signals) -> None:
    """The run finishes its current work and knows which signal arrived."""
    before = signal.getsignal(number)
    stop = Stop()
    with stop.watching():
        assert stop.problem is None
        os.kill(os.getpid(), number)
        assert stop.event.wait(10)
    assert (stop.signal, stop.is_set) == (number, True)
    assert stop.problem
    assert stop.problem.code == "interrupted"
    assert signal.getsignal(number) is before


def test_a_hang_up_counts_as_sigterm() -> None:
    """When the terminal closes, the run ends with status 143, as for SIGTERM."""
    stop = Stop()
    before = signal.getsignal(signal.SIGHUP)
    with stop.watching():
        os.kill(os.getpid(), signal.SIGHUP)
        assert stop.event.wait(10)
    assert stop.signal == signal.SIGTERM
    assert signal.getsignal(signal.SIGHUP) is before


def test_a_hang_up_that_is_ignored_stays_ignored() -> None:
    """Under `nohup` the run continues."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stop = Stop()
        with stop.watching():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert not stop.is_set
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("second", "status"),
    [("signal.SIGTERM", 143), ("signal.SIGINT", 130), ("signal.SIGHUP", 143)],
)
def test_a_second_signal_stops_at_once(second: str, status: int) -> None:
    """The run does not finish its current work."""
    ran = subprocess.run([sys.executable, "-c", TWICE.format(second=second)], timeout=120)
    assert ran.returncode == status


def test_a_deadline_stops_the_run() -> None:
    """The reason of the stop is the deadline."""
    stop = Stop(0.05)
    with stop.watching():
        assert stop.event.wait(10)
    assert (stop.signal, stop.problem and stop.problem.code) == (None, "deadline")


def test_nothing_begins_after_a_passed_deadline() -> None:
    """Nothing begins while its timer is started."""
    stop = Stop(0.0)
    with stop.watching():
        assert stop.is_set


def test_a_signal_after_the_deadline_is_still_a_signal() -> None:
    """The status shows the signal. The reason for unfinished links is the first one."""
    stop = Stop(0.0)
    with stop.watching():
        os.kill(os.getpid(), signal.SIGINT)
        while stop.signal is None:
            signal.sigtimedwait([], 0.01)
    assert stop.problem
    assert stop.problem.code == "deadline"


def test_an_undisturbed_run_is_not_stopped() -> None:
    """A deadline that is not reached leaves no timer."""
    stop = Stop(60)
    with stop.watching():
        pass
    assert (stop.is_set, stop.problem) == (False, None)
