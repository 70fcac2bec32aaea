"""Which text for which fact in which format? The one table of all the renderers."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from reconciler.core.plan import Kind, Plan, Report
from reconciler.views import csv, json, markdown, table
from reconciler.views.html import runs as html


class Format(StrEnum):
    """What `--format` takes."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


RENDERERS: Mapping[tuple[Kind, str], Callable[..., str]] = {
    (Kind.PLAN, Format.TABLE): table.render_plan,
    (Kind.PLAN, Format.JSON): json.render_plan,
    (Kind.PLAN, Format.MARKDOWN): markdown.render_plan,
    (Kind.PLAN, Format.CSV): csv.render_plan,
    (Kind.PLAN, Format.HTML): html.render_plan,
    (Kind.REPORT, Format.TABLE): table.render_report,
    (Kind.REPORT, Format.JSON): json.render_report,
    (Kind.REPORT, Format.MARKDOWN): markdown.render_report,
    (Kind.REPORT, Format.CSV): csv.render_report,
    (Kind.REPORT, Format.HTML): html.render_report,
    (Kind.INVENTORY, Format.TABLE): table.render_inventory,
    (Kind.INVENTORY, Format.JSON): json.render_inventory,
    (Kind.INVENTORY, Format.MARKDOWN): markdown.render_inventory,
    (Kind.INVENTORY, Format.CSV): csv.render_inventory,
    (Kind.INVENTORY, Format.HTML): html.render_inventory,
}
"""Each takes the fact: a report for `REPORT`, a plan for the others."""


def render(
    kind: Kind, format: str, fact: Plan | Report, *, width: int = 80, color: bool = False
) -> str:
    """The fact as text that ends with one newline.

    format  one of `Format`, or its word
    width   columns of the terminal; like `color`, for tables only
    """
    renderer = RENDERERS[kind, format]
    if format == Format.TABLE:
        return renderer(fact, width=width, color=color)
    return renderer(fact)
