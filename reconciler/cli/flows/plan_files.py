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


LARGEST_PLAN = 128 << 20
"""Bytes: about 100,000 links."""


def save_plan(path: Path, plan: Plan) -> None:
    """Write a plan for `apply` to take; raises `RunFailed`."""
    from reconciler.core.plan_json import plan_data, text
    from reconciler.store.files import write_private

    try:
        write_private(path, text(plan_data(plan)))
    except OSError as error:
        raise RunFailed(f"cannot save the plan to {path}: {error.strerror}") from None


def load_plan(path: Path, run: Run) -> tuple[Plan, tuple[Refusal, ...]]:
    """A saved plan, and why it cannot be applied; raises `WrongUsage` if there is no such file.

    run  what the plan is compared with: tenants.yaml as it is now, and the endpoint
    """
    from reconciler.core.guards.saved_plan_checks import check_day, check_saved, decide_again
    from reconciler.core.plan import Plan, Refusal
    from reconciler.core.saved_plan import read_plan, saved_digest

    config, cloud = run.config, run.azure.cloud
    nothing = Plan((), config.digest, now(), __version__)
    try:
        raw = read_regular(path, LARGEST_PLAN)
        plan = read_plan(raw)
    except OSError as error:
        message = f"cannot read the plan {path.absolute()}: {error.strerror}"
        if error.errno not in (errno.EINVAL, errno.EFBIG, errno.EISDIR):
            raise WrongUsage(message) from None
        return nothing, (Refusal("plan-file", message),)
    except Refused as refused:
        return nothing, (Refusal(refused.guard, f"{path}: {refused}"),)
    refusals = check_saved(plan, config.digest, cloud.name, cloud.endpoint)
    refusals = refusals or check_day(plan, config.wanted, config.day)
    return (plan, refusals) if refusals else decide_again(plan, config.wanted, saved_digest(raw))


def moved(run: Run, changes: Sequence[Change]) -> dict[Place, Problem]:
    """Why changes of a saved plan are not made: their domains are resolved again."""
    from reconciler.core.customers.directories import check_saved_plan, domains_of

    domains = domains_of(run.config.wanted)
    asked = {domains[c.place.tenant] for c in changes if c.place.tenant in domains}
    found = dict(zip(asked, run.workers.pool.map(run.azure.tenant_id, asked), strict=True))
    return check_saved_plan(changes, domains, found, run.directories)
