"""Which links share one fault, and what is a checkup in one line?"""

from collections.abc import Iterable

from reconciler.core.doctor.checkup import Checkup, CredentialCheck, LinkCheck
from reconciler.core.doctor.steps import State, Step
from reconciler.views.grouping import NAMED, CauseGroup, Member
from reconciler.views.rows import Cause

WHERE = "doctor --format csv lists every link"


def faults(checks: Iterable[LinkCheck]) -> list[tuple[Step, CauseGroup]]:
    """What came to nothing for links alone: by step and code, with the first such step.

    Remedies name the customer, so a group may hold several of them.
    """
    found: dict[tuple[str, str, str], tuple[Step, list[tuple[Cause, Member]]]] = {}
    for check in checks:
        step = check.fault
        if step and step.problem:
            problem = step.problem
            _, entries = found.setdefault((step.name, step.state, problem.code), (step, []))
            cause = Cause(step.name, problem.code, problem.message, problem.hint)
            entries.append((cause, (check.place.tenant, check.place.identity)))
    return [(step, CauseGroup(tuple(entries))) for step, entries in found.values()]


def waiting(checkup: Checkup, step: Step, credential: CredentialCheck | None = None) -> str:
    """How many links wait for a step that they share, and which; empty where none does.

    credential  whose step it is; None for a step of the run
    """
    names = [
        check.place.tenant
        for check in checkup.checks
        if check.culprit == step and (credential is None or credential.is_of(check.place))
    ]
    if not names:
        return ""
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED]) + (f" and {more} more ({WHERE})" if more > 0 else "")
    return f"{count(len(names), 'link')} cannot be read for that: {shown}"


def recap(checkup: Checkup) -> str:
    """`Checkup: 388 of 400 links ready; 10 failed, 2 waiting; 1 shared step failed.`"""
    checks = checkup.checks
    ready = sum(check.is_ready for check in checks)
    own = [check.fault.state for check in checks if check.fault]
    failed, untried = own.count(State.FAILED), own.count(State.SKIPPED)
    others = len(checks) - ready - len(own)
    numbers = ((failed, "failed"), (untried, "not tried"), (others, "waiting"))
    bad = ", ".join(f"{n} {word}" for n, word in numbers if n)
    shared = [checkup.clock, *(e.step for e in checkup.endpoints)]
    broken = sum(step.state is State.FAILED for step in shared) + sum(
        any(step.state is State.FAILED for step in c.steps) for c in checkup.credentials
    )
    more = f"{count(broken, 'shared step')} failed" if broken else ""
    text = "; ".join(filter(None, (f"{ready} of {count(len(checks), 'link')} ready", bad, more)))
    cut = " Interrupted: not every link was looked at." if checkup.interrupted else ""
    return f"Checkup: {text}.{cut}"


def tenant_id(check: LinkCheck) -> str | None:
    """The tenant's GUID, or None where only its domain is known."""
    directory = check.place.directory
    return check.observed.tenant_id or (directory if "." not in directory else None)


def count(number: int, noun: str) -> str:
    """`1 link`, `2 links`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
