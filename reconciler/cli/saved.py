"""How is a plan put aside and taken up again?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.selection import now
from reconciler.core.errors import Refused, RunFailed, WrongUsage
from reconciler.version import __version__

if TYPE_CHECKING:
    from reconciler.core.plan import Plan, Refusal


def save_plan(path: Path, plan: Plan) -> None:
    """Write a plan for `apply` to take; raises `RunFailed`."""
    from reconciler.core.documents import plan_data, text
    from reconciler.store.files import write_private

    try:
        write_private(path, text(plan_data(plan)))
    except OSError as error:
        raise RunFailed(f"cannot save the plan to {path}: {error.strerror}") from None


def load_plan(path: Path, digest: str) -> tuple[Plan, tuple[Refusal, ...]]:
    """A saved plan, and why it cannot be applied; raises `WrongUsage` if there is no such file.

    digest  of tenants.yaml as it is now
    """
    from reconciler.core.documents import read_plan
    from reconciler.core.guards import check_saved
    from reconciler.core.plan import Plan, Refusal

    try:
        plan = read_plan(path.read_bytes())
    except OSError as error:
        raise WrongUsage(f"cannot read the plan {path}: {error.strerror}") from None
    except Refused as refused:
        nothing = Plan((), digest, now(), __version__)
        return nothing, (Refusal(refused.guard, f"{path}: {refused}"),)
    return plan, check_saved(plan, digest)
