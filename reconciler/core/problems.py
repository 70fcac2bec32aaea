"""Problem codes that decisions depend on, and the problems that core and engine create.

No decision depends on any other code.
"""

from collections.abc import Sequence

from reconciler.core.errors import kind_of
from reconciler.core.links import Place, Problem

PRINCIPAL_GONE = frozenset({"app_not_in_tenant", "no_such_tenant"})
"""No principal is left that could carry a link."""

BROKEN_IDENTITY = frozenset(
    {"invalid_client_secret", "invalid_client_certificate", "expired_client_secret"}
)
"""This credential may fail in every tenant."""

CREDENTIAL_UNUSABLE = "credential_unusable"
"""The credential cannot be used, so no sign-in was tried."""

INVALID_PARTNER_ID = "invalid_partner_id"
"""Azure does not know this partner ID."""

NAME_MISMATCH = "partner_name_mismatch"
"""A partner ID has another name in Azure than in the file."""

DUPLICATE_PRINCIPAL = "duplicate_principal"
"""Several entries of the file reach one principal, which has one link."""

INTERRUPTED = Problem(
    "interrupted", "not tried: the run was interrupted", "run again; completed changes are kept"
)
DEADLINE = Problem(
    "deadline",
    "not tried: the run's deadline was reached",
    "run again, with a longer --deadline or a higher --concurrency",
)
LIMIT = Problem(
    "limit", "not tried: beyond --max-changes", "run again for the next changes, in file order"
)


def duplicate_principal(places: Sequence[Place]) -> Problem:
    """The problem of entries of the file that reach the same principal."""
    entries = ", ".join(f"{place.tenant} / {place.identity}" for place in places)
    return Problem(
        DUPLICATE_PRINCIPAL,
        f"these entries reach the same principal, which has one link: {entries}",
        "keep one of the entries, or use another identity for each",
    )


def identity_broken(identity: str, cause: Problem) -> Problem:
    """The problem of links that were not tried because two tenants refused their identity."""
    return Problem(
        cause.code,
        f"not tried: other tenants rejected identity {identity} in this run: {cause.message}",
        cause.hint,
    )


def name_mismatch(
    partner_id: str, wanted: Sequence[str], answered: str, carriers: Sequence[str]
) -> Problem:
    """The problem of a partner ID that has another name in Azure than in the file."""
    return Problem(
        NAME_MISMATCH,
        f'Azure names partner {partner_id} "{answered}", but the file says {_quoted(wanted)}; '
        f"carried by: {_first_ten(carriers)}",
        "check the ID in Partner Center; if it is right, correct name: under partners:",
    )


def name_unconfirmed(partner_id: str, wanted: Sequence[str], carriers: Sequence[str]) -> Problem:
    """The problem of a new ID whose name Azure did not answer to an unattended run."""
    return Problem(
        "partner_name_unconfirmed",
        f"partner {partner_id} is new, and Azure returned no name to compare with "
        f"{_quoted(wanted)}; carried by: {_first_ten(carriers)}",
        "check the ID in Partner Center; if it is right, run apply, or nightly --repair with "
        "--allow new-partner-id",
    )


def _quoted(names: Sequence[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)


def _first_ten(tenants: Sequence[str]) -> str:
    more = len(tenants) - 10
    return ", ".join(tenants[:10]) + (f" and {more} more" if more > 0 else "")


def journal_failed(error: Exception) -> Problem:
    """The problem of changes that were not tried because the journal or a lock failed."""
    return Problem(
        "journal_failed",
        f"not tried: {error}",
        "check that the state directory has free space and is not being changed, then run again",
    )


def clock_skew(skew_s: int, host: str) -> Problem:
    """The problem of a wrong clock.

    skew_s  seconds that this machine's clock is ahead of the host's; negative if it is behind
    """
    minutes, seconds = divmod(abs(skew_s), 60)
    way = "ahead of" if skew_s > 0 else "behind"
    return Problem(
        "clock_skew",
        f"this machine's clock is {minutes} min {seconds} s {way} {host}",
        "synchronise the clock with NTP: tokens are rejected if it is more than five minutes off",
    )


def worker_lost(error: BaseException) -> Problem:
    """The problem of a link whose worker process ended, on every try."""
    return Problem(
        "worker_lost",
        f"the worker stopped while it worked on this link: {kind_of(error)}",
        "the link's state is unknown; check the workers' memory and logs, then run again",
    )


def internal(error: BaseException) -> Problem:
    """The problem of a bug in this program, which costs one link and not the run."""
    return Problem(
        "internal_error",
        f"the program failed on this link: {kind_of(error)}",
        "this is a bug: report it with the log of --log-level debug",
    )
