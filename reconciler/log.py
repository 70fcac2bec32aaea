"""Structured log of a run: one line for each event, to stderr.

Events hold names, codes and counts, never a secret or a token. Log lines of libraries are shown at
level `debug` only, because azure-identity warns about every refused token.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

from reconciler.core.redaction.redactor import redact
from reconciler.core.text import visible
from reconciler.extras import left_out

with left_out("rich"):  # structlog uses it for tracebacks only, which no log line has: 70 ms
    import structlog

LIBRARIES = ("azure", "msal", "urllib3")


def set_up(*, as_json: bool, level: str) -> None:
    """Set the format (console or JSON) and the lowest level that is shown."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _plain_text,
            _redacting(renderer),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _OptionalStream(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers = [_DebugHandler()]
        library.propagate = False
        library.setLevel(logging.DEBUG if number <= logging.DEBUG else logging.CRITICAL + 1)


def get() -> Any:
    """The logger of this process."""
    return structlog.get_logger()


class _OptionalStream:
    """A stream whose errors are ignored: its reader may be gone, or a disk full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._try(lambda: self._stream.write(text))

    def flush(self) -> None:
        self._try(self._stream.flush)

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except OSError:
            # Python would write the rest of the buffer at exit, fail, and change the exit status.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class _DebugHandler(logging.Handler):
    """A handler that logs the records of a library at level `debug`."""

    def emit(self, record: logging.LogRecord) -> None:
        get().debug(record.getMessage(), library=record.name)


def _redacting(renderer: Any) -> Callable[..., str]:
    """A renderer that removes this process's secrets from each line, also from exceptions."""
    return lambda *event: redact(str(renderer(*event)))


def _plain_text(logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001 - as structlog calls it
    """Make control characters visible; names of tenants and answers may hold them."""
    return {k: visible(value) if isinstance(value, str) else value for k, value in event.items()}
