"""Reasons: why a link is not in sync, in a few words for one cell of the table."""

from reconciler.core.links import WRITES, Action
from reconciler.views.html.titles import title_of
from reconciler.views.notes import left_alone, note, serves
from reconciler.views.rows import QUIET, Row

_WRITES = {
    Action.CREATE: "Not linked yet",
    Action.UPDATE: "Carries another partner ID",
    Action.REMOVE: "To be removed",
}


def reason(row: Row) -> str:
    """Return the reason; for a link in sync, the customers that it serves, or nothing."""
    if row.cause:
        return title_of(row.cause.code)
    if row.action in WRITES and row.outcome is None:
        return _WRITES[row.action]
    if row.action in QUIET:
        return left_alone(row)
    return note(row) if row.is_in_sync else serves(row)
