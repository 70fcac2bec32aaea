"""Short notes beside a link: dates, deviations, and the customers it serves."""

from reconciler.core.inventory.inventory import changed_at, day
from reconciler.core.links import Action, ObservedState, WantedState
from reconciler.views.rows import QUIET, Row


def since(row: Row) -> str:
    """Return the first day on which the link was seen as it is now, or Azure's last change.

    Azure's `createdTime` is not used: it outlives a removal.
    """
    return day(row.known.linked_since) or changed(row)


def changed(row: Row) -> str:
    """Return the day of Azure's last change to the link; empty if Azure gave no valid time."""
    return day(changed_at(row.observed)) or ""


def verified(row: Row) -> str:
    """Return the day on which Azure last answered for the link."""
    return day(row.known.verified_at) or ""


def expires(row: Row) -> str:
    """Return the last day of the credential that reads the link."""
    return day(row.known.expires_on) or ""


def access(row: Row) -> str:
    """Return the verdict about the principal's access, in the word used in JSON."""
    return row.access.verdict if row.access else ""


def note(row: Row) -> str:
    """Return what is not as wanted, in a few words, and the customers that the link serves."""
    return "; ".join(filter(None, (_deviation(row), _last(row), serves(row))))


def serves(row: Row) -> str:
    """Return the customers that a link in the partner's own tenant serves; else empty."""
    covers = row.change.wanted.covers
    return f"serves {len(covers)}: {', '.join(covers)}" if covers else ""


def left_alone(row: Row) -> str:
    """Return why a link is held, attested or unmanaged: that word and the file's reason."""
    word, reason = row.action.value, row.change.reason
    return reason if word in reason.casefold() else f"{word}: {reason}"


def _last(row: Row) -> str:
    """Return Azure's last answer for a link that cannot be read now; empty if none is known."""
    if row.action is not Action.UNKNOWN or not row.known.verified_at:
        return ""
    return f"last read {verified(row)}: {row.known.last_partner_id or 'not linked'}"


def _deviation(row: Row) -> str:
    wanted = row.change.wanted
    if row.action is Action.UNKNOWN:
        return row.problem.code if row.problem else row.change.reason
    if row.action in QUIET:
        return left_alone(row)
    if row.action is Action.NONE:
        is_read = row.observed is not None and row.observed.state is not ObservedState.UNKNOWN
        return "" if is_read else row.change.reason
    wish = f"wanted: {'no link' if wanted.state is WantedState.ABSENT else wanted.partner_id}"
    return f"not listed in the file; {wish}" if row.action is Action.CONFLICT else wish
