"""How is a plan put aside and taken up again?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.selection import now
from reconciler.core.errors import Refused, RunFailed, WrongUsage
from reconciler.version import __version__

if TYPE_CHECKING:
    from reconciler.config.load import Config
    from reconciler.core.links import Change
    from reconciler.core.plan import Plan, Refusal


def save_plan(path: Path, plan: Plan) -> None:
    """Write a plan for `apply` to take; raises `RunFailed`."""
    from reconciler.core.documents import plan_data, text
    from reconciler.store.files import write_private

    try:
        write_private(path, text(plan_data(plan)))
    except OSError as error:
        raise RunFailed(f"cannot save the plan to {path}: {error.strerror}") from None


def load_plan(path: Path, config: Config) -> tuple[Plan, tuple[Refusal, ...]]:
    """A saved plan, and why it cannot be applied; raises `WrongUsage` if there is no such file.

    config  tenants.yaml as it is now: it knows the apps that a plan does not repeat
    """
    from reconciler.core.documents import read_plan
    from reconciler.core.guards import check_day, check_saved
    from reconciler.core.plan import Plan, Refusal

    try:
        plan = read_plan(path.read_bytes())
    except OSError as error:
        raise WrongUsage(f"cannot read the plan {path}: {error.strerror}") from None
    except Refused as refused:
        nothing = Plan((), config.digest, now(), __version__)
        return nothing, (Refusal(refused.guard, f"{path}: {refused}"),)
    refusals = check_saved(plan, config.digest) or check_day(plan, config.wanted, config.day)
    return _with_apps(plan, config), refusals


def _with_apps(plan: Plan, config: Config) -> Plan:
    known = {(w.place.tenant, w.place.identity): w.place.app for w in config.wanted if w.place.app}

    def with_app(change: Change) -> Change:
        app = known.get((change.place.tenant, change.place.identity))
        wanted = replace(change.wanted, place=replace(change.place, app=app))
        return replace(change, wanted=wanted)

    return replace(plan, changes=tuple(map(with_app, plan.changes))) if known else plan
