"""Attestation of links from a person's report: reads it, shows the edit, asks, writes the file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import output
from reconciler.cli.flows.confirmation import CANCELLED, confirm
from reconciler.cli.flows.plan_files import MAX_PLAN_BYTES
from reconciler.cli.selection import now, read_file
from reconciler.core.errors import Refused, RunFailed, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.regular_files import read_regular

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.config.writing.attestations import Rewrite


def attest_report(
    options: Options, report: Path, by: str | None, note: str | None, *, is_confirmed: bool
) -> int:
    """Attest the links that a report shows as wanted; returns the exit status.

    by            who saw them; None means the person of each identity
    is_confirmed  whether the edit was confirmed with --yes
    """
    from reconciler.config.writing.attestations import attest
    from reconciler.core.customers.attestable import attestable
    from reconciler.core.saved_plan import read_report

    selection = read_file(options, with_secrets=False, remembers=False)
    known = selection.config.identities
    people = {name for name, who in known.items() if who.needs_person}
    raw = _read(report)
    try:
        parsed = read_report(raw)
    except WrongUsage as error:
        raise WrongUsage(f"{'stdin' if str(report) == '-' else report}: {error}") from None
    seen, skipped = attestable(*parsed, selection.wanted, people)
    witnessed = [(one, by or str(known[one.place.identity].username)) for one in seen]
    rewrites, homeless = attest(options.config, now().date(), witnessed, note)
    for one in (*skipped, *homeless):
        output.warn(f"{one.tenant} ({one.identity}) is not attested: {one.why}")
    if not seen and not skipped:
        raise WrongUsage(
            f"{report} has no link of a person, so there is nothing to attest. Pass the report of "
            "an identity of kind user; every run can read the links of other identities"
        )
    for rewrite in rewrites:
        output.show_edit(rewrite.path, rewrite.before, rewrite.after)
    if rewrites and not (is_confirmed or confirm("Write these changes?")):
        if output.asks_here():
            raise Refused(CANCELLED.guard, CANCELLED.message)
        raise Refused(
            CANCELLED.guard, "there is no terminal to ask on; to write the changes, add --yes"
        )
    _write(rewrites)
    if not rewrites and not (skipped or homeless):
        output.note("Every link of the report is already attested.")
    return Status.PARTIAL if skipped or homeless else Status.IN_SYNC


def _read(report: Path) -> bytes:
    try:
        return _stdin() if str(report) == "-" else read_regular(report, MAX_PLAN_BYTES)
    except OSError as error:
        raise WrongUsage(f"cannot read the report {report.absolute()}: {error.strerror}") from None


def _stdin() -> bytes:
    data = sys.stdin.buffer.read(MAX_PLAN_BYTES + 1)
    if len(data) > MAX_PLAN_BYTES:
        raise WrongUsage(f"the report on stdin is larger than {MAX_PLAN_BYTES >> 20} MiB")
    return data


def _write(rewrites: Sequence[Rewrite]) -> None:
    from reconciler.config.reading.files import MOST_BYTES
    from reconciler.store.files import rewrite

    for one in rewrites:
        try:
            if read_regular(one.path, MOST_BYTES) != one.before:
                raise RunFailed(
                    f"{one.path} was changed by another program and is left as it is; run again"
                )
            rewrite(one.path, one.after)
        except OSError as error:
            raise RunFailed(f"cannot write {one.path}: {error.strerror}") from None
        output.note(f"Wrote {one.path}.")
