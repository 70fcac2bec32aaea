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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.core.documents import iso
from reconciler.core.errors import RunFailed
from reconciler.core.links import Change, Observed, Seen
from reconciler.core.results import Result
from reconciler.store.machine import host, user

Line = dict[str, Any]

START = "sha256:" + "0" * 64
"""What stands for the line before the first."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a walk over a journal found.

    lines     how many lines it has
    last      the digest of the last whole line: compare it with the one in the last report
    is_torn   a crash cut the journal's end short; the next run seals it
    complaint  the first thing that is wrong, or None
    """

    lines: int
    last: str
    is_torn: bool
    complaint: str | None


class FileJournal:
    """One file's journal, open for one run.

    path   the journal; made with mode 0600 if it is missing
    facts  what the run's first line says: command, allowed guards, tool version, config digest
    clock  UTC now
    """

    def __init__(
        self, path: Path, run: str, facts: Mapping[str, object], clock: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._run = run
        self._clock = clock
        self._file = _open(path)
        self._last = START
        self._open_intents: dict[tuple[str, str], None] = {}
        torn, line_end = self._take_in()
        if torn:
            self._append({"event": "sealed", "torn": _digest(torn)}, before=line_end)
            line_end = b""
        who = {"user": user(), "host": host(), "pid": os.getpid()}
        self._append({"event": "run", **who, **facts}, before=line_end)

    @property
    def last(self) -> str:
        """The digest of the last line."""
        return self._last

    @property
    def unfinished(self) -> tuple[tuple[str, str], ...]:
        """(tenant, identity) of each intent of earlier runs that has no outcome."""
        return tuple(self._open_intents)

    def intend(self, change: Change) -> None:
        """Keep what is about to be sent; on disk when this returns."""
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
        os.close(self._file)

    def _take_in(self) -> tuple[bytes, bytes]:
        """Learn the last digest and the open intents.

        Returns what a crash tore at the end, and the line end that it left unwritten.
        """
        torn, raw = b"", b"\n"
        for raw in _raw_lines(self._path):
            line = _parse(raw)
            if line is None:
                torn += raw
            else:
                torn = b""
                self._last = _digest(raw)
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
        text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
        # Half a surrogate pair, which a user's name or a token may hold, becomes JSON's own escape.
        raw = text.encode(errors="backslashreplace")
        data = before + raw + b"\n"
        try:
            if os.write(self._file, data) != len(data):
                raise OSError("only a part was written")
            os.fsync(self._file)
        except OSError as error:
            raise _failed(self._path, error) from None
        self._last = _digest(raw)


def verify(path: Path) -> Check:
    """Walk over a journal and find the first line that is edited, missing or broken.

    Raises `RunFailed` when it cannot be read.
    """
    last, number, torn = START, 0, b""
    for number, raw in enumerate(_raw_lines(path), start=1):
        line = _parse(raw)
        if line is None:
            torn += raw
            continue
        if line.get("prev") != last:
            what = f"line {number} does not follow line {number - 1}: edited, or one is missing"
            return Check(number, last, False, what)
        sealed = line.get("torn") if line.get("event") == "sealed" else None
        if sealed != (_digest(torn) if torn else None):
            what = f"line {number - 1} is not a journal line, or one is missing after it"
            return Check(number, last, False, what)
        last, torn = _digest(raw), b""
    if torn.endswith(b"\n"):  # a crash leaves the beginning of a line, never its end
        return Check(number, last, False, f"line {number} is not a journal line: edited")
    return Check(number, last, bool(torn), None)


def lines(path: Path) -> Iterator[Line]:
    """The lines of a journal, oldest first; what a crash tore is left out."""
    return (line for raw in _raw_lines(path) if (line := _parse(raw)) is not None)


def _tells_what_became(line: Line) -> bool:
    """Whether a recovery knows: an intent stays open while nobody could read its link."""
    observed = line.get("observed")
    is_unknown = isinstance(observed, dict) and observed.get("state") == Seen.UNKNOWN
    return line.get("event") == "recovered" and not is_unknown


def _open(path: Path) -> int:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        if os.fstat(file).st_size == 0:
            _keep_name(path.parent)
        return file
    except OSError as error:
        raise _failed(path, error) from None


def _keep_name(directory: Path) -> None:
    """A new file's lines survive a power cut only once its name is on disk too."""
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _raw_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise RunFailed(
            f"cannot read the journal {path}: {error.strerror}; check --state-dir and its rights"
        ) from None


def _failed(path: Path, error: OSError) -> RunFailed:
    return RunFailed(
        f"cannot write the journal {path}: {error.strerror or error}; "
        "without it nothing is written to Azure"
    )


def _parse(raw: bytes) -> Line | None:
    """One line; None for what a crash tore, or what never was a line.

    Where only the line end is missing the line is whole: no part of a JSON object is one.
    """
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def _digest(raw: bytes) -> str:
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
