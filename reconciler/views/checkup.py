"""What did a doctor find? As a table, JSON or CSV; `onboarding` writes it for customers.

What is well is counted, however many links there are; what is not is said with its remedy, and
once where many links share it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from json import dumps

from reconciler.core.doctor.checkup import Checkup, CredentialCheck, LinkCheck
from reconciler.core.doctor.steps import IDENTITY_STEPS, LINK_STEPS, RUN_STEPS, State, Step
from reconciler.core.plan_json import FORMAT, Data, iso
from reconciler.core.text import json_safe, visible
from reconciler.views.checkup_groups import WHERE, count, faults, recap, tenant_id, waiting
from reconciler.views.csv import sheet
from reconciler.views.grouping import CauseGroup
from reconciler.views.markdown import onboarding
from reconciler.views.rows import Cause
from reconciler.views.terminal.causes import INDENT, cause_lines, finding_lines
from reconciler.views.terminal.layout import Cell, Page

_STYLES = {State.OK: "good", State.FAILED: "alarm", State.SKIPPED: "warn"}
_LEAST = (0, 10, 24)

_SAME_S = 2
"""Two clocks cannot be told apart by less: an answer takes its time and names whole seconds."""

_ALL_STEPS = (*RUN_STEPS, *IDENTITY_STEPS, *LINK_STEPS)

COLUMNS = (
    *("tenant", "tenant_id", "identity", "object_id"),
    *(name.value for name in _ALL_STEPS),
    *("step", "problem_code", "problem_message", "problem_hint"),
)
"""A column for each step, then the first one that has to be mended. New ones come at the end."""


def render(form: str, checkup: Checkup, *, width: int = 80, color: bool = False) -> str:
    """The checkup as text that ends with one newline; width and color are for tables only."""
    if form == "json":
        return json_safe(dumps(checkup_data(checkup), indent=2, ensure_ascii=False)) + "\n"
    if form == "csv":
        return sheet(COLUMNS, map(_csv_cells, checkup.checks))
    if form == "markdown":
        return onboarding.render(checkup)
    page = Page(width, color)
    lines = [
        *_block(page, _run_rows(checkup)),
        *([""] if checkup.checks else []),
        *_block(page, _link_rows(checkup)),
        *finding_lines(page, checkup.findings),
    ]
    return (
        "\n".join([*lines, *([""] if lines else []), page.paint(recap(checkup), "strong")]) + "\n"
    )


def checkup_data(checkup: Checkup) -> Data:
    """The checkup as JSON data."""
    checks = checkup.checks
    ready = sum(check.is_ready for check in checks)
    return {
        "kind": "checkup",
        "format": FORMAT,
        "created_at": iso(checkup.created_at),
        "tool_version": checkup.tool_version,
        "config_digest": checkup.config_digest,
        "complete": checkup.is_complete and not checkup.interrupted,
        "interrupted": checkup.interrupted,
        "summary": {"links": len(checks), "ready": ready, "not_ready": len(checks) - ready},
        "endpoints": [
            {"endpoint": e.name.value, "url": e.url, "skew_s": e.skew_s, "steps": _steps(e.steps)}
            for e in checkup.endpoints
        ],
        "clock": _step(checkup.clock),
        "identities": [_identity(credential) for credential in checkup.credentials],
        "checks": [_check(check) for check in checks],
        "findings": [asdict(finding) for finding in checkup.findings],
    }


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


def _csv_cells(check: LinkCheck) -> list[object]:
    states = {step.name: step.state.value for step in check.steps}
    culprit = check.culprit
    problem = culprit.problem if culprit else None
    return [
        check.place.tenant,
        tenant_id(check),
        check.place.identity,
        check.observed.object_id or check.place.object_id,
        *(states.get(name) for name in _ALL_STEPS),
        culprit.name.value if culprit else None,
        *((problem.code, problem.message, problem.hint) if problem else (None,) * 3),
    ]


Row = tuple[State, str, str, Cause | None, str]
"""State, what it is about, what is said of it, why, and who is concerned."""


def _block(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    cells = [
        [
            Cell(state.value, _STYLES[state]),
            Cell(visible(about), "" if state is State.OK else "strong"),
            Cell(visible(text), "quiet" if state is State.OK else ""),
        ]
        for state, about, text, _, _ in rows
    ]
    widths = page.fit(cells, _LEAST)
    for line, (_, _, _, cause, concerned) in zip(cells, rows, strict=True):
        yield from page.row(line, widths)
        if cause:
            yield from cause_lines(page, cause)
        if concerned:
            yield from page.note(visible(concerned), lead=INDENT, style="quiet")


def _run_rows(checkup: Checkup) -> list[Row]:
    """What all links share: hosts, clock, and one line for all identities that are well."""
    rows: list[Row] = []
    for endpoint in checkup.endpoints:
        hurt = waiting(checkup, endpoint.step) if endpoint.step.is_open else ""
        rows.append(_row(endpoint.step, endpoint.name.value, endpoint.url, hurt))
    rows.append(_row(checkup.clock, "clock", _clock_text(checkup)))
    well = [c for c in checkup.credentials if not any(step.is_open for step in c.steps)]
    if well:
        rows.append((State.OK, "identities", _names(well), None, ""))
    for credential in checkup.credentials:
        for step in credential.steps:
            if step.problem:
                hurt = waiting(checkup, step, credential)
                rows.append(_row(step, credential.label, f"{step.name} of this identity", hurt))
    return rows


def _names(credentials: Sequence[CredentialCheck]) -> str:
    """The identities, each once; of those with an app for each customer, how many are meant."""
    apps = Counter(credential.identity for credential in credentials if credential.tenant)
    names = dict.fromkeys(credential.identity for credential in credentials)
    return ", ".join(name + f" ({count(apps[name], 'app')})" * (name in apps) for name in names)


def _clock_text(checkup: Checkup) -> str:
    known = [e.skew_s for e in checkup.endpoints if e.skew_s is not None]
    worst = max(known, key=abs, default=None)
    if worst is None:
        return "nobody to compare it with"
    if abs(worst) <= _SAME_S:
        return "right"
    return f"{abs(worst)} s {'ahead' if worst > 0 else 'behind'}"


def _row(step: Step, about: str, text: str, concerned: str = "") -> Row:
    return step.state, about, text, _cause(step), concerned


def _cause(step: Step) -> Cause | None:
    problem = step.problem
    if problem is None:
        return None
    return Cause(step.name, problem.code, problem.message, problem.hint)


def _link_rows(checkup: Checkup) -> list[Row]:
    """What came to nothing for some links alone; where many share it, it is said once."""
    ready = sum(check.is_ready for check in checkup.checks)
    rows: list[Row] = [(State.OK, "links", f"{ready} ready", None, "")] if ready else []
    for step, group in faults(checkup.checks):
        if group.is_large:
            rows.append(
                (
                    step.state,
                    f"{len(group.entries)} links",
                    step.name,
                    _shared(group),
                    group.named(WHERE),
                )
            )
            continue
        for cause, (tenant, identity) in group.entries:
            rows.append((step.state, tenant, f"{identity}: {step.name}", cause, ""))
    return rows


def _shared(group: CauseGroup) -> Cause:
    """One cause for many: where their remedies differ by customer, one of them is an example."""
    hints = {cause.hint for cause, _ in group.entries}
    hint = group.cause.hint
    if len(hints) > 1:
        hint = f"for example: {hint} (doctor --format markdown writes a note for each customer)"
    return replace(group.cause, message=group.message, hint=hint)
