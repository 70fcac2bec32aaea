"""List of sign-ins: one line for each tenant, with the problem where the sign-in failed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from reconciler.core.links import Place, Problem
from reconciler.core.plan_json import FORMAT, text
from reconciler.core.text import visible
from reconciler.views.csv import sheet
from reconciler.views.markdown.escape import code, escape, lines_of
from reconciler.views.terminal.layout import FIXED, NAME, Cell, Page

SignIn = tuple[Place, Problem | None]

COLUMNS = ("tenant", "identity", "result", "problem_code", "problem_message", "problem_hint")


def render_table(sign_ins: Sequence[SignIn], page: Page) -> str:
    """Render the sign-ins for a terminal."""
    return lines_of(_lines(sign_ins, page))


def render_markdown(sign_ins: Sequence[SignIn]) -> str:
    """Render the sign-ins as a Markdown list."""
    return lines_of(map(_bullet, sign_ins))


def render_json(sign_ins: Sequence[SignIn]) -> str:
    """Render the sign-ins as JSON."""
    links = [
        {
            "tenant": place.tenant,
            "identity": place.identity,
            "result": _result(problem),
            "problem": asdict(problem) if problem else None,
        }
        for place, problem in sign_ins
    ]
    return text({"kind": "sign_ins", "format": FORMAT, "links": links})


def render_csv(sign_ins: Sequence[SignIn]) -> str:
    """Render the sign-ins as CSV."""
    return sheet(COLUMNS, map(_cells, sign_ins))


def _result(problem: Problem | None) -> str:
    return "failed" if problem else "ok"


def _cells(sign_in: SignIn) -> list[object]:
    place, problem = sign_in
    about = [problem.code, problem.message, problem.hint] if problem else [""] * 3
    return [place.tenant, place.identity, _result(problem), *about]


def _lines(sign_ins: Sequence[SignIn], page: Page) -> Iterable[str]:
    cells = [
        [
            Cell(visible(place.tenant)),
            Cell(visible(place.identity)),
            Cell(_result(problem), "alarm" if problem else "good"),
        ]
        for place, problem in sign_ins
    ]
    for (_, problem), lines in zip(sign_ins, page.table(cells, (NAME, NAME, FIXED)), strict=True):
        yield from lines
        if problem:
            yield from page.note(visible(f"{problem.code}: {problem.message}"), lead=" " * 7)
            yield from page.note(visible(problem.hint), lead=" " * 7 + "-> ")


def _bullet(sign_in: SignIn) -> str:
    place, problem = sign_in
    head = f"- **{escape(place.tenant)} / {escape(place.identity)}** {_result(problem)}"
    if problem is None:
        return head
    return f"{head} {code(problem.code)}: {escape(problem.message)}<br>→ {escape(problem.hint)}"
