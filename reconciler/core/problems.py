"""Which problems mean something to the engine? Their codes, and the problems it raises itself.

All other codes are the edges' own words, and nothing is decided from them.
"""

from collections.abc import Sequence

from reconciler.core.errors import kind_of
from reconciler.core.links import Place, Problem

PRINCIPAL_GONE = frozenset({"app_not_in_tenant", "no_such_tenant"})
"""There is no principal left that could carry a link."""

BROKEN_IDENTITY = frozenset(
    {"invalid_client_secret", "invalid_client_certificate", "expired_client_secret"}
)
"""This credential may be wrong everywhere."""

CREDENTIAL_UNUSABLE = "credential_unusable"
"""There is nothing to sign in with; nobody was asked."""

INVALID_PARTNER_ID = "invalid_partner_id"
"""Azure says that this ID is no partner."""

NAME_MISMATCH = "partner_name_mismatch"
"""Azure knows an ID under another name than the file."""

DUPLICATE_PRINCIPAL = "duplicate_principal"
"""Several entries of the file reach one principal, which has one link."""

INTERRUPTED = Problem(
    "interrupted", "not tried: the run was interrupted", "run again; what was done stays done"
)
DEADLINE = Problem(
    "deadline",
    "not tried: the run's deadline was reached",
    "run again, with a longer --deadline or a higher --concurrency",
)
LIMIT = Problem(
    "limit", "not tried: beyond --max-changes", "run again for the next ones, in file order"
)


def duplicate_principal(places: Sequence[Place]) -> Problem:
    """Several entries of the file reach one principal."""
    entries = ", ".join(f"{place.tenant} / {place.identity}" for place in places)
    return Problem(
        DUPLICATE_PRINCIPAL,
        f"these entries all reach one principal, which has one link: {entries}",
        "keep one of the entries, or give each an identity of its own",
    )


def identity_broken(identity: str, cause: Problem) -> Problem:
    """An identity was refused by two tenants and accepted by none."""
    return Problem(
        cause.code,
        f"not tried: identity {identity} was refused elsewhere in this run: {cause.message}",
        cause.hint,
    )


def name_mismatch(
    partner_id: str, wanted: Sequence[str], answered: str, carriers: Sequence[str]
) -> Problem:
    """Azure knows this ID under another name than the file says."""
    names = " or ".join(f'"{name}"' for name in wanted)
    where = ", ".join(carriers[:10]) + (f" and {len(carriers) - 10} more" * (len(carriers) > 10))
    return Problem(
        NAME_MISMATCH,
        f'Azure calls partner {partner_id} "{answered}", the file says {names}; '
        f"carried by: {where}",
        "check the ID in Partner Center; if it is right, correct name: under partners:",
    )


def name_unconfirmed(partner_id: str, wanted: Sequence[str], carriers: Sequence[str]) -> Problem:
    """Azure's answer for a new ID carried no name, so an unattended run goes no further with it."""
    names = " or ".join(f'"{name}"' for name in wanted)
    where = ", ".join(carriers[:10]) + (f" and {len(carriers) - 10} more" * (len(carriers) > 10))
    return Problem(
        "partner_name_unconfirmed",
        f"partner {partner_id} is new, and Azure did not answer its name, {names}; "
        f"carried by: {where}",
        "check the ID in Partner Center; if it is right, run apply, or nightly --repair with "
        "--allow new-partner-id",
    )


def journal_failed(error: Exception) -> Problem:
    """The journal cannot be written or a lock was lost, so nothing more is written."""
    return Problem(
        "journal_failed",
        f"not tried: {error}",
        "see that the state directory stays as it is and has room; then run again",
    )


def clock_skew(skew_s: int, host: str) -> Problem:
    """This machine's clock is too far from a host's; `skew_s` is positive when it is ahead."""
    minutes, seconds = divmod(abs(skew_s), 60)
    way = "ahead of" if skew_s > 0 else "behind"
    return Problem(
        "clock_skew",
        f"this machine's clock is {minutes} min {seconds} s {way} {host}",
        "set the clock, by NTP: tokens are refused when it is more than five minutes off",
    )


def worker_lost(error: BaseException) -> Problem:
    """The process or the machine that worked on this link is gone, and no other could finish it."""
    return Problem(
        "worker_lost",
        f"the worker died on this link: {kind_of(error)}"[:300],
        "nothing is concluded from it; see to the workers' memory and logs, then run again",
    )


def internal(error: BaseException) -> Problem:
    """A mistake of the program itself, caught so that it costs one link and not the run."""
    return Problem(
        "internal_error",
        f"the program failed on this link: {kind_of(error)}"[:300],
        "this is a bug: report it with the log of --log-level debug",
    )
