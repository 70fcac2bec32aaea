"""Exceptions that end a run, each with its exit status.

A problem of one tenant is a value (`links.Problem`), never an exception.

    PalReconcileError
    ├── WrongUsage      64   the command line is invalid
    ├── BadFile         78   tenants.yaml is invalid; carries every error in it
    ├── Refused          3   a check refused the plan, or it was not confirmed; nothing was written
    ├── Locked           5   another run holds the lock
    └── RunFailed        1   the run itself cannot continue (journal, metadata document, disk)

All of them can be pickled: whatever they carry is in `args`.
"""


class PalReconcileError(Exception):
    """The base class of all errors that the program raises on purpose."""


def kind_of(error: BaseException) -> str:
    """The type and the place of an error, without its text, which may repeat a token or a URL.

    The text of this program's own errors is safe and is returned.
    """
    if type(error).__module__.startswith("reconciler."):
        return str(error)
    place, traceback = "", error.__traceback__
    while traceback:
        _, ours, path = traceback.tb_frame.f_code.co_filename.rpartition("/reconciler/")
        place = f" at {path}:{traceback.tb_lineno}" if ours else place
        traceback = traceback.tb_next
    return f"{type(error).__name__}{place}"


class WrongUsage(PalReconcileError):
    """The command line is invalid."""


class BadFile(PalReconcileError):
    """The file is invalid. `args` holds the errors, one line each, in file order."""

    @property
    def complaints(self) -> tuple[str, ...]:
        """A line for each error: `file:line:column: what is wrong; what to do`."""
        return tuple(str(complaint) for complaint in self.args)

    def __str__(self) -> str:
        return "\n".join(self.complaints)


class Refused(PalReconcileError):
    """Nothing was written, because a check refused a saved plan or it was not confirmed.

    `args` is (guard, message): the code of the check; what it found and what to do next.
    """

    @property
    def guard(self) -> str:
        """The stable code of the check that refused, such as `plan-age`."""
        return str(self.args[0])

    def __str__(self) -> str:
        return str(self.args[1])


class Locked(PalReconcileError):
    """Another run holds the lock for this file."""


class RunFailed(PalReconcileError):
    """The run itself cannot continue. What was done until then is in the report."""
