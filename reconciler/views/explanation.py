"""What does the file say of each tenant, and where? In each format."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from json import dumps

from reconciler.core.customers.explanations import ExplainedValue, Explanation
from reconciler.core.plan_json import FORMAT
from reconciler.core.text import json_safe, visible
from reconciler.views.csv import sheet
from reconciler.views.markdown.escape import escape, table

COLUMNS = ("tenant", "identity", "key", "value", "source", "where")


def render(form: str, explained: Sequence[Explanation]) -> str:
    """The explanations as text that ends with one newline."""
    if form == "json":
        tenants = [
            {"tenant": one.tenant, "values": [asdict(said) for said in one.values]}
            for one in explained
        ]
        data = {"kind": "explanation", "format": FORMAT, "tenants": tenants}
        return json_safe(dumps(data, indent=2, ensure_ascii=False)) + "\n"
    if form == "csv":
        return sheet(COLUMNS, (list(_cells(one, said)) for one in explained for said in one.values))
    if form == "markdown":
        rows = ([escape(c) for c in _cells(one, said)] for one in explained for said in one.values)
        return "".join(f"{line}\n" for line in table(COLUMNS, rows))
    return "\n\n".join("\n".join(_lines(one)) for one in explained) + "\n"


def _cells(one: Explanation, said: ExplainedValue) -> Sequence[str]:
    return [one.tenant, said.identity or "", said.key, said.value, said.source, said.where]


def _lines(one: Explanation) -> Iterator[str]:
    """The tenant's name, then a line a value: key, value, what says so, where."""
    rows = [
        [visible(cell) for cell in (_key(said), said.value, said.source, said.where)]
        for said in one.values
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    yield visible(one.tenant)
    identity = None
    for said, row in zip(one.values, rows, strict=True):
        if said.identity != identity:
            identity = said.identity
            yield f"  {visible(identity or '')}"
        cells = [f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)]
        yield f"  {'  '.join([*cells, row[3]])}".rstrip()


def _key(said: ExplainedValue) -> str:
    return f"  {said.key}" if said.identity else said.key
