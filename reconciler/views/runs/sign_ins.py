"""Where did a person sign in, and where not? A line a tenant, in each format."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from json import dumps

from reconciler.core.links import Place, Problem
from reconciler.core.plan_json import FORMAT
from reconciler.core.text import json_safe, visible
from reconciler.views.csv import sheet
from reconciler.views.markdown.escape import code, escape

Outcome = tuple[Place, Problem | None]

COLUMNS = ("tenant", "identity", "result", "problem_code", "problem_message", "problem_hint")


def render(form: str, outcomes: Sequence[Outcome]) -> str:
    """The outcomes as text that ends with one newline."""
    if form == "json":
        links = [
            {
                "tenant": place.tenant,
                "identity": place.identity,
                "result": _result(problem),
                "problem": asdict(problem) if problem else None,
            }
            for place, problem in outcomes
        ]
        data = {"kind": "sign_ins", "format": FORMAT, "links": links}
        return json_safe(dumps(data, indent=2, ensure_ascii=False)) + "\n"
    if form == "csv":
        return sheet(COLUMNS, map(_cells, outcomes))
    lines = _bullets(outcomes) if form == "markdown" else _lines(outcomes)
    return "".join(f"{line}\n" for line in lines)


def _result(problem: Problem | None) -> str:
    return "failed" if problem else "ok"


def _cells(outcome: Outcome) -> list[object]:
    place, problem = outcome
    said = [problem.code, problem.message, problem.hint] if problem else ["", "", ""]
    return [place.tenant, place.identity, _result(problem), *said]


def _lines(outcomes: Sequence[Outcome]) -> Iterable[str]:
    width = max((len(visible(place.tenant)) for place, _ in outcomes), default=0)
    for place, problem in outcomes:
        yield f"  {visible(place.tenant):{width}}  {visible(place.identity)}  {_result(problem)}"
        if problem:
            yield visible(f"       {problem.code}: {problem.message}")
            yield visible(f"       -> {problem.hint}")


def _bullets(outcomes: Sequence[Outcome]) -> Iterable[str]:
    for place, problem in outcomes:
        head = f"- **{escape(place.tenant)} / {escape(place.identity)}** {_result(problem)}"
        if problem is None:
            yield head
        else:
            said = f"{escape(problem.message)}<br>→ {escape(problem.hint)}"
            yield f"{head} {code(problem.code)}: {said}"
