"""Partner IDs as Partner Center knows them, before anything is written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartnerProfile:
    """What Partner Center says about a partner ID.

    name  the name of the partner; None if the answer has none
    """

    partner_id: str
    is_known: bool
    name: str | None = None
