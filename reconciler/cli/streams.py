"""Standard streams of the program: they redact secrets, and their failures do not end a run.

If a stream is full or closed, its output is lost and the run continues. A character that the
encoding does not have is written as an escape: `\\u2192`.
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
    """A standard stream that redacts what is written, and never raises if it is full or closed.

    lost  why a part of the text was lost; None if all of it was written
    """

    def __init__(self, stream: TextIO, *, is_closed: bool = False) -> None:
        codecs.register_error(ESCAPED, escape)
        buffer: Any = stream.buffer
        is_unbuffered = isinstance(buffer, io.RawIOBase)  # with PYTHONUNBUFFERED
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
        # The rest of the buffer would fail again when Python ends, with an exit status of its own.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())


def escape(error: UnicodeError) -> tuple[str, int]:
    """Escape what the encoding does not have, as JSON does: `\\u2192`, `\\ud83d\\ude00`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return escaped(error.object[error.start : error.end]), error.end


def escaped(text: str) -> str:
    """The text with each character escaped as in JSON."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def install() -> None:
    """Replace the standard streams, and report unhandled errors without their texts."""
    closed = set()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:  # closed by the parent process: no file may get its number
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
    """Flush both streams, and report lost output."""
    sys.stdout.flush()
    if why := getattr(sys.stdout, "lost", None):
        sys.stderr.write(
            f"error: stdout could not be written ({why}): the output is lost or cut short. "
            "The exit status is that of the run\n"
        )
    sys.stderr.flush()
    # Only the end of Python is left to interrupt, which would print a traceback.
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def report(error: BaseException) -> None:
    """Report an internal error and where it happened."""
    if isinstance(error, FileNotFoundError) and not _has_current_directory():
        sys.stderr.write(
            "error: the current directory does not exist any more; change to another one, then "
            "run the command again\n"
        )
        return
    sys.stderr.write(
        f"error: internal error: {kind_of(error)}. This is a bug: please report it with this line, "
        "the command and the output of pal-reconcile version. To see the current state, run plan\n"
    )


def _has_current_directory() -> bool:
    from pathlib import Path

    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _report_thread(arguments: Any) -> None:
    if arguments.exc_value is not None:
        report(arguments.exc_value)


def _open_null(number: int) -> None:
    handle = os.open(os.devnull, os.O_RDWR)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)
