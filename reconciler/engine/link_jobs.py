"""The two jobs of one link: read it, and change it.

A job takes frozen values and returns a frozen value. It logs nothing, decides nothing about other
links, and raises nothing: every error becomes a problem of this link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.core.access.link_access import cleaned
from reconciler.core.links import Action, Change, Observed, Place, Problem
from reconciler.core.ports import LinkWriter, OpenReader, OpenWriter
from reconciler.core.problems import INTERRUPTED, internal
from reconciler.core.redaction.redactor import redact, redact_bytes
from reconciler.core.results import (
    Answer,
    Outcome,
    Reply,
    Result,
    after_write,
    before_write,
    may_repeat,
    may_show_later,
)
from reconciler.core.text import visible

if TYPE_CHECKING:
    from reconciler.core.customers.evidence import RawReading

READ_BACK_WAITS_S = (0.5, 1.0, 2.0, 4.0)
"""Waits between reads after a write that is not visible yet. Reads of Azure have lagged by 3 s."""


def read_link(open_reader: OpenReader, place: Place) -> Observed:
    """Read one link."""
    try:
        with open_reader(place) as link:
            return redacted(link.read())
    except Exception as error:
        return Observed.unknown(internal(error))


def read_raw(
    read: Callable[[Place, Callable[[], datetime]], RawReading],
    place: Place,
    clock: Callable[[], datetime],
) -> RawReading:
    """Read one link and keep Azure's answer, without secrets. `clock` is UTC."""
    try:
        reading = read(place, clock)
        return replace(
            reading, observed=redacted(reading.observed), body=redact_bytes(reading.body)
        )
    except Exception as error:
        from reconciler.core.customers.evidence import RawReading

        return RawReading(Observed.unknown(internal(error)), clock(), "")


def apply_change(open_writer: OpenWriter, change: Change) -> Result:
    """Read, compare with the plan, write, read again. A write is repeated only after a read."""
    try:
        with open_writer(change.place) as link:
            now = link.read()
            result = before_write(change, now) or _if_stopped(link, change, now)
            is_repeated = False
            while result is None:
                answer = _write(link, change)
                now = link.read()
                if answer.reply is Reply.SILENT and not is_repeated:
                    now = _read_until_shown(link, change, answer, now)
                if may_repeat(change, answer, now) and link.pause(answer):
                    now = link.read()
                    if may_repeat(change, answer, now) and not link.is_stopped:
                        is_repeated = True
                        continue
                now = _read_until_shown(link, change, answer, now)
                result = after_write(change, answer, now)
            return _redacted_result(result)
    except Exception as error:
        return Result(change, Outcome.UNVERIFIED, problem=internal(error))


def _read_until_shown(link: LinkWriter, change: Change, answer: Answer, now: Observed) -> Observed:
    """Read again for a few seconds while the link still shows the state before the write."""
    for wait_s in READ_BACK_WAITS_S:
        if not may_show_later(change, answer, now) or not link.wait(wait_s):
            break
        now = link.read()
    return now


def _if_stopped(link: LinkWriter, change: Change, now: Observed) -> Result | None:
    """Skip the write if the run was cancelled while this link was read."""
    return Result(change, Outcome.SKIPPED, now, INTERRUPTED) if link.is_stopped else None


def _write(link: LinkWriter, change: Change) -> Answer:
    match change.action, change.wanted.partner_id, change.observed:
        case Action.CREATE, str(partner_id), _:
            return link.create(partner_id)
        case Action.UPDATE, str(partner_id), _:
            return link.update(partner_id)
        case Action.REMOVE, None, Observed(partner_id=str(planned_id)):
            return link.remove(planned_id)
    raise ValueError(f"{change.action} is not a write")


def redacted(seen: Observed) -> Observed:
    """The same without the secrets of this process and with hidden characters escaped.

    The coordinator does not know a worker's secrets. Azure's texts are escaped as in every view, so
    that a text decoded from JSON is safe to print.
    """
    return replace(
        seen,
        partner_name=_clean(seen.partner_name),
        updated_at=_clean(seen.updated_at),
        created_at=_clean(seen.created_at),
        problem=_clean_problem(seen.problem),
        access=cleaned(seen.access, lambda text: visible(redact(text))),
    )


def _redacted_result(result: Result) -> Result:
    return replace(
        result,
        after=result.after and redacted(_with_access_of(result.change, result.after)),
        problem=_clean_problem(result.problem),
        correlation_id=_clean(result.correlation_id),
    )


def _with_access_of(change: Change, after: Observed) -> Observed:
    """A read after a write has the access of the read before it: the roles are the same."""
    return replace(after, access=change.observed.access if change.observed else None)


def _clean(text: str | None) -> str | None:
    return text and visible(redact(text))


def _clean_problem(problem: Problem | None) -> Problem | None:
    if problem is None:
        return None
    return Problem(problem.code, visible(redact(problem.message)), visible(redact(problem.hint)))
