"""Plan files: saved by `plan --out`, loaded and checked by `apply PLAN`."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.selection import now
from reconciler.core.errors import Refused, RunFailed, WrongUsage
from reconciler.regular_files import read_regular
from reconciler.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.cli.run import Run
    from reconciler.core.links import Change, Place, Problem
    from reconciler.core.plan import Plan, Refusal


MAX_PLAN_BYTES = 128 << 20
"""About 100,000 links."""


def save_plan(path: Path, plan: Plan) -> None:
    """Save a plan for `apply PLAN`. Raises `RunFailed`.

    Warns if a name looks like a credential: it is hidden in the file, which `apply` then takes for
    edited.
    """
    from reconciler.cli.output import warn
    from reconciler.core.plan_json import plan_data, text
    from reconciler.core.redaction.redactor import redact
    from reconciler.store.files import PRIVATE, write_whole

    whole = text(plan_data(plan))
    saved = redact(whole)
    try:
        write_whole(path, saved.encode(), PRIVATE)
    except OSError as error:
        raise RunFailed(f"cannot save the plan to {path}: {error.strerror}") from None
    if saved != whole:
        lines = zip(whole.splitlines(), saved.splitlines(), strict=False)
        hidden = next((after.strip(" ,") for before, after in lines if before != after), "")
        warn(
            f"apply will refuse {path}, because a text in it looks like a credential and is hidden "
            f"({hidden[:200]}); rename it in tenants.yaml, or run apply without a saved plan"
        )


def load_plan(path: Path, run: Run) -> tuple[Plan, tuple[Refusal, ...]]:
    """Read a saved plan; returns it and why it cannot be applied.

    run  has the file and the endpoint that the plan is compared with

    Raises `WrongUsage` if there is no such file.
    """
    from reconciler.core.guards.saved_plan_checks import check_day, check_saved, decide_again
    from reconciler.core.plan import Plan, Refusal
    from reconciler.core.saved_plan import read_plan, saved_digest

    config, cloud = run.config, run.azure.cloud
    empty = Plan((), config.digest, now(), __version__)
    try:
        raw = read_regular(path, MAX_PLAN_BYTES)
        plan = read_plan(raw)
    except OSError as error:
        message = f"cannot read the plan {path.absolute()}: {error.strerror}"
        if error.errno not in (errno.EINVAL, errno.EFBIG, errno.EISDIR):
            raise WrongUsage(message) from None
        return empty, (Refusal("plan-file", message),)
    except Refused as refused:
        return empty, (Refusal(refused.guard, f"{path}: {refused}"),)
    refusals = check_saved(plan, config.digest, cloud.name, cloud.endpoint)
    refusals = refusals or check_day(plan, config.wanted, config.day)
    return (plan, refusals) if refusals else decide_again(plan, config.wanted, saved_digest(raw))


def moved(run: Run, changes: Sequence[Change]) -> dict[Place, Problem]:
    """Why changes of a saved plan are not made: their domains are resolved again."""
    from reconciler.core.customers.directories import check_saved_plan, domains_of

    domains = domains_of(run.config.wanted)
    names = {domains[c.place.tenant] for c in changes if c.place.tenant in domains}
    found = dict(zip(names, run.workers.pool.map(run.azure.tenant_id, names), strict=True))
    return check_saved_plan(changes, domains, found, run.directories)
