"""Table of every link in the Markdown of an inventory."""

from collections.abc import Sequence

from reconciler.views.markdown.escape import code, escape, table
from reconciler.views.notes import access, changed, expires, note, since, verified
from reconciler.views.rows import Row

_INVENTORY_COLUMNS = (
    *("tenant", "tenant ID", "identity", "state", "partner ID", "partner name", "since", "note"),
    *("principal", "last change", "last verified", "credential expires", "tags"),
)


def inventory_table(rows: Sequence[Row], *, has_access: bool) -> list[str]:
    """Return the table of links; with two columns more if access was checked."""
    columns = (*_INVENTORY_COLUMNS, *(("access", "access found") if has_access else ()))
    cells = ([*_inventory_cells(row), *(_access_cells(row) if has_access else ())] for row in rows)
    return table(columns, cells)


def _access_cells(row: Row) -> list[str]:
    return [access(row), escape(row.access.message) if row.access else ""]


def _inventory_cells(row: Row) -> list[str]:
    seen = row.observed
    return [
        escape(row.tenant),
        code(row.directory),
        escape(row.identity),
        row.state,
        escape(seen.partner_id or "") if seen else "",
        escape(seen.partner_name or "") if seen else "",
        escape(since(row)),
        escape(note(row)),
        code(object_id) if (object_id := seen.object_id if seen else None) else "",
        escape(changed(row)),
        verified(row),
        expires(row),
        escape(", ".join(row.change.wanted.tags)),
    ]
