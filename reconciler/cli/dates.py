"""Since when, and for which day? What `--since` and `--at` can name."""

import re
from datetime import UTC, date, datetime, time

from reconciler.cli.selection import now
from reconciler.core.errors import WrongUsage
from reconciler.core.history.changes_since import latest_noon

LAST_NIGHT = "last-night"
HELP = "A date (UTC) as in 2026-11-20, or last-night: before this machine's latest noon."

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str) -> datetime:
    """The beginning of that date in UTC, or of this night. Raises `WrongUsage`."""
    if text == LAST_NIGHT:
        return latest_noon(now().astimezone())
    if day := _date(text):
        return datetime.combine(day, time(), UTC)
    raise WrongUsage(f"--since {text} is neither a date as in 2026-11-20 nor {LAST_NIGHT}")


def day_to_come(text: str) -> date:
    """A day from today (UTC) on. Raises `WrongUsage`."""
    day, today = _date(text), now().date()
    if day is None:
        raise WrongUsage(f"--at {text} is not a date as in 2027-01-01")
    if day < today:
        raise WrongUsage(f"--at {text} is over; name a day from {today} (UTC) on")
    return day


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
