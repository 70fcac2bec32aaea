"""Texts of Azure's errors: parts that differ in each answer are removed, the rest stays."""

import pytest

from reconciler.azure.stable_texts import stable_text

ONE, TWO = "9d0c8a53-1f0e-4b4e-9d57-0d8f4a3c1b22", "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d"
SUBJECT = "2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("Denied. RequestId: {id}", "Denied."),
        ("Denied. Request ID: {id}; time {time}Z", "Denied. ; time …"),
        ("Denied (correlation id '{id}')", "Denied"),
        ('Denied [activityId="{id}"]', "Denied"),
        ("Denied, x-ms-correlation-request-id {id}", "Denied"),
        ("Tracking ID {id} was logged", "was logged"),
        ("Denied traceId:{hex}", "Denied"),
        ("Denied. Ref A: {hex} Ref B: {hex} Ref C: {time}Z", "Denied."),
        ("The assertion is too old. Current time: {time}.1015478Z.", "The assertion is too old. "
         "Current time: …."),
        ("Denied at {rfc}", "Denied at …"),
        ("Denied at {us}", "Denied at …"),
        ("Denied. Trace ID: 1 Correlation ID: 2 Timestamp: 3", "Denied."),
    ],
)  # fmt: skip
def test_two_answers_give_one_text(form: str, text: str) -> None:
    """Only the time and the request ID of two answers differ, so their text is the same."""
    first = form.format(
        id=ONE,
        hex=ONE.replace("-", ""),
        time="2026-11-26T02:24:32",
        rfc="Thu, 26 Nov 2026 02:24:32 GMT",
        us="11/26/2026 02:24:32 AM",
    )
    second = form.format(
        id=TWO,
        hex=TWO.replace("-", "").upper(),
        time="2027-01-01T13:00:01",
        rfc="Fri, 1 Jan 2027 13:00:01 GMT",
        us="1/1/2027 1:00:01 PM",
    )
    assert stable_text(first) == stable_text(second) == text


@pytest.mark.parametrize(
    "text",
    [
        f"The client '{SUBJECT}' with object id '{SUBJECT}' does not have authorization",
        f"Application with identifier '{SUBJECT}' was not found in the directory 'Contoso'",
        "The partner ID 4936128 is not valid, version 3 of 2018-02-01",
        "The session id is required, and so is a request id",
        "Denied (by policy) on 2026-11-26",
    ],
)
def test_other_ids_and_dates_stay(text: str) -> None:
    """IDs of tenants, objects and applications say what the error is about."""
    assert stable_text(text) == text


def test_the_text_is_one_short_line() -> None:
    """Lines are joined, and a long text is cut."""
    assert stable_text("one\n  two\r\n") == "one two"
    assert len(stable_text("word " * 200)) == 300


@pytest.mark.parametrize("filler", [" ", "\n", "requestid:", "( "])
def test_a_long_text_takes_no_time(filler: str) -> None:
    """An answer may hold long runs of blanks, for which the patterns would need hours."""
    assert stable_text(f"Denied. {filler * (300_000 // len(filler))}").startswith("Denied")


def test_a_secret_at_the_end_of_the_shown_text_is_hidden() -> None:
    """Secrets are hidden before the text is cut."""
    for length in range(280, 310):
        assert "Ab3d" not in stable_text(f"{'x ' * (length // 2)}client_secret=Ab3dEf6h")
