"""Which text for which fact in which format? The one table of all the renderers."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from reconciler.core.plan import FactKind, Plan, Report
from reconciler.views import csv, json
from reconciler.views.html import runs as html
from reconciler.views.markdown import plan as markdown
from reconciler.views.terminal import plan as table


class Format(StrEnum):
    """What `--format` takes."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


RENDERERS: Mapping[tuple[FactKind, str], Callable[..., str]] = {
    (FactKind.PLAN, Format.TABLE): table.render_plan,
    (FactKind.PLAN, Format.JSON): json.render_plan,
    (FactKind.PLAN, Format.MARKDOWN): markdown.render_plan,
    (FactKind.PLAN, Format.CSV): csv.render_plan,
    (FactKind.PLAN, Format.HTML): html.render_plan,
    (FactKind.REPORT, Format.TABLE): table.render_report,
    (FactKind.REPORT, Format.JSON): json.render_report,
    (FactKind.REPORT, Format.MARKDOWN): markdown.render_report,
    (FactKind.REPORT, Format.CSV): csv.render_report,
    (FactKind.REPORT, Format.HTML): html.render_report,
    (FactKind.INVENTORY, Format.TABLE): table.render_inventory,
    (FactKind.INVENTORY, Format.JSON): json.render_inventory,
    (FactKind.INVENTORY, Format.MARKDOWN): markdown.render_inventory,
    (FactKind.INVENTORY, Format.CSV): csv.render_inventory,
    (FactKind.INVENTORY, Format.HTML): html.render_inventory,
}
"""Each takes the fact: a report for `REPORT`, a plan for the others."""


def render(
    kind: FactKind, format: str, fact: Plan | Report, *, width: int = 80, color: bool = False
) -> str:
    """The fact as text that ends with one newline.

    format  one of `OutputFormat`, or its word
    width   columns of the terminal; like `color`, for tables only
    """
    renderer = RENDERERS[kind, format]
    if format == Format.TABLE:
        return renderer(fact, width=width, color=color)
    return renderer(fact)
