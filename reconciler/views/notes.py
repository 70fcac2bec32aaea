"""Which few words go beside a link, in any format?"""

from reconciler.core.links import Action, ObservedState, WantedState
from reconciler.core.plan_json import iso
from reconciler.views.rows import QUIET, Row


def since(row: Row) -> str:
    """The day from which the link has been as it is: as far as was seen, or Azure's last change.

    Never its `createdTime`, which outlives a removal.
    """
    if row.known.linked_since:
        return iso(row.known.linked_since).partition("T")[0]
    return changed(row)


def changed(row: Row) -> str:
    """The day of Azure's last change to the link."""
    moment = row.observed.updated_at if row.observed else None
    return (moment or "").partition("T")[0]


def verified(row: Row) -> str:
    """The day on which Azure last answered for the link."""
    moment = row.known.verified_at
    return iso(moment).partition("T")[0] if moment else ""


def expires(row: Row) -> str:
    """The last day of the credential that the link is read with."""
    return str(row.known.expires_on or "")


def note(row: Row) -> str:
    """What is not as wanted, in a few words, and whom the link serves; empty where all is well."""
    return "; ".join(part for part in (_deviation(row), _last(row), serves(row)) if part)


def _last(row: Row) -> str:
    """What Azure last answered for a link that cannot be read now; empty where nobody knows."""
    if row.action is not Action.UNKNOWN or not row.known.verified_at:
        return ""
    return f"last read {verified(row)}: {row.known.last_partner_id or 'not linked'}"


def serves(row: Row) -> str:
    """The customers that a link in our own tenant serves; empty for all other links."""
    covers = row.change.wanted.covers
    return f"serves {len(covers)}: {', '.join(covers)}" if covers else ""


def _deviation(row: Row) -> str:
    wanted = row.change.wanted
    if row.action is Action.UNKNOWN:
        return row.problem.code if row.problem else row.change.reason
    if row.action in QUIET:
        return left_alone(row)
    if row.action is Action.NONE:
        is_read = row.observed is not None and row.observed.state is not ObservedState.UNKNOWN
        return "" if is_read else row.change.reason
    wish = (
        "no link is wanted"
        if wanted.state is WantedState.ABSENT
        else f"{wanted.partner_id} is wanted"
    )
    return f"not ours; {wish}" if row.action is Action.CONFLICT else wish


def left_alone(row: Row) -> str:
    """Why a link is held, attested or unmanaged: the file's reason, with that word in it."""
    word, reason = row.action.value, row.change.reason
    return reason if word in reason.casefold() else f"{word}: {reason}"
