"""Registry of all renderers: one function for each view and format."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.views import access, annotations, checkup, csv, json, validation
from reconciler.views.formats import Format, View
from reconciler.views.lists import events, inventory_groups, runs, sign_ins
from reconciler.views.markdown import onboarding
from reconciler.views.markdown import plan as markdown
from reconciler.views.terminal import checkup as terminal_checkup
from reconciler.views.terminal import discovery as terminal_discovery
from reconciler.views.terminal import plan as table
from reconciler.views.terminal.layout import UNLIMITED, Page

Renderer = Callable[..., str]
"""Takes the fact, and for `Format.TABLE` also the page. Returns text that ends with a newline."""


def _html(name: str) -> Renderer:
    """A renderer of the HTML report. Its modules are imported when it is used, to start faster."""

    def render(fact: Any) -> str:
        from reconciler.views.html import runs

        return str(getattr(runs, name)(fact))

    return render


RENDERERS: Mapping[View, Mapping[Format, Renderer]] = {
    # A Plan.
    View.PLAN: {
        Format.TABLE: table.render_plan,
        Format.JSON: json.render_plan,
        Format.MARKDOWN: markdown.render_plan,
        Format.CSV: csv.render_plan,
        Format.HTML: _html("render_plan"),
    },
    # A Report.
    View.REPORT: {
        Format.TABLE: table.render_report,
        Format.JSON: json.render_report,
        Format.MARKDOWN: markdown.render_report,
        Format.CSV: csv.render_report,
        Format.HTML: _html("render_report"),
    },
    # A Plan; what is known of each link is in `known`.
    View.INVENTORY: {
        Format.TABLE: table.render_inventory,
        Format.JSON: json.render_inventory,
        Format.MARKDOWN: markdown.render_inventory,
        Format.CSV: csv.render_inventory,
        Format.HTML: _html("render_inventory"),
    },
    # A Plan; in every format but the table, it is an inventory.
    View.DISCOVERY: {
        Format.TABLE: terminal_discovery.render,
        Format.JSON: json.render_inventory,
        Format.MARKDOWN: markdown.render_inventory,
        Format.CSV: csv.render_inventory,
    },
    # The same, of a run that checked access.
    View.ACCESS: {
        Format.TABLE: access.render_table,
        Format.JSON: json.render_inventory,
        Format.MARKDOWN: access.render_markdown,
        Format.CSV: access.render_csv,
        Format.HTML: _html("render_inventory"),
    },
    # A GroupedInventory.
    View.INVENTORY_GROUPS: {
        Format.TABLE: inventory_groups.render_table,
        Format.JSON: inventory_groups.render_json,
        Format.MARKDOWN: inventory_groups.render_markdown,
        Format.CSV: inventory_groups.render_csv,
        Format.HTML: inventory_groups.render_html,
    },
    # A Checkup.
    View.CHECKUP: {
        Format.TABLE: terminal_checkup.render,
        Format.JSON: checkup.render_json,
        Format.MARKDOWN: onboarding.render,
        Format.CSV: checkup.render_csv,
    },
    # A sequence of RecordedRun, oldest first.
    View.RUNS: {
        Format.TABLE: runs.render_table,
        Format.JSON: runs.render_json,
        Format.MARKDOWN: lambda fact: runs.listing(fact).markdown(),
        Format.CSV: runs.render_csv,
        Format.HTML: lambda fact: runs.listing(fact).html(),
    },
    # A sequence of Period and Write, oldest first.
    View.EVENTS: {
        Format.TABLE: events.render_table,
        Format.JSON: events.render_json,
        Format.MARKDOWN: lambda fact: events.listing(fact).markdown(),
        Format.CSV: events.render_csv,
        Format.HTML: lambda fact: events.listing(fact).html(),
    },
    # A sequence of (Place, Problem or None).
    View.SIGN_INS: {
        Format.TABLE: sign_ins.render_table,
        Format.JSON: sign_ins.render_json,
        Format.MARKDOWN: sign_ins.render_markdown,
        Format.CSV: sign_ins.render_csv,
    },
    # A Validation.
    View.VALIDATION: {
        Format.TABLE: validation.render_table,
        Format.JSON: validation.render_json,
        Format.MARKDOWN: validation.render_markdown,
        Format.CSV: validation.render_csv,
        Format.GITHUB: annotations.render,
    },
    # A sequence of Explanation.
    View.EXPLANATION: {
        Format.TABLE: validation.explain_table,
        Format.JSON: validation.explain_json,
        Format.MARKDOWN: validation.explain_markdown,
        Format.CSV: validation.explain_csv,
    },
}


def render(
    view: View,
    format: Format,
    fact: Any,
    *,
    width: int = UNLIMITED,
    color: bool = False,
    is_full: bool = False,
) -> str:
    """Render a fact as text that ends with one newline.

    width    columns of the terminal; `UNLIMITED` for a pipe. For tables only, like the others
    is_full  list every link, also where many are alike
    """
    renderer = RENDERERS[view][format]
    if format is Format.TABLE:
        return renderer(fact, Page(width, color, is_full))
    return renderer(fact)
