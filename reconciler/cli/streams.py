"""Safe stdout and stderr: they hide secrets, and their failures do not end a run.

If a stream is full or closed, only its output is lost. Characters that its encoding lacks are
written as escapes: `\\u2192`.
"""

import codecs
import io
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, TextIO

from reconciler.core.errors import kind_of
from reconciler.core.redaction.redactor import redact

ESCAPED = "pal-reconcile-escaped"
"""The name of the error handler of both streams."""


class SafeStream(io.TextIOWrapper):
    """A standard stream that redacts what is written and never raises for want of room or reader.

    lost  why a part of the text was lost; None while all of it went out
    """

    def __init__(self, stream: TextIO, *, is_closed: bool = False) -> None:
        codecs.register_error(ESCAPED, escape)
        buffer: Any = stream.buffer
        is_unbuffered = isinstance(buffer, io.RawIOBase)  # as PYTHONUNBUFFERED has it
        super().__init__(
            io.BufferedWriter(buffer) if is_unbuffered else buffer,
            encoding=stream.encoding,
            errors=ESCAPED,
            line_buffering=is_unbuffered or stream.isatty() or stream is sys.stderr,
        )
        self._original = stream  # which would close the buffer with itself
        self.lost: str | None = None
        self._is_closed = is_closed

    def write(self, text: str) -> int:
        if self._is_closed:
            self.lost = "it is closed"
        text = redact(text)
        try:
            return len(text) if self.lost else super().write(text)
        except (OSError, ValueError) as error:
            self._lose(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except (OSError, ValueError) as error:
            self._lose(error)

    def _lose(self, error: Exception) -> None:
        self.lost = getattr(error, "strerror", None) or type(error).__name__
        # What is left in the buffer would fail again at Python's end, with a status of its own.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())


def escape(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has no character for, as JSON escapes it: `\\u2192`, `\\ud83d\\ude00`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return escaped(error.object[error.start : error.end]), error.end


def escaped(text: str) -> str:
    """Each character of the text as JSON escapes it."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def install() -> None:
    """Put both streams in place, and report errors that nobody handles without their texts."""
    closed = set()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:  # closed by whoever started us: keep files off its number
            closed.add(name)
            _open_null(number)
            setattr(sys, name, open(number, "r" if number == 0 else "w"))  # noqa: SIM115, PTH123
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "buffer"):
            setattr(sys, name, SafeStream(stream, is_closed=name in closed))
    threading.excepthook = _report_thread
    sys.unraisablehook = lambda unraisable: None


def finish() -> None:
    """Write out what is left, and say so where a part of it was lost."""
    sys.stdout.flush()
    if why := getattr(sys.stdout, "lost", None):
        sys.stderr.write(
            f"stdout could not be written ({why}): the output is lost or cut short. "
            "The exit status is that of the run\n"
        )
    sys.stderr.flush()
    # Nothing is left to interrupt but Python's own end, which would print a traceback.
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def report(error: BaseException) -> None:
    """Say that the program itself failed, and where."""
    sys.stderr.write(
        f"internal error: {kind_of(error)}. This is a bug: please report it with this line, "
        "the command and the version. Then run plan to see the current state\n"
    )


def _report_thread(arguments: Any) -> None:
    if arguments.exc_value is not None:
        report(arguments.exc_value)


def _open_null(number: int) -> None:
    handle = os.open(os.devnull, os.O_RDWR)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)
