"""Dates on the command line: the values of `--since` and `--at`."""

import re
from datetime import UTC, date, datetime, time

from reconciler.cli.selection import now
from reconciler.core.errors import WrongUsage
from reconciler.core.history.changes_since import latest_noon

LAST_NIGHT = "last-night"
HELP = "A date (UTC) such as 2026-11-20, or last-night: since the last noon, local time."

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str) -> datetime:
    """The start of that date in UTC, or the last noon for `last-night`. Raises `WrongUsage`."""
    if text == LAST_NIGHT:
        return latest_noon(now().astimezone())
    if day := _date(text):
        return datetime.combine(day, time(), UTC)
    raise WrongUsage(f"--since takes a date such as 2026-11-20, or {LAST_NIGHT}, not {text}")


def day_to_come(text: str) -> date:
    """Today (UTC) or a later day. Raises `WrongUsage`."""
    day, today = _date(text), now().date()
    if day is None:
        raise WrongUsage(f"--at takes a date such as 2027-01-01, not {text}")
    if day < today:
        raise WrongUsage(f"--at {text} is in the past; use {today} (UTC) or later")
    return day


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
