"""Malformed header values count as missing, and never raise."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.azure.http.client import HttpReply
from reconciler.azure.http.header_values import http_date, retry_after_s, token_answer

NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (" 1.5 ", 1.5),
        ("0", 0),
        ("Thu, 26 Nov 2026 12:01:30 GMT", 90),
        ("Thu, 26 Nov 2026 13:00:10 +0100", 10),
        ("Thursday, 26-Nov-26 12:00:05 GMT", 5),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, math.inf),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("soon", None),
        ("Mon, 99 Foo 99999 99:99:99 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 2026 00:00:00 +999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    """A date counts from when the answer came; a malformed value is ignored."""
    assert retry_after_s(value, NOW) == seconds
    assert HttpReply(429, {"Retry-After": value}, b"", NOW).retry_after_s == seconds


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [+-]?\w+"))
def test_no_header_value_raises(value: str) -> None:
    """Every header value gives a time, a number of seconds, or nothing."""
    http_date(value)
    found = retry_after_s(value, NOW)
    assert found is None or found >= 0


TOKEN = {"access_token": "a.b.c", "token_type": "Bearer", "expires_in": 3599}


def test_a_token_answer_is_accepted() -> None:
    """Numbers may be texts, and unknown keys may have any value."""
    for more in ({}, {"expires_in": "3599"}, {"x": [1]}, {"ext_expires_in": 1, "foci": "1"}):
        answer = TOKEN | more
        assert token_answer(json.dumps(answer).encode()) == answer


ODD_TOKENS: list[Any] = [None, "", 7, ["a"], {"a": 1}, True]
ODD_TIMES: list[Any] = [None, "soon", [], {}, -1, 1.5, 10**30, True]


@pytest.mark.parametrize(
    "odd",
    [
        *({"access_token": odd} for odd in ODD_TOKENS),
        *({"expires_in": odd} for odd in ODD_TIMES),
        *({key: 7} for key in ("refresh_token", "id_token", "token_type", "scope", "client_info")),
    ],
)
def test_a_token_answer_of_odd_types_is_none(odd: dict[str, Any]) -> None:
    """MSAL would fail on it with its own exception."""
    assert token_answer(json.dumps(TOKEN | odd).encode()) is None
    assert token_answer(b"[" * 100_000) is None
    assert token_answer(b"null") is None
