"""Format and level of the log, as options name them."""

from enum import StrEnum


class LogFormat(StrEnum):
    """The format of the log."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The lowest level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
