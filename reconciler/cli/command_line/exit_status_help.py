"""Exit statuses in `--help`: those that a command can end with, and what they mean there."""

from collections.abc import Mapping

from reconciler.core.exit_status import Status

_UNREAD = "Some links could not be read."
_READ = "Every link was read."
_LOCKED = "Another run holds the lock."

_GENERAL = {
    Status.RUN_FAILED: "The run itself failed.",
    Status.WRONG_USAGE: "Wrong usage.",
    Status.BAD_FILE: "The file is invalid.",
    Status.INTERRUPTED: "Interrupted (143 if terminated).",
}

_OF_COMMANDS: Mapping[str, Mapping[Status, str]] = {
    "init": {Status.IN_SYNC: "The file was written."},
    "discover": {Status.IN_SYNC: _READ, Status.PARTIAL: _UNREAD},
    "validate": {Status.IN_SYNC: "The file is valid."},
    "plan": {
        Status.IN_SYNC: "Every link was read. With --detailed-exitcode, all are in sync.",
        Status.DIFFERENCES: "With --detailed-exitcode: there are differences.",
        Status.PARTIAL: _UNREAD,
    },
    "apply": {
        Status.IN_SYNC: "Every link is as wanted.",
        Status.DIFFERENCES: "--max-changes left changes for a later run.",
        Status.REFUSED: "Refused by a guard or a check, or not confirmed. Nothing was written.",
        Status.PARTIAL: "Some links could not be read, changed or verified.",
        Status.LOCKED: _LOCKED,
    },
    "nightly": {
        Status.IN_SYNC: "Every link is as wanted.",
        Status.DIFFERENCES: "There are differences.",
        Status.REFUSED: "With --repair: refused by a guard. Nothing was written.",
        Status.PARTIAL: "Some links could not be read, changed or verified.",
        Status.LOCKED: _LOCKED,
    },
    "show": {Status.IN_SYNC: _READ, Status.PARTIAL: _UNREAD},
    "access": {Status.IN_SYNC: _READ, Status.PARTIAL: _UNREAD},
    "report": {Status.IN_SYNC: _READ, Status.PARTIAL: _UNREAD},
    "evidence": {Status.IN_SYNC: _READ, Status.PARTIAL: _UNREAD},
    "login": {
        Status.IN_SYNC: "The person is signed in to every tenant.",
        Status.REFUSED: "There is no keyring, and --allow-plaintext-cache is missing.",
        Status.PARTIAL: "Some sign-ins failed.",
    },
    "attest": {
        Status.IN_SYNC: "Every link of the report is attested.",
        Status.REFUSED: "Not confirmed. Nothing was written.",
        Status.PARTIAL: "Some links were left out.",
    },
    "doctor": {
        Status.IN_SYNC: "Everything is ready.",
        Status.PARTIAL: "Something has to be fixed.",
    },
    "history show": {Status.IN_SYNC: "The history was read."},
    "history rebuild": {Status.IN_SYNC: "The changes are in the history."},
    "history migrate": {Status.IN_SYNC: "The schema is the newest."},
    "journal verify": {
        Status.IN_SYNC: "The journal is complete, or there is none yet.",
        Status.RUN_FAILED: "A line is edited or missing, or the run itself failed.",
    },
}
"""The statuses of each command. Those without an entry end with 0, or with 64 for wrong usage."""


def statuses_of(command: str) -> Mapping[Status, str]:
    """Return the statuses of a command such as `history show`, in ascending order."""
    if command not in _OF_COMMANDS:
        return {}
    known = {**_GENERAL, **_OF_COMMANDS[command]}
    return {status: known[status] for status in sorted(known)}
