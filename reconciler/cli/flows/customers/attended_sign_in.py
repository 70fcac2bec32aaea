"""Sign-in during `apply`: offers to sign a person in where the plan needs it, then plans again.

Only a person at a terminal is asked, and never with --yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import output
from reconciler.cli.flows.confirmation import confirm

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.cli.run import Run
    from reconciler.core.links import Place, Problem
    from reconciler.core.plan import Plan

PERSON_NEEDED = "person_needed"


def plan_with_sign_ins(run: Run, *, may_ask: bool) -> Plan:
    """Plan; if people have to sign in, offer it and plan again. Raises `RunFailed`.

    may_ask  whether questions are allowed
    """
    plan = run.plan()
    identities = run.config.identities
    due = [
        change.place
        for change in plan.changes
        if change.problem
        and change.problem.code == PERSON_NEEDED
        and identities[change.place.identity].username
    ]
    if not due or plan.interrupted or not (may_ask and output.asks_here()):
        return plan
    people = ", ".join(dict.fromkeys(str(identities[place.identity].username) for place in due))
    where = f"{len(due)} tenant{'s' * (len(due) > 1)}"
    if not confirm(f"Sign in to {where} as {people}? A browser window opens for each."):
        return plan
    return run.plan() if _sign_in(run, due) else plan


def _sign_in(run: Run, places: list[Place]) -> bool:
    """Sign in to each tenant; returns whether one of the sign-ins succeeded."""
    from reconciler.azure.interactive_login import NO_BROWSER, SignInMethod
    from reconciler.azure.signin.cached_users import NO_KEYRING

    way, succeeded = SignInMethod(None), 0
    for number, place in enumerate(places, 1):
        username = run.config.identities[place.identity].username
        output.note(f"{number} of {len(places)}: {place.tenant}: sign in as {username}")
        problem = run.azure.sign_in(place, way)
        if problem and problem.code == NO_KEYRING:
            if not _allows_plain_text(problem):
                return succeeded > 0
            way = SignInMethod(way.show_code, may_be_plaintext=True)
            problem = run.azure.sign_in(place, way)
        if problem and problem.code == NO_BROWSER:
            output.note("There is no browser here; sign in with a code on any device.")
            way = SignInMethod(show_code, way.may_be_plaintext)
            problem = run.azure.sign_in(place, way)
        if problem:
            output.warn(f"{place.tenant}: {problem.code}: {problem.message}; {problem.hint}")
        succeeded += problem is None
    return succeeded > 0


def _allows_plain_text(problem: Problem) -> bool:
    output.note(f"{problem.message}.")
    return confirm(
        "Keep the sign-ins in plain text under ~/.IdentityService? Anyone who can read that file "
        "can sign in as you."
    )


def show_code(url: str, code: str, ends_at: datetime) -> None:
    """Show where to enter the code of a sign-in on any device."""
    output.note(f"Open {url} and enter {code} before {ends_at:%H:%M} UTC.")
