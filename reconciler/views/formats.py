"""Names of the output formats and of the views; imports nothing, so that `--help` stays fast."""

from enum import StrEnum


class Format(StrEnum):
    """Values of `--format`."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"
    GITHUB = "github"


class View(StrEnum):
    """Results that commands print. `registry` documents the fact that each of them renders."""

    PLAN = "plan"
    REPORT = "report"
    INVENTORY = "inventory"
    DISCOVERY = "discovery"
    ACCESS = "access"
    INVENTORY_GROUPS = "inventory_groups"
    CHECKUP = "checkup"
    RUNS = "runs"
    EVENTS = "events"
    SIGN_INS = "sign_ins"
    VALIDATION = "validation"
    EXPLANATION = "explanation"
