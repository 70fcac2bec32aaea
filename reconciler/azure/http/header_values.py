"""Parsers of header values and JSON from other services; None if malformed.

Nothing here raises: a malformed value counts as missing.
"""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_TOKEN_TEXTS = (
    *("access_token", "refresh_token", "id_token", "token_type", "scope"),
    *("client_info", "foci", "resource"),
)
_TOKEN_TIMES = ("expires_in", "ext_expires_in", "refresh_in", "expires_on", "not_before")
_SHORT_NUMBER = re.compile(r"[0-9]{1,10}")
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


def retry_after_s(value: str, now: float) -> float | None:
    """Seconds to wait from `Retry-After`, which is a number or a date to compare with `now`.

    now  seconds since 1970
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = http_date(text)
    return max(0.0, moment.timestamp() - now) if moment else None


def http_date(value: str) -> datetime | None:
    """The time of a `Date` or `Retry-After` header, UTC; None if it is not a date."""
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body; None for anything else."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def token_answer(body: bytes) -> dict[str, Any] | None:
    """A token endpoint's answer if it has an access token and only fields of the right type.

    MSAL and azure-identity do not check the types and fail with unrelated errors otherwise.
    """
    answer = json_object(body)
    if answer is None or not answer.get("access_token") or "error" in answer:
        return None
    texts = (answer[key] for key in _TOKEN_TEXTS if key in answer)
    times = (str(answer[key]) for key in _TOKEN_TIMES if key in answer)
    is_valid = all(isinstance(text, str) for text in texts) and all(
        _SHORT_NUMBER.fullmatch(time) for time in times
    )
    return answer if is_valid else None
