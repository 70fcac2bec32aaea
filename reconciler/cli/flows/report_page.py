"""How does a run become the report's page? What was read now, what the history knew, one file.

`report` and `nightly` both come here, each with a plan that it has read itself: nothing is read
from Azure again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.run_history import past_of, with_known
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.plan import Report
from reconciler.extras import missing_extra

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.core.plan import Plan


def check_pages_extra() -> None:
    """Raise `WrongUsage` where the extra is not installed."""
    if problem := missing_extra("html", "the report"):
        raise WrongUsage(problem)


def check_file(path: Path, *, is_forced: bool) -> None:
    """Raise `WrongUsage` where the page could not be written, or would take another's place."""
    if path.is_dir():
        raise WrongUsage(f"{path} is a folder; name a file in it, as in {path / 'report.html'}")
    if path.exists() and not is_forced:
        raise WrongUsage(f"{path} exists and is left as it is; name another file, or add --force")
    if not path.absolute().parent.is_dir():
        raise WrongUsage(f"cannot write {path}: there is no such folder")


def write_report(path: Path, run: Run, fact: Plan | Report) -> None:
    """Write the page, in one step and for its owner alone; raises `RunFailed`.

    fact  what the run has read, or what it came to
    """
    from reconciler.core.history.overview import overview, plan_after
    from reconciler.store.files import write_private
    from reconciler.views.html.overview import render_overview

    plan = plan_after(fact) if isinstance(fact, Report) else fact
    past, failure = past_of(run, plan.created_at)
    is_whole = not (plan.not_selected or plan.interrupted)
    told = overview(
        with_known(run, run.with_resilience(plan)), past, is_whole=is_whole, failure=failure
    )
    try:
        write_private(path, render_overview(told))
    except OSError as error:
        raise RunFailed(
            f"cannot write the report to {path}: {error.strerror}; "
            "make the folder writable for this user, or name another file"
        ) from None
