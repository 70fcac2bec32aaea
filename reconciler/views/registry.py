"""Registry of all renderers: one function for each view and format."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from reconciler.views.formats import Format, View
from reconciler.views.terminal.layout import UNLIMITED, Page

RENDERERS: Mapping[View, Mapping[Format, str]] = {
    # A Plan.
    View.PLAN: {
        Format.TABLE: "terminal.plan.render_plan",
        Format.JSON: "json.render_plan",
        Format.MARKDOWN: "markdown.plan.render_plan",
        Format.CSV: "csv.render_plan",
        Format.HTML: "html.runs.render_plan",
    },
    # A Report.
    View.REPORT: {
        Format.TABLE: "terminal.plan.render_report",
        Format.JSON: "json.render_report",
        Format.MARKDOWN: "markdown.plan.render_report",
        Format.CSV: "csv.render_report",
        Format.HTML: "html.runs.render_report",
    },
    # A Plan; what is known of each link is in `known`.
    View.INVENTORY: {
        Format.TABLE: "terminal.plan.render_inventory",
        Format.JSON: "json.render_inventory",
        Format.MARKDOWN: "markdown.plan.render_inventory",
        Format.CSV: "csv.render_inventory",
        Format.HTML: "html.runs.render_inventory",
    },
    # A Plan; in every format but the table, it is an inventory.
    View.DISCOVERY: {
        Format.TABLE: "terminal.discovery.render",
        Format.JSON: "json.render_inventory",
        Format.MARKDOWN: "markdown.plan.render_inventory",
        Format.CSV: "csv.render_inventory",
    },
    # The same, of a run that checked access.
    View.ACCESS: {
        Format.TABLE: "lists.access.render_table",
        Format.JSON: "json.render_inventory",
        Format.MARKDOWN: "lists.access.render_markdown",
        Format.CSV: "lists.access.render_csv",
        Format.HTML: "html.runs.render_inventory",
    },
    # A GroupedInventory.
    View.INVENTORY_GROUPS: {
        Format.TABLE: "lists.inventory_groups.render_table",
        Format.JSON: "lists.inventory_groups.render_json",
        Format.MARKDOWN: "lists.inventory_groups.render_markdown",
        Format.CSV: "lists.inventory_groups.render_csv",
        Format.HTML: "lists.inventory_groups.render_html",
    },
    # A Checkup.
    View.CHECKUP: {
        Format.TABLE: "terminal.checkup.render",
        Format.JSON: "checkup.render_json",
        Format.MARKDOWN: "markdown.onboarding.render",
        Format.CSV: "checkup.render_csv",
    },
    # A sequence of RecordedRun, oldest first.
    View.RUNS: {
        Format.TABLE: "lists.runs.render_table",
        Format.JSON: "lists.runs.render_json",
        Format.MARKDOWN: "lists.runs.render_markdown",
        Format.CSV: "lists.runs.render_csv",
        Format.HTML: "lists.runs.render_html",
    },
    # A sequence of Period and Write, oldest first.
    View.EVENTS: {
        Format.TABLE: "lists.events.render_table",
        Format.JSON: "lists.events.render_json",
        Format.MARKDOWN: "lists.events.render_markdown",
        Format.CSV: "lists.events.render_csv",
        Format.HTML: "lists.events.render_html",
    },
    # A sequence of (Place, Problem or None).
    View.SIGN_INS: {
        Format.TABLE: "lists.sign_ins.render_table",
        Format.JSON: "lists.sign_ins.render_json",
        Format.MARKDOWN: "lists.sign_ins.render_markdown",
        Format.CSV: "lists.sign_ins.render_csv",
    },
    # A Validation.
    View.VALIDATION: {
        Format.TABLE: "validation.render_table",
        Format.JSON: "validation.render_json",
        Format.MARKDOWN: "validation.render_markdown",
        Format.CSV: "validation.render_csv",
        Format.GITHUB: "annotations.render",
    },
    # A sequence of Explanation.
    View.EXPLANATION: {
        Format.TABLE: "validation.explain_table",
        Format.JSON: "validation.explain_json",
        Format.MARKDOWN: "validation.explain_markdown",
        Format.CSV: "validation.explain_csv",
    },
}
"""The modules below `views` and their functions. A module is imported when it is used.

A function takes the fact, and for `Format.TABLE` also the page. It returns text that ends with a
newline.
"""


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
    module, _, name = RENDERERS[view][format].rpartition(".")
    renderer = getattr(import_module(f"reconciler.views.{module}"), name)
    page = (Page(width, color, is_full),) if format is Format.TABLE else ()
    return str(renderer(fact, *page))
