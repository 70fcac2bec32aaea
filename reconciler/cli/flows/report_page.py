"""HTML report of a run: its current state and its history, in one file.

`report` and `nightly` have read their plan before: nothing is read from Azure again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.flows.output_folder import examining
from reconciler.cli.output import note
from reconciler.cli.run_history import customer_changes, past_of, with_latest
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.plan import Report

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.history.overview import Overview
    from reconciler.core.plan import Plan


def check_file(path: Path, *, is_forced: bool) -> None:
    """Raise `WrongUsage` if the file cannot be written, or exists and must not be replaced."""
    with examining(path):
        if path.is_dir():
            raise WrongUsage(f"{path} is a folder; name a file in it, as in {path / 'report.html'}")
        if path.exists() and not is_forced:
            raise WrongUsage(
                f"{path} exists and is left as it is; name another file, or add --force"
            )
        if not path.absolute().parent.is_dir():
            raise WrongUsage(f"cannot write {path}: there is no such folder")


def write_report(path: Path, run: Run, fact: Plan | Report) -> None:
    """Write the report in one step, readable for its owner only. Raises `RunFailed`.

    fact  the plan that the run read, or its report
    """
    from reconciler.core.history.overview import plan_after
    from reconciler.store.files import write_private
    from reconciler.views.html.overview import render_overview

    plan = plan_after(fact) if isinstance(fact, Report) else fact
    try:
        write_private(path, render_overview(_overview(run, plan)))
    except OSError as error:
        raise RunFailed(
            f"cannot write the report to {path}: {error.strerror}; "
            "make the folder writable for this user, or name another file"
        ) from None


def _overview(run: Run, plan: Plan) -> Overview:
    """The current state with the history; if that cannot be read, the page and a warning say so."""
    from reconciler.core.history.overview import overview

    past, failure = past_of(run, plan.created_at)
    if failure:
        note(f"warning: times are shown without the history: {failure}")
    is_whole = not (plan.not_selected or plan.interrupted)
    inventory = with_latest(run, run.with_resilience(plan), past.latest() if past else {})
    page = overview(inventory, past, is_whole=is_whole, failure=failure)
    if page.changes_since is None:
        return page
    customers = customer_changes(run, page.changes_since.since)
    return replace(page, changes_since=replace(page.changes_since, customers=customers))
