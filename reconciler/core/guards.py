"""Is the plan safe to apply? Limits over all of it, each with its numbers and its way on.

Pure: it judges the changes a run is about to make against all that was observed, and writes
nothing itself.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may do without being asked twice. Shares are fractions from 0 to 1.

    change_share    updates and removals, of the links observed as linked
    remove_count    removals
    remove_share    removals, of the links observed
    incomplete      unreadable links, of all links
    new_partner_id  creations and updates to an ID that no read carries and no name confirms
    change_count    changes in one run; None means no limit
    plan_age        how old a saved plan may be
    attested_age    how old an attestation may be before it is a finding
    """

    change_share: float = 0.30
    remove_count: int = 10
    remove_share: float = 0.10
    incomplete: float = 0.50
    new_partner_id: int = 10
    change_count: int | None = None
    plan_age: timedelta = timedelta(hours=24)
    attested_age: timedelta = timedelta(days=365)
