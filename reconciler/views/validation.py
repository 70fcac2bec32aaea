"""Results of `validate`: the errors of the file, and with `--explain` the source of each value."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from reconciler.core.customers.explanations import ExplainedValue, Explanation
from reconciler.core.plan_json import FORMAT, Data, text
from reconciler.core.text import visible
from reconciler.views.csv import sheet
from reconciler.views.markdown.escape import escape, lines_of, table
from reconciler.views.terminal.layout import FIXED, Cell, Column, Page, text_column, widest

_LOCATED = re.compile(r"(.+?):(\d+):(\d+): (.*)", re.DOTALL)

COLUMNS = ("tenant", "identity", "key", "value", "source", "where")


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of checking the file.

    errors    its errors, each with its place; none for a valid file
    links     how many links the selection holds; None for an invalid file
    findings  findings of a valid file, for formats that show them with the result
    folder    the folder in the repository that relative paths start from, for annotations
    """

    errors: Sequence[str] = ()
    links: int | None = None
    findings: Sequence[str] = ()
    folder: str = ""


def render_table(validation: Validation, page: Page | None = None) -> str:  # noqa: ARG001 - every table gets a page
    """Render the errors, or that the file is valid."""
    if validation.errors:
        return lines_of(map(visible, validation.errors))
    return f"The file is valid: {validation.links} link{'s' * (validation.links != 1)}.\n"


def render_markdown(validation: Validation) -> str:
    """Render the errors as a Markdown list, or that the file is valid."""
    if validation.errors:
        return lines_of(f"- {escape(error)}" for error in validation.errors)
    return render_table(validation)


def render_json(validation: Validation) -> str:
    """Render the result as JSON."""
    return text(
        {
            "kind": "validation",
            "format": FORMAT,
            "valid": not validation.errors,
            "links": validation.links,
            "complaints": list(validation.errors),
            "errors": [located(error) for error in validation.errors],
        }
    )


def render_csv(validation: Validation) -> str:
    """Render the errors as CSV."""
    return sheet(["complaint"], ([error] for error in validation.errors))


def located(error: str) -> Data:
    """Split `FILE:LINE:COLUMN: MESSAGE`; an error without a place has only a message."""
    match = _LOCATED.fullmatch(error)
    if match is None:
        return {"file": None, "line": None, "column": None, "message": error}
    file, line, column, message = match.groups()
    return {"file": file, "line": int(line), "column": int(column), "message": message}


def explain_table(explained: Sequence[Explanation], page: Page) -> str:
    """Render the values of each tenant, with their sources."""
    return "\n\n".join("\n".join(_lines(one, page)) for one in explained) + "\n"


def explain_markdown(explained: Sequence[Explanation]) -> str:
    """Render the values as a Markdown table."""
    return lines_of(table(COLUMNS, ([escape(cell) for cell in row] for row in _rows(explained))))


def explain_json(explained: Sequence[Explanation]) -> str:
    """Render the values as JSON."""
    tenants = [
        {"tenant": one.tenant, "values": [asdict(value) for value in one.values]}
        for one in explained
    ]
    return text({"kind": "explanation", "format": FORMAT, "tenants": tenants})


def explain_csv(explained: Sequence[Explanation]) -> str:
    """Render the values as CSV."""
    return sheet(COLUMNS, _rows(explained))


def _rows(explained: Sequence[Explanation]) -> Iterator[list[str]]:
    for one in explained:
        for value in one.values:
            yield [
                *(one.tenant, value.identity or "", value.key),
                *(value.value, value.source, value.where),
            ]


def _lines(one: Explanation, page: Page) -> Iterator[str]:
    """Yield the tenant's name, then each value: key, value, source, place.

    A narrow page has the source only where there is no place.
    """
    rows = [
        [Cell(visible(cell)) for cell in (_key(value), value.value, value.source, value.where)]
        for value in one.values
    ]
    columns: tuple[Column, ...] = (FIXED, text_column(), FIXED, FIXED)
    if widest(rows, columns) > page.width:
        rows = [[key, value, where if where.text else source] for key, value, source, where in rows]
        columns = columns[:3]
    yield visible(one.tenant)
    identity = None
    for value, lines in zip(one.values, page.table(rows, columns), strict=True):
        if value.identity != identity:
            identity = value.identity
            yield f"  {visible(identity or '')}"
        yield from lines


def _key(value: ExplainedValue) -> str:
    return f"  {value.key}" if value.identity else value.key
