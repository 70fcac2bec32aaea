"""Run records rebuilt from a journal: each run with its writes.

A journal has no reads, so observations cannot be rebuilt.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from reconciler.core.customers.directories import SeenDirectory
from reconciler.core.history.link_history import Key, Write
from reconciler.core.history.recording import RecordedRun, Recording
from reconciler.core.links import Action
from reconciler.core.results import Outcome

RECOVERED = "recovered"
"""The problem of a write whose run crashed; the next run read the link again."""


def recordings(lines: Iterable[Mapping[str, Any]]) -> tuple[Recording, ...]:
    """The runs of a journal, oldest first, without observations. Invalid lines are skipped.

    lines  as `journal.lines` returns them
    """
    runs: dict[str, Recording] = {}
    writes: dict[str, dict[Key, list[Write]]] = {}
    for line in lines:
        try:
            _add_line(line, runs, writes)
        except (KeyError, TypeError, ValueError):
            continue
    return tuple(_with_writes(run, writes.get(run_id, {})) for run_id, run in runs.items())


def directories(lines: Iterable[Mapping[str, Any]]) -> Iterator[SeenDirectory]:
    """The directories in which a journal's changes were made, oldest first."""
    for line in lines:
        if line.get("event") in ("intent", "outcome") and line.get("tenant_id"):
            with suppress(KeyError, TypeError, ValueError):
                yield SeenDirectory(_time(line), str(line["tenant"]), str(line["tenant_id"]))


def _add_line(
    line: Mapping[str, Any], runs: dict[str, Recording], writes: dict[str, dict[Key, list[Write]]]
) -> None:
    event = line["event"]
    if event == "run":
        runs[line["run"]] = _recording(line)
        return
    if event not in ("intent", "outcome", RECOVERED):
        return
    key: Key = (str(line["tenant"]), str(line["identity"]))
    if event == "intent":
        writes.setdefault(line["run"], {}).setdefault(key, []).append(_intent(line, key))
    elif event == "outcome":
        tried = writes[line["run"]][key]
        tried[-1] = _with_outcome(tried[-1], line)
    else:
        for tried in (of_run[key] for of_run in writes.values() if key in of_run):
            if tried[-1].outcome is None:
                tried[-1] = _recovered(tried[-1], line)


def _recording(line: Mapping[str, Any]) -> Recording:
    """The run that this line begins. Without a command (of an older release) it is `apply`."""
    run = RecordedRun(
        str(line["run"]),
        str(line.get("command") or "apply"),
        _time(line),
        str(line.get("tool_version", "")),
        str(line.get("config_digest", "")),
        None,
        is_whole=False,
        standings={},
        user=str(line.get("user", "")),
        host=str(line.get("host", "")),
    )
    return Recording(run, (), allowed=tuple(map(str, line.get("allowed") or ())))


def _intent(line: Mapping[str, Any], key: Key) -> Write:
    return Write(
        _time(line),
        *key,
        Action(line["action"]),
        line["before"],
        line["after"],
        None,
        line["tenant_id"],
        line["object_id"],
    )


def _with_outcome(write: Write, line: Mapping[str, Any]) -> Write:
    return replace(
        write,
        at=_time(line),
        outcome=Outcome(line["outcome"]),
        tenant_id=line["tenant_id"],
        object_id=line["object_id"],
        problem=line["problem"],
        correlation_id=line["correlation_id"],
    )


def _recovered(write: Write, line: Mapping[str, Any]) -> Write:
    """The write with the outcome that a later read shows."""
    seen = line["observed"]
    if seen is None or seen["state"] == "unknown":
        return write
    took = seen["partner_id"] == write.after
    outcome = Outcome.APPLIED if took else Outcome.UNVERIFIED
    return replace(write, outcome=outcome, problem=RECOVERED)


def _time(line: Mapping[str, Any]) -> datetime:
    """The time of a line. Raises `ValueError` if it has no zone, because it was edited."""
    time = datetime.fromisoformat(line["at"])
    if time.tzinfo is None:
        raise ValueError("no time zone")
    return time


def _with_writes(recording: Recording, writes: Mapping[Key, list[Write]]) -> Recording:
    tried = [w for of_link in writes.values() for w in of_link if w.outcome is not Outcome.SKIPPED]
    tried.sort(key=lambda write: write.at)
    run = replace(recording.run, writes=len(tried))
    return replace(recording, run=run, writes=tuple(tried))
