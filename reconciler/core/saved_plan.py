"""Saved plans and reports, read back from JSON: exactly as they were written, or refused.

A digest only proves that nobody edited a plan by mistake: whoever edits it on purpose can calculate
a new one. So nothing in a saved plan is obeyed. The observations in it are compared with the file
once more (`decide_again`), and what follows must be the plan, to the byte.
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
"""What reading JSON of another shape raises."""


def read_plan(raw: bytes) -> Plan:
    """A saved plan as it was written; raises `Refused` for anything else.

    The tenant is named by the ID that the plan read.
    """
    data = _parsed(raw)
    if data.get("kind") != FactKind.PLAN:
        raise Refused("plan-file", "this is no plan; make one with plan --out")
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
        raise Refused("plan-edited", "the plan was edited since it was made; make a new one")
    if "endpoint" not in data:
        raise Refused(
            "plan-format",
            "the plan does not say at which endpoint it was made: it is of an older release; "
            "make a new one with plan --out",
        )
    try:
        return _plan(data)
    except DAMAGED:
        raise Refused("plan-file", "the plan is damaged; make a new one with plan --out") from None


def read_report(raw: bytes) -> tuple[Plan, tuple[Outcome | None, ...]]:
    """A report's links, each with what was observed last, and their outcomes.

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
            f"this is no report of format {FORMAT}; make one with apply --format json"
        ) from None


def saved_digest(raw: bytes) -> str:
    """The digest in a plan that `read_plan` accepted."""
    return str(_parsed(raw)["digest"])


def _short(value: Any) -> str:
    return visible(str(value)[:60])


def _parsed(raw: bytes) -> Data:
    """The JSON object in these bytes; raises `Refused`. UTF-8, no key twice, no NaN."""
    try:
        data = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except _RepeatedKeyError as repeated:
        raise Refused(
            "plan-edited",
            f"the plan has the key {_short(repeated)} twice in one object; make a new one",
        ) from None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Refused("plan-file", "this is no plan; make one with plan --out")
    return data


class _RepeatedKeyError(ValueError):
    """Two readers of such JSON could see two plans."""


def _unique(pairs: list[tuple[str, Any]]) -> Data:
    found: Data = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found


def _refuse(text: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
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
    is_linked, is_unknown = (
        observed.state is ObservedState.LINKED,
        observed.state is ObservedState.UNKNOWN,
    )
    if is_linked != bool(observed.partner_id):
        raise ValueError("a link has a partner ID, and nothing else has one")
    if link.get("outcome") is None and is_unknown != bool(observed.problem):
        raise ValueError("what is unknown has a problem, and nothing else has one")
    return observed


def _typed(value: Any, kind: type[T]) -> T:
    """The value, if it is of this type; raises `TypeError`. A bool is no number."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{type(value).__name__} where {kind.__name__} is expected")
    return value


def _optional(value: Any, kind: type[T]) -> T | None:
    return None if value is None else _typed(value, kind)


def _texts(data: Any) -> dict[str, Any]:
    """The fields of a problem or a finding; code, message and hint are never null."""
    texts = {key: _optional(value, str) for key, value in _typed(data, dict).items()}
    return texts | {key: _typed(texts[key], str) for key in ("code", "message", "hint")}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no age")
    return moment.astimezone(UTC)
