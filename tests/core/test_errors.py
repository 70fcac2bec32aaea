"""Errors keep their content when they are sent between processes."""

import pickle

import pytest

from reconciler.core.errors import (
    BadFile,
    Locked,
    PalReconcileError,
    Refused,
    RunFailed,
    WrongUsage,
)

ERRORS = [
    WrongUsage("apply PLAN takes no --only"),
    BadFile("a.yaml:1:1: this; do that", "a.yaml:2:1: that; do this"),
    Refused("plan-age", "26 hours old; make a new one"),
    Locked("process 7 holds it"),
    RunFailed("disk full"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickle(error: PalReconcileError) -> None:
    """A worker's error reads the same in the main process."""
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.args) == (str(error), error.args)


def test_every_error_class_is_tested_here() -> None:
    """A new error class must be added to the list."""
    assert {type(error) for error in ERRORS} == set(PalReconcileError.__subclasses__())


def test_an_invalid_file_lists_each_problem_on_its_own_line() -> None:
    """All problems are listed, in the order of the file."""
    assert str(ERRORS[1]).splitlines() == list(BadFile(*ERRORS[1].args).complaints)


def test_a_refusal_has_its_guard_as_a_field() -> None:
    """Programs read the field, and people read the message."""
    error = Refused("plan-age", "too old")
    assert (error.guard, str(error)) == ("plan-age", "too old")
