"""Since when? The moments that `--since` can name."""

import re
from datetime import UTC, datetime, time

from reconciler.cli.selection import now
from reconciler.core.errors import WrongUsage
from reconciler.core.news import last_night

LAST_NIGHT = "last-night"
HELP = "A date (UTC) as in 2026-11-20, or last-night: before this machine's latest noon."

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str) -> datetime:
    """The beginning of that date in UTC, or of this night. Raises `WrongUsage`."""
    if text == LAST_NIGHT:
        return last_night(now().astimezone())
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(datetime.fromisoformat(text), time(), UTC)
    except ValueError:
        pass
    raise WrongUsage(f"--since {text} is neither a date as in 2026-11-20 nor {LAST_NIGHT}")
