"""Results of `doctor` as JSON and CSV, their grouping by fault, and their summary."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from reconciler.core.doctor.checkup import Checkup, CoveredCheck, CredentialCheck, LinkCheck
from reconciler.core.doctor.steps import IDENTITY_STEPS, LINK_STEPS, RUN_STEPS, State, Step
from reconciler.core.plan_json import FORMAT, Data, finding_data, iso, text
from reconciler.views.csv import sheet
from reconciler.views.grouping import NAMED, CauseGroup, Member, group_causes, shared_cause
from reconciler.views.rows import Cause
from reconciler.views.summary import count

WHERE = "doctor --format csv lists every link"

_ALL_STEPS = (*RUN_STEPS, *IDENTITY_STEPS, *LINK_STEPS)

COLUMNS = (
    *("tenant", "tenant_id", "identity", "object_id"),
    *(name.value for name in _ALL_STEPS),
    *("step", "problem_code", "problem_message", "problem_hint"),
    *("client_id", "missing", "who", "remedy", "consent_link"),
)
"""A column for each step, the first step that failed, then the request to the customer.

New columns are added at the end.
"""


def render_json(checkup: Checkup) -> str:
    """Render the checkup as JSON."""
    checks = checkup.checks
    ready = sum(check.is_ready for check in checks)
    return text(
        {
            "kind": "checkup",
            "format": FORMAT,
            "created_at": iso(checkup.created_at),
            "tool_version": checkup.tool_version,
            "config_digest": checkup.config_digest,
            "complete": checkup.is_complete and not checkup.interrupted,
            "interrupted": checkup.interrupted,
            "summary": {"links": len(checks), "ready": ready, "not_ready": len(checks) - ready},
            "endpoints": [
                {
                    "endpoint": endpoint.name.value,
                    "url": endpoint.url,
                    "skew_s": endpoint.skew_s,
                    "steps": _steps(endpoint.steps),
                }
                for endpoint in checkup.endpoints
            ],
            "clock": _step(checkup.clock),
            "identities": [_identity(credential) for credential in checkup.credentials],
            "partner_ids": [
                {
                    "partner_id": each.partner_id,
                    "name": each.name,
                    "problem": asdict(each.problem) if each.problem else None,
                }
                for each in checkup.partner_ids
            ],
            "checks": [_check(check) for check in checks],
            "covered": [_covered(each) for each in checkup.covered],
            "findings": [finding_data(finding) for finding in checkup.findings],
        }
    )


def render_csv(checkup: Checkup) -> str:
    """Render the checkup as CSV: a row for each link, and for each covered customer to ask."""
    apps = {(one.identity, one.tenant): one.client_id for one in checkup.credentials}
    rows = [_cells(_check(check), check, apps) for check in checkup.checks]
    return sheet(COLUMNS, [*rows, *map(_covered_cells, checkup.covered)])


def faults(checks: Iterable[LinkCheck]) -> list[tuple[Step, CauseGroup]]:
    """Group the links by what their own failed step shows, without the customers' own names."""
    steps: dict[Member, Step] = {}
    items: list[tuple[Cause, Cause, Member]] = []
    for check in checks:
        step, member = check.own_failure, check.place.key
        if step and (problem := step.problem):
            steps[member] = step
            cause = Cause(step.name, problem.code, problem.message, problem.hint)
            items.append((cause, shared_cause(cause, check.place, tenant_id(check)), member))
    return [(steps[group.members[0]], group) for group in group_causes(items)]


def headline(step: Step, group: CauseGroup) -> tuple[str, str]:
    """Return `388 customers` and what they have in common, such as `have not consented`."""
    customers = len({tenant for tenant, _ in group.members})
    what = _WHAT.get(group.cause.code, f"fail at the step {step.name}")
    if step.state is State.SKIPPED:
        what = "were not checked"
    return count(customers, "customer"), what


_WHAT = {
    "app_not_in_tenant": "have not consented: the app is not in their tenant",
    "app_disabled": "have disabled the app",
    "conditional_access": "block the sign-in by a policy",
    "forbidden": "deny the request by a policy",
    "foreign_principal": "granted admin rights only, and these cannot link",
    "no_such_tenant": "have no tenant that Entra knows",
    "person_needed": "need a person to sign in",
    "user_gone": "do not have the user, or disabled the user",
}
"""What several customers with this code have in common."""


