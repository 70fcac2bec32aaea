"""What does a run say while it goes on? One structured line an event, to stderr.

Events carry names, codes and counts; nobody hands a secret or a token to the log. The libraries'
own chatter is shown at `debug` only: azure-identity warns about every refused token.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from reconciler.core.redaction.redactor import redact
from reconciler.core.text import visible

LIBRARIES = ("azure", "msal", "urllib3")


def set_up(*, as_json: bool, level: str) -> None:
    """Choose the form (console or JSON) and the lowest level that is shown."""
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
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Guest(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers = [_Demoted()]
        library.propagate = False
        library.setLevel(logging.DEBUG if number <= logging.DEBUG else logging.CRITICAL + 1)


def get() -> Any:
    """The logger of the run."""
    return structlog.get_logger()


class _Guest:
    """A stream whose failure ends nothing: whoever reads the log may leave, a disk may be full."""

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
            # What is left in the buffer would fail again at Python's end, with a status of its own.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class _Demoted(logging.Handler):
    """Passes a library's record on as `debug`, whatever level it thought of."""

    def emit(self, record: logging.LogRecord) -> None:
        get().debug(record.getMessage(), library=record.name)


def _redacting(renderer: Any) -> Callable[..., str]:
    """A renderer whose lines hold no secret of this process, also not in an exception's text."""
    return lambda *event: redact(str(renderer(*event)))


def _plain_text(logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep control characters, which a tenant's name or an answer may hold, off the terminal."""
    return {k: visible(value) if isinstance(value, str) else value for k, value in event.items()}
