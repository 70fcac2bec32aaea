"""What was meant, and what became of it? Append-only JSON lines, chained by digest.

An intent is on disk before its write is sent, so a crash loses nothing: the next run finds the
intents without an outcome and looks what became of those links. Each line carries the digest of the
line before it, so an edited or a missing line shows. A cut tail does not: no chain can see that,
which is why reports carry the last digest.
"""

import getpass
import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.core.documents import iso
from reconciler.core.errors import RunFailed
from reconciler.core.links import Change, Observed
from reconciler.core.results import Result

Line = dict[str, Any]

START = "sha256:" + "0" * 64
"""What stands for the line before the first."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a walk over a journal found.

    lines     how many lines it has
    last      the digest of the last line: compare it with the one in the last report
    is_torn   the last line was cut short by a crash; the next run seals it
    complaint  the first thing that is wrong, or None
    """

    lines: int
    last: str
    is_torn: bool
    complaint: str | None


class FileJournal:
    """One file's journal, open for one run.

    path   the journal; made with mode 0600 if it is missing
    facts  what every line of this run says: tool version, config digest
    clock  UTC now
    """

    def __init__(
        self, path: Path, run: str, facts: dict[str, str], clock: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._run = run
        self._clock = clock
        self._file = _open(path)
        self._last = START
        self._open_intents: dict[str, Line] = {}
        torn = self._take_in()
        if torn is not None:
            self._last = torn
            self._append({"event": "sealed"}, before=b"\n")
        who = {"user": _user(), "host": socket.gethostname(), "pid": os.getpid()}
        self._append({"event": "run", **who, **facts})

    @property
    def last(self) -> str:
        """The digest of the last line."""
        return self._last

    @property
    def unfinished(self) -> tuple[tuple[str, str], ...]:
        """(tenant, identity) of each intent of earlier runs that has no outcome."""
        return tuple((line["tenant"], line["identity"]) for line in self._open_intents.values())

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

    def _take_in(self) -> str | None:
        """Learn the last digest and the open intents; returns the digest of a torn last line."""
        with _readable(self._path).open("rb") as file:
            for raw in file:
                if not raw.endswith(b"\n"):
                    return _digest(raw)
                self._last = _digest(raw[:-1])
                self._note(_parse(raw[:-1]))
        return None

    def _note(self, line: Line) -> None:
        key = f"{line.get('tenant')}\n{line.get('identity')}"
        if line.get("event") == "intent":
            self._open_intents[key] = line
        elif line.get("event") in ("outcome", "recovered"):
            self._open_intents.pop(key, None)

    def _append(self, line: Line, before: bytes = b"") -> None:
        full = {"prev": self._last, "at": iso(self._clock()), "run": self._run, **line}
        raw = json.dumps(full, ensure_ascii=False, separators=(",", ":")).encode()
        data = before + raw + b"\n"
        try:
            if os.write(self._file, data) != len(data):
                raise OSError("only a part was written")
            os.fsync(self._file)
        except OSError as error:
            raise _failed(self._path, error) from None
        self._last = _digest(raw)


def verify(path: Path) -> Check:
    """Walk over a journal and find the first line that is edited, missing or broken."""
    last, number, torn = START, 0, None
    with _readable(path).open("rb") as file:
        for number, raw in enumerate(file, start=1):
            body = raw.removesuffix(b"\n")
            line = _parse(body)
            if torn and line.get("event") != "sealed":
                return Check(number, last, False, f"line {number - 1} is not a journal line")
            if line and line.get("prev") != last:
                what = f"line {number} does not follow line {number - 1}: edited, or one is missing"
                return Check(number, last, False, what)
            torn = not line
            last = _digest(body)
            if not raw.endswith(b"\n"):
                return Check(number, last, True, None)
    if torn:
        return Check(number, last, False, f"line {number} is not a journal line")
    return Check(number, last, False, None)


def lines(path: Path) -> Iterator[Line]:
    """The lines of a journal, oldest first; what a crash tore is left out."""
    with _readable(path).open("rb") as file:
        for raw in file:
            if line := _parse(raw.removesuffix(b"\n")):
                yield line


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _failed(path, error) from None


def _readable(path: Path) -> Path:
    if not os.access(path, os.R_OK):
        raise RunFailed(f"cannot read the journal {path}; check --state-dir and its rights")
    return path


def _failed(path: Path, error: OSError) -> RunFailed:
    return RunFailed(
        f"cannot write the journal {path}: {error.strerror or error}; "
        "without it nothing is written to Azure"
    )


def _parse(raw: bytes) -> Line:
    try:
        line = json.loads(raw)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _digest(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()


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


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