def affected(checkup: Checkup, step: Step, credential: CredentialCheck | None = None) -> str:
    """Name the links that a failed shared step affects; empty if there is none.

    credential  the owner of the step; None for a step of the run
    """
    names = [
        check.place.tenant
        for check in checkup.checks
        if check.blocking_step == step and (credential is None or credential.is_of(check.place))
    ]
    if not names:
        return ""
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED]) + (f" and {more} more ({WHERE})" if more > 0 else "")
    return f"{count(len(names), 'link')} cannot be read because of this: {shown}"


def checkup_summary(checkup: Checkup) -> str:
    """Return `Checkup: 388 of 400 links ready; 10 failed, 2 blocked; 1 shared step failed`."""
    checks = checkup.checks
    ready = sum(check.is_ready for check in checks)
    own = [check.own_failure.state for check in checks if check.own_failure]
    failed, skipped = own.count(State.FAILED), own.count(State.SKIPPED)
    blocked = len(checks) - ready - len(own)
    numbers = ((failed, "failed"), (skipped, "not tried"), (blocked, "blocked"))
    bad = ", ".join(f"{number} {word}" for number, word in numbers if number)
    shared = [checkup.clock, *(endpoint.step for endpoint in checkup.endpoints)]
    broken = sum(step.state is State.FAILED for step in shared) + sum(
        any(step.state is State.FAILED for step in credential.steps)
        for credential in checkup.credentials
    )
    more = f"{count(broken, 'shared step')} failed" if broken else ""
    unconfirmed = sum(each.problem is not None for each in checkup.partner_ids)
    ids = f"{count(unconfirmed, 'partner ID')} not confirmed" if unconfirmed else ""
    clauses = (f"{ready} of {count(len(checks), 'link')} ready", bad, more, ids)
    cut = " Interrupted: not every link was checked." if checkup.interrupted else ""
    return f"Checkup: {'; '.join(filter(None, clauses))}.{cut}"


def tenant_id(check: LinkCheck) -> str | None:
    """Return the tenant's GUID, or None where only its domain is known."""
    return check.observed.tenant_id or check.place.guid


def _identity(credential: CredentialCheck) -> Data:
    ends = credential.expires_on
    return {
        "identity": credential.identity,
        "tenant": credential.tenant,
        "kind": credential.kind,
        "client_id": credential.client_id,
        "expires_on": ends.isoformat() if ends else None,
        "steps": _steps(credential.steps),
    }


def _check(check: LinkCheck) -> Data:
    return {
        "tenant": check.place.tenant,
        "tenant_id": tenant_id(check),
        "identity": check.place.identity,
        "object_id": check.observed.object_id or check.place.object_id,
        "ready": check.is_ready,
        "steps": _steps(check.steps),
        "request": asdict(check.request) if check.request else None,
    }


def _covered(covered: CoveredCheck) -> Data:
    place = covered.place
    return {
        "tenant": covered.tenant,
        "tenant_id": covered.tenant_id,
        "covered_by": {"tenant": place.tenant, "identity": place.identity},
        "request": asdict(covered.request),
    }


def _steps(steps: Iterable[Step]) -> list[Data]:
    return [_step(step) for step in steps]


def _step(step: Step) -> Data:
    return {
        "step": step.name.value,
        "state": step.state.value,
        "problem": asdict(step.problem) if step.problem else None,
        "blocked_by": step.blocked_by.value if step.blocked_by else None,
    }


def _covered_cells(covered: CoveredCheck) -> Sequence[object]:
    """Flatten the request to a covered customer, in the order of `COLUMNS`."""
    named = {"tenant": covered.tenant, "tenant_id": covered.tenant_id, **asdict(covered.request)}
    return [named.get("link" if name == "consent_link" else name) for name in COLUMNS]


def _cells(
    data: Data, check: LinkCheck, apps: Mapping[tuple[str, str | None], str | None]
) -> Sequence[object]:
    """Flatten a link's JSON data in the order of `COLUMNS`.

    apps  the client ID of each credential, by identity and the customer whose own app it is
    """
    states = {step["step"]: step["state"] for step in data["steps"]}
    culprit = check.blocking_step
    problem = culprit.problem if culprit else None
    place, request = check.place, check.request
    return [
        *(data[key] for key in ("tenant", "tenant_id", "identity", "object_id")),
        *(states.get(name.value) for name in _ALL_STEPS),
        culprit.name.value if culprit else None,
        *((problem.code, problem.message, problem.hint) if problem else (None,) * 3),
        apps.get((place.identity, place.tenant)) or apps.get((place.identity, None)),
        *((request.missing, request.who, request.remedy, request.link) if request else (None,) * 4),
    ]
