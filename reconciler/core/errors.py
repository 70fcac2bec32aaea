"""Every exception that ends a run, and the status each one ends it with.

A tenant's trouble is a value (`links.Problem`) and never one of these: an exception is the run's.

    PalReconcileError
    ├── WrongUsage      64   the command line asks for something that makes no sense
    ├── BadFile         78   tenants.yaml is not fit to be used; carries every complaint
    ├── Refused          3   a saved plan's check said no, or nobody confirmed; nothing was written
    ├── Locked           5   another run holds the lock
    └── RunFailed        1   the run itself cannot go on (journal, metadata document, disk)

All of them survive pickle: whatever they carry stands in `args`.
"""


class PalReconcileError(Exception):
    """The root: catch this to catch all that the program raises on purpose."""


def kind_of(error: BaseException) -> str:
    """What failed and where, without the error's own text: that may repeat a token or a URL.

    Our own errors are shown with their text, which never holds one.
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
    """The command line asks for something that makes no sense."""


class BadFile(PalReconcileError):
    """The file is not fit to be used. `args` holds the complaints, one line each, in file order."""

    @property
    def complaints(self) -> tuple[str, ...]:
        """One line for each complaint: `file:line:column: what is wrong; what to do`."""
        return tuple(str(complaint) for complaint in self.args)

    def __str__(self) -> str:
        return "\n".join(self.complaints)


class Refused(PalReconcileError):
    """Nothing was written, because a check on a saved plan said no or nobody confirmed.

    `args` is (guard, message): the code of the check, and what it found and how to go on.
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
    """The run itself cannot go on; what was done until then is in the report."""
