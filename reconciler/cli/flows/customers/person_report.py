"""The report that `apply` leaves beside the tenants.yaml of people, for the partner's `attest`."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import output
from reconciler.cli.flows.plan_files import MAX_PLAN_BYTES
from reconciler.core.customers.people import are_of_people, report_name
from reconciler.core.errors import WrongUsage
from reconciler.core.links import ObservedState
from reconciler.regular_files import read_regular

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.selected_links import Selection
    from reconciler.core.plan import Report


def leave_report(report: Report, selection: Selection, options: Options) -> None:
    """Write the report if a person ran `apply` at a terminal, with a file of people's links only.

    Nothing is written if the run was refused or could read no link. If the file cannot be written,
    that is a warning: the changes are made, and `apply --format json` prints the same.
    """
    is_theirs = are_of_people(selection.config.wanted, selection.config.identities)
    if not (is_theirs and options.is_table and output.asks_here()):
        return
    seen = [result.observed for result in report.results if result.observed]
    if report.refusals or all(each.state is ObservedState.UNKNOWN for each in seen):
        return
    from reconciler.store.files import write_private
    from reconciler.views.json import render_report

    name = report_name(want.place.identity for want in selection.wanted)
    path = _free_path(options.config.parent / name)
    try:
        write_private(path, render_report(report))
    except OSError as error:
        output.warn(
            f"cannot write the report {path.absolute()}: {error.strerror}. To get it, run apply "
            "again with --format json > FILE"
        )
        return
    output.note(f"Wrote {path}. Send it to the person who gave you {options.config}.")


def _free_path(path: Path) -> Path:
    """The path, or the same with a number if a file that is no report has that name."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return path if _is_free(path) else next(each for each in numbered if _is_free(each))


def _is_free(path: Path) -> bool:
    from reconciler.core.saved_plan import read_report

    if not (path.exists() or path.is_symlink()):
        return True
    try:
        read_report(read_regular(path, MAX_PLAN_BYTES))
    except (OSError, WrongUsage):
        return False
    return not path.is_symlink()
