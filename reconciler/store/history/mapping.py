"""Mapping between the values of the history and rows of its tables."""

import sys
from dataclasses import fields
from typing import Any

from sqlalchemy import Row

from reconciler.core.history.link_history import Health, Observation, Period, Write
from reconciler.core.history.recording import RecordedRun
from reconciler.core.links import Action, ObservedState
from reconciler.core.redaction.redactor import redact
from reconciler.core.results import Outcome

Values = dict[str, Any]

MOST_NAMED = 500
"""The number of links up to which a query names them."""

_OBSERVATION = tuple(
    field.name for field in fields(Observation) if field.name not in ("run", "access")
)
_WRITE = tuple(field.name for field in fields(Write) if field.name != "run")
_NAMES = frozenset({"tenant", "identity"})
_PERIOD = ("last_at", "standing_since", "read_at", "read_partner_id", "linked_since")


def run_row(run: RecordedRun, history: str) -> Values:
    """A run as a row of `runs`."""
    counts = {health.value: run.standings.get(health) for health in Health}
    return {
        "id": run.id,
        "history": history,
        "command": run.command,
        "at": run.at,
        "tool_version": run.tool_version,
        "config_digest": run.config_digest,
        "status": run.status,
        "is_whole": run.is_whole,
        "writes": run.writes,
        "user": run.user,
        "host": run.host,
        **counts,
    }


def run_of(row: Row[Any]) -> RecordedRun:
    """A row of `runs` as a run."""
    counts = {s: getattr(row, s.value) for s in Health if getattr(row, s.value) is not None}
    return RecordedRun(
        row.id,
        row.command,
        row.at,
        row.tool_version,
        row.config_digest,
        row.status,
        row.is_whole,
        counts,
        row.writes,
        row.user,
        row.host,
    )


def period_row(period: Period, link_id: int, run_id: str, *, is_current: bool) -> Values:
    """A period as a row of `periods`."""
    observation = {
        name: getattr(period.observation, name) for name in _OBSERVATION if name not in _NAMES
    }
    more = {name: getattr(period, name) for name in _PERIOD}
    row = {"link_id": link_id, "run_id": run_id, "is_current": is_current, **observation, **more}
    return _redacted(row)


def period_of(row: Row[Any]) -> Period:
    """A row of `periods`, with the names of its link, as a period."""
    values = {name: _once(getattr(row, name)) for name in _OBSERVATION}
    values["action"] = Action(row.action)
    values["state"] = ObservedState(row.state) if row.state else None
    more = (_once(getattr(row, name)) for name in _PERIOD)
    return Period(Observation(**values, run=_once(row.run_id)), *more)


def _once(value: Any) -> Any:
    """The value; equal texts are kept once, as many links have the same."""
    return sys.intern(value) if type(value) is str else value


def write_row(write: Write, link_id: int, run_id: str) -> Values:
    """A write as a row of `writes`."""
    values = {name: getattr(write, name) for name in _WRITE if name not in _NAMES}
    return _redacted({"link_id": link_id, "run_id": run_id, **values})


def _redacted(row: Values) -> Values:
    """The row with secrets hidden: problems and names are text from Azure."""
    return {key: redact(value) if type(value) is str else value for key, value in row.items()}


def write_of(row: Row[Any]) -> Write:
    """A row of `writes`, with the names of its link, as a write."""
    values = {name: getattr(row, name) for name in _WRITE}
    values["action"] = Action(row.action)
    values["outcome"] = Outcome(row.outcome) if row.outcome else None
    return Write(**values, run=row.run_id)
