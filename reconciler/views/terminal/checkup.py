"""Terminal table of a checkup: what is ready is counted, what is not has its cause and its fix."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.doctor.checkup import Checkup, CredentialCheck
from reconciler.core.doctor.steps import State, Step
from reconciler.core.links import Problem
from reconciler.core.text import visible
from reconciler.views.checkup import affected, checkup_summary, faults, headline
from reconciler.views.grouping import MANY
from reconciler.views.rows import Cause
from reconciler.views.summary import count
from reconciler.views.terminal.causes import FULL, INDENT, cause_lines, finding_lines
from reconciler.views.terminal.layout import FIXED, NAME, Cell, Page, text_column, with_summary

_STYLES = {State.OK: "good", State.FAILED: "alarm", State.SKIPPED: "warn"}
_COLUMNS = (FIXED, NAME, text_column())

_SAME_S = 2
"""Smaller differences between two clocks cannot be measured: an answer takes time, and its Date
header has whole seconds."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table.

    subject   an endpoint, an identity or a tenant
    affected  the links that this concerns; empty if `subject` says it
    """

    state: State
    subject: str
    text: str
    cause: Cause | None = None
    affected: str = ""


def render(checkup: Checkup, page: Page) -> str:
    """Render the shared steps, then the links, the findings and the summary."""
    links = list(_block(page, _link_lines(checkup, is_full=page.is_full)))
    lines = [
        *_block(page, _shared_lines(checkup)),
        *([""] if checkup.checks else []),
        *links,
        *finding_lines(page, checkup.findings),
    ]
    return with_summary(page, lines, checkup_summary(checkup))


def _block(page: Page, lines: Sequence[_Line]) -> Iterator[str]:
    cells = [
        [
            Cell(line.state.value, _STYLES[line.state]),
            Cell(visible(line.subject), "" if line.state is State.OK else "strong"),
            Cell(visible(line.text), "quiet" if line.state is State.OK else ""),
        ]
        for line in lines
    ]
    for line, shown in zip(lines, page.table(cells, _COLUMNS), strict=True):
        yield from shown
        if line.cause:
            yield from cause_lines(page, line.cause)
        if line.affected:
            yield from page.note(visible(line.affected), lead=INDENT, style="quiet")


def _shared_lines(checkup: Checkup) -> list[_Line]:
    """Return the endpoints, the clock, one line for all good identities, and each bad one."""
    lines: list[_Line] = []
    for endpoint in checkup.endpoints:
        links = affected(checkup, endpoint.step) if endpoint.step.is_open else ""
        lines.append(_line(endpoint.step, endpoint.name.value, endpoint.url, links))
    lines.append(_line(checkup.clock, "clock", _clock_text(checkup)))
    good = [c for c in checkup.credentials if not any(step.is_open for step in c.steps)]
    if good:
        lines.append(_Line(State.OK, "identities", _names(good)))
    for credential in checkup.credentials:
        for step in credential.steps:
            if step.problem:
                links = affected(checkup, step, credential)
                lines.append(_line(step, credential.label, f"{step.name} of this identity", links))
    return [*lines, *_partner_lines(checkup)]


def _partner_lines(checkup: Checkup) -> Iterator[_Line]:
    """Yield each partner ID with its name in Partner Center, or why it is not confirmed."""
    said: set[Problem] = set()
    for check in checkup.partner_ids:
        problem, subject = check.problem, f"partner {check.partner_id}"
        if problem is None:
            yield _Line(State.OK, subject, check.name or "known to Partner Center, without a name")
            continue
        cause = Cause("", problem.code, problem.message, problem.hint)
        yield _Line(State.FAILED, subject, "not confirmed", None if problem in said else cause)
        said.add(problem)


def _link_lines(checkup: Checkup, *, is_full: bool) -> list[_Line]:
    """Return what failed for links alone: one line for each cause.

    is_full  whether every customer is named
    """
    ready = sum(check.is_ready for check in checkup.checks)
    lines = [_Line(State.OK, "links", f"{ready} ready")] if ready else []
    for step, group in faults(checkup.checks):
        if group.is_said_once:
            most = len(group.entries) if is_full else MANY
            names = group.named(f"{FULL}; --format csv has a row for each", most)
            lines.append(_Line(step.state, *headline(step, group), group.cause, names))
            continue
        for cause, (tenant, identity) in group.entries:
            lines.append(_Line(step.state, tenant, f"{identity}: {step.name}", cause))
    return lines


def _line(step: Step, subject: str, text: str, links: str = "") -> _Line:
    problem = step.problem
    cause = Cause(step.name, problem.code, problem.message, problem.hint) if problem else None
    return _Line(step.state, subject, text, cause, links)


def _names(credentials: Sequence[CredentialCheck]) -> str:
    """Name each identity once, with the number of its apps if it has one for each customer."""
    apps = Counter(credential.identity for credential in credentials if credential.tenant)
    names = dict.fromkeys(credential.identity for credential in credentials)
    return ", ".join(name + f" ({count(apps[name], 'app')})" * (name in apps) for name in names)


def _clock_text(checkup: Checkup) -> str:
    known = [endpoint.skew_s for endpoint in checkup.endpoints if endpoint.skew_s is not None]
    worst = max(known, key=abs, default=None)
    if worst is None:
        return "not compared: no endpoint answered"
    if abs(worst) <= _SAME_S:
        return "correct"
    return f"{abs(worst)} s {'ahead' if worst > 0 else 'behind'}"
