"""The journal: intents and outcomes of writes, as JSON lines that are chained by digests.

An intent is on disk before its write is sent, so a crash loses nothing: the next run finds intents
without an outcome and reads those links. Each line has the digest of the line before, so an edited
or missing line is detected. Lines that are removed at the end are not detected by the chain, so
reports carry the last digest.

A crash may leave an incomplete line. The next run seals it: its first line follows the last whole
line and has the digest of the incomplete bytes after it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.core.links import Change, Observed, ObservedState
from reconciler.core.plan_json import fields_of, iso
from reconciler.core.redaction.redactor import redact
from reconciler.core.results import Result
from reconciler.store.journal_file import JournalFile, read_lines
from reconciler.store.machine import host, user

Line = dict[str, Any]

START = "sha256:" + "0" * 64
"""The digest before the first line."""


TORN_END = b" \n"
"""The end of a sealed incomplete line. No other line ends like this, so that a crash right after
it does not look like an edit."""


class FileJournal:
    """The journal of one tenants.yaml, open for one run.

    path    the file; created with mode 0600 if it is missing
    run     the ID of the run
    facts   for the run's first line: command, allowed guards, tool version, config digest
    clock   returns the time, UTC
    checks  called before each intent; each raises `RunFailed` if nothing more may be written
    """

    def __init__(
        self,
        path: Path,
        run: str,
        facts: Mapping[str, object],
        clock: Callable[[], datetime],
        checks: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._run = run
        self._clock = clock
        self._checks = checks
        self._file = JournalFile(path)
        self._last = START
        self._open_intents: dict[tuple[str, str], None] = {}
        torn, line_end = self._load()
        if torn:
            if line_end:
                torn, line_end = torn + TORN_END[:-1], TORN_END
            self._append({"event": "sealed", "torn": line_digest(torn)}, before=line_end)
            line_end = b""
        who = {"user": user(), "host": host(), "pid": os.getpid()}
        self._append({"event": "run", **who, **facts}, before=line_end)

    @property
    def last(self) -> str:
        """The digest of the last line."""
        return self._last

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the filesystem of the journal."""
        return self._file.warnings

    @property
    def unfinished(self) -> tuple[tuple[str, str], ...]:
        """(tenant, identity) of each intent of earlier runs without an outcome."""
        return tuple(self._open_intents)

    def intend(self, change: Change) -> None:
        """Record a write that is about to be sent. It is on disk when this returns.

        Raises `RunFailed` if it cannot be recorded or a lock is lost; then nothing is sent.
        """
        for check in self._checks:
            check()
        planned = change.observed
        self._append(
            {
                "event": "intent",
                **_link(change.place.tenant, change.place.identity, planned),
                "action": change.action.value,
                "before": planned.partner_id if planned else None,
                "after": change.wanted.partner_id,
            }
        )

    def settle(self, result: Result) -> None:
        """Record the outcome of an intent."""
        place, observed = result.change.place, result.observed
        self._append(
            {
                "event": "outcome",
                **_link(place.tenant, place.identity, observed),
                "outcome": result.outcome,
                "observed": _observed(observed),
                "problem": result.problem.code if result.problem else None,
                "correlation_id": result.correlation_id,
            }
        )

    def recover(self, tenant: str, identity: str, observed: Observed | None) -> None:
        """Record what a later read shows of an intent that a crash left without an outcome.

        observed  None if the file no longer lists that link, so that it is not read
        """
        self._append(
            {
                "event": "recovered",
                **_link(tenant, identity, observed),
                "observed": _observed(observed),
            }
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _load(self) -> tuple[bytes, bytes]:
        """Read the last digest and the open intents.

        Returns the incomplete bytes at the end, and the line end that is missing there.
        """
        torn, raw = b"", b"\n"
        for raw in self._file.lines():
            line = parse_line(raw)
            if line is None:
                torn += raw
            else:
                torn = b""
                self._last = line_digest(raw)
                self._note(line)
        return torn, b"" if raw.endswith(b"\n") else b"\n"

    def _note(self, line: Line) -> None:
        key = (str(line.get("tenant")), str(line.get("identity")))
        if line.get("event") == "intent":
            self._open_intents[key] = None
        elif line.get("event") == "outcome" or _is_resolved(line):
            self._open_intents.pop(key, None)

    def _append(self, line: Line, before: bytes = b"") -> None:
        full = {"prev": self._last, "at": iso(self._clock()), "run": self._run, **line}
        text = redact(json.dumps(full, ensure_ascii=False, separators=(",", ":")))
        # Half a surrogate pair, as a name or a token may contain, becomes a JSON escape.
        raw = text.encode(errors="backslashreplace")
        self._file.append(before + raw + b"\n")
        self._last = line_digest(raw)


def lines(path: Path) -> Iterator[Line]:
    """The lines of a journal, oldest first, without incomplete ones."""
    return (line for raw in read_lines(path) if (line := parse_line(raw)) is not None)


def _is_resolved(line: Line) -> bool:
    """Whether a `recovered` line resolves an intent: it does not if the read failed."""
    observed = line.get("observed")
    is_unknown = isinstance(observed, dict) and observed.get("state") == ObservedState.UNKNOWN
    return line.get("event") == "recovered" and not is_unknown


def parse_line(raw: bytes) -> Line | None:
    """One line; None if it is incomplete or not a journal line.

    A line that lacks only its line end is whole: a part of a JSON object is not JSON.
    """
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def line_digest(raw: bytes) -> str:
    """The digest of a line, without its end."""
    return "sha256:" + hashlib.sha256(raw.removesuffix(b"\n")).hexdigest()


def _link(tenant: str, identity: str, observed: Observed | None) -> Line:
    return {
        "tenant": tenant,
        "identity": identity,
        "tenant_id": observed.tenant_id if observed else None,
        "object_id": observed.object_id if observed else None,
    }


def _observed(observed: Observed | None) -> Line | None:
    return fields_of(observed, "state", "partner_id", "version") if observed else None
