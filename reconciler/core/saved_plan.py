"""Saved plans and reports: read back from JSON exactly as they were written, or refused.

A digest detects an accidental edit only: after a deliberate edit it can be computed again. So the
actions in a saved plan are not trusted. `guards.saved_plan_checks` computes them again from its
observations and the file, and they must be equal.
"""

import json
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar

from reconciler.core.errors import Refused, WrongUsage
from reconciler.core.findings import Finding
from reconciler.core.links import (
    Action,
    Change,
    Observed,
    ObservedState,
    Place,
    Problem,
    Wanted,
    WantedState,
)
from reconciler.core.plan import FactKind, Plan
from reconciler.core.plan_json import FORMAT, Data, digest, seal
from reconciler.core.results import Outcome
from reconciler.core.text import visible

T = TypeVar("T")

DAMAGED = (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError)
"""The exceptions that reading JSON of another shape can raise."""


def read_plan(raw: bytes) -> Plan:
    """The plan in this JSON. Raises `Refused` for anything else.

    Its places name each tenant by the GUID that the plan's read found; empty if it found none.
    """
    data = _parsed(raw)
    if data.get("kind") != FactKind.PLAN:
        raise Refused("plan-file", "this is not a plan; make one with plan --out")
    if data.get("format") != FORMAT or isinstance(data["format"], bool):
        raise Refused(
            "plan-format",
            f"the plan has format {_short(data.get('format'))}, this release reads {FORMAT}; "
            "make a new one with plan --out",
        )
    try:
        is_as_made = (data.get("digest"), data.get("seal")) == (digest(data), seal(data))
    except DAMAGED:
        is_as_made = False
    if not is_as_made:
        raise Refused(
            "plan-edited", "the plan was edited after it was made; make a new one with plan --out"
        )
    if "endpoint" not in data:
        raise Refused(
            "plan-format",
            "the plan does not name the endpoint that it was made for: an older release made it; "
            "make a new one with plan --out",
        )
    try:
        return _plan(data)
    except DAMAGED:
        raise Refused("plan-file", "the plan is damaged; make a new one with plan --out") from None


def read_report(raw: bytes) -> tuple[Plan, tuple[Outcome | None, ...]]:
    """The links in the JSON of a report, as they were observed last, and their outcomes.

    Raises `WrongUsage` for anything else.
    """
    try:
        data = _parsed(raw)
        if data["kind"] != FactKind.REPORT or data["format"] != FORMAT:
            raise ValueError
        outcomes = (link["outcome"] for link in data["links"])
        return _plan(data), tuple(outcome and Outcome(outcome) for outcome in outcomes)
    except (Refused, *DAMAGED):
        raise WrongUsage(
            f"this is not a report of format {FORMAT}; make one with apply --format json"
        ) from None


def saved_digest(raw: bytes) -> str:
    """The digest in the JSON of a plan that `read_plan` accepted."""
    return str(_parsed(raw)["digest"])


def _short(value: Any) -> str:
    return visible(str(value)[:60])


def _parsed(raw: bytes) -> Data:
    """The JSON object in these bytes: UTF-8, no repeated key, no NaN. Raises `Refused`."""
    try:
        data = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except _RepeatedKeyError as repeated:
        raise Refused(
            "plan-edited",
            f"the plan has the key {_short(repeated)} twice in one object; "
            "make a new one with plan --out",
        ) from None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Refused("plan-file", "this is not a plan; make one with plan --out")
    return data


class _RepeatedKeyError(ValueError):
    """An object has a key twice, so that two parsers could read two plans."""


def _unique(pairs: list[tuple[str, Any]]) -> Data:
    found: Data = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found


def _refuse(text: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(text)


def _plan(data: Data) -> Plan:
    return Plan(
        tuple(map(_change, _typed(data["links"], list))),
        _typed(data["config_digest"], str),
        _moment(data["created_at"]),
        _typed(data["tool_version"], str),
        tuple(Finding(**_texts(finding)) for finding in _typed(data["findings"], list)),
        _typed(data["interrupted"], bool),
        for_day=date.fromisoformat(data["for_day"]) if "for_day" in data else None,
        not_selected=_typed(data.get("not_selected", 0), int),
        cloud=_typed(data.get("cloud", ""), str),
        endpoint=_typed(data.get("endpoint", ""), str),
    )


def _change(link: Data) -> Change:
    place = Place(
        _typed(link["tenant"], str),
        _optional(link["tenant_id"], str) or "",
        _typed(link["identity"], str),
        object_id=_optional(link["object_id"], str),
    )
    wanted = Wanted(
        place,
        WantedState(link["wanted"]["state"]),
        _optional(link["wanted"]["partner_id"], str),
        tags=tuple(_typed(tag, str) for tag in _typed(link["tags"], list)),
        covers=tuple(_typed(name, str) for name in _typed(link["covers"], list)),
    )
    reason = _typed(link["reason"], str)
    return Change(wanted, _observed(link), Action(link["action"]), reason)


def _observed(link: Data) -> Observed | None:
    data, problem = link["observed"], link["problem"]
    if data is None:
        return None
    observed = Observed(
        ObservedState(data["state"]),
        _optional(link["tenant_id"], str),
        _optional(link["object_id"], str),
        _optional(data["partner_id"], str),
        _optional(data["partner_name"], str),
        _optional(data["version"], int),
        _optional(data["updated_at"], str),
        _optional(data["created_at"], str),
        problem=None if problem is None else Problem(**_texts(problem)),
    )
    is_linked = observed.state is ObservedState.LINKED
    is_unknown = observed.state is ObservedState.UNKNOWN
    if is_linked != bool(observed.partner_id):
        raise ValueError("a partner ID and the state linked need each other")
    if link.get("outcome") is None and is_unknown != bool(observed.problem):
        raise ValueError("a problem and the state unknown need each other")
    return observed


def _typed(value: Any, kind: type[T]) -> T:
    """The value, if it has this type. Raises `TypeError`. A bool is not a number."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{type(value).__name__} where {kind.__name__} is expected")
    return value


def _optional(value: Any, kind: type[T]) -> T | None:
    return None if value is None else _typed(value, kind)


def _texts(data: Any) -> dict[str, Any]:
    """The fields of a problem or a finding. Code, message and hint are never null."""
    texts = {key: _optional(value, str) for key, value in _typed(data, dict).items()}
    return texts | {key: _typed(texts[key], str) for key in ("code", "message", "hint")}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs a time zone")
    return moment.astimezone(UTC)
