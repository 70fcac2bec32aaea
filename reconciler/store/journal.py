"""What was meant, and what became of it? Append-only JSON lines, chained by digest.

An intent is on disk before its write is sent, so a crash loses nothing: the next run finds the
intents without an outcome and looks what became of those links. Each line carries the digest of the
line before it, so an edited or a missing line shows. A cut tail does not: no chain can see that,
which is why reports carry the last digest.

A crash may leave a torn line. The next run seals it: its first line follows the last whole one, and
holds the digest of whatever was torn after that.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.core.links import Change, Observed, ObservedState
from reconciler.core.plan_json import iso
from reconciler.core.redaction.redactor import redact
from reconciler.core.results import Result
from reconciler.store.journal_file import JournalFile, read_lines
from reconciler.store.machine import host, user

Line = dict[str, Any]

START = "sha256:" + "0" * 64
"""What stands for the line before the first."""


TORN_END = b" \n"
"""What ends a torn line. No line ends so: a crash right behind it is not taken for an edit."""


class FileJournal:
    """One file's journal, open for one run.

    path    the journal; made with mode 0600 if it is missing
    facts   what the run's first line says: command, allowed guards, tool version, config digest
    clock   UTC now
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
        torn, line_end = self._take_in()
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
        """What the journal's filesystem cannot do."""
        return self._file.warnings

    @property
    def unfinished(self) -> tuple[tuple[str, str], ...]:
        """(tenant, identity) of each intent of earlier runs that has no outcome."""
        return tuple(self._open_intents)

    def intend(self, change: Change) -> None:
        """Keep what is about to be sent; on disk when this returns.

        Raises `RunFailed` when it cannot be kept, or when a lock is lost: then nothing is sent.
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
        """Keep what became of an intent."""
        place, observed = result.change.place, result.observed
        self._append(
            {
                "event": "outcome",
                **_link(place.tenant, place.identity, observed),
                "outcome": result.outcome,
                "observed": _seen(observed),
                "problem": result.problem.code if result.problem else None,
                "correlation_id": result.correlation_id,
            }
        )

    def recover(self, tenant: str, identity: str, observed: Observed | None) -> None:
        """Keep what a later read showed of an intent that a crash left open.

        observed  None where the file no longer names that link, so that nobody can look
        """
        self._append(
            {"event": "recovered", **_link(tenant, identity, observed), "observed": _seen(observed)}
        )

    def close(self) -> None:
        """End the run's part of the journal."""
        self._file.close()

    def _take_in(self) -> tuple[bytes, bytes]:
        """Learn the last digest and the open intents.

        Returns what a crash tore at the end, and the line end that it left unwritten.
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
        elif line.get("event") == "outcome" or _tells_what_became(line):
            self._open_intents.pop(key, None)

    def _append(self, line: Line, before: bytes = b"") -> None:
        full = {"prev": self._last, "at": iso(self._clock()), "run": self._run, **line}
        text = redact(json.dumps(full, ensure_ascii=False, separators=(",", ":")))
        # Half a surrogate pair, which a user's name or a token may hold, becomes JSON's own escape.
        raw = text.encode(errors="backslashreplace")
        self._file.append(before + raw + b"\n")
        self._last = line_digest(raw)


def lines(path: Path) -> Iterator[Line]:
    """The lines of a journal, oldest first; what a crash tore is left out."""
    return (line for raw in read_lines(path) if (line := parse_line(raw)) is not None)


def _tells_what_became(line: Line) -> bool:
    """Whether a recovery knows: an intent stays open while nobody could read its link."""
    observed = line.get("observed")
    is_unknown = isinstance(observed, dict) and observed.get("state") == ObservedState.UNKNOWN
    return line.get("event") == "recovered" and not is_unknown


def parse_line(raw: bytes) -> Line | None:
    """One line; None for what a crash tore, or what never was a line.

    Where only the line end is missing the line is whole: no part of a JSON object is one.
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


def _seen(observed: Observed | None) -> Line | None:
    if observed is None:
        return None
    return {
        "state": observed.state.value,
        "partner_id": observed.partner_id,
        "version": observed.version,
    }
