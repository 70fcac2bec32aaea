"""Partner IDs of the file, checked in Partner Center by a person at a terminal."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reconciler.cli.output import asks_here
from reconciler.core.doctor.partner_ids import check_partner_ids, partner_id_findings
from reconciler.core.errors import WrongUsage
from reconciler.core.links import Place

if TYPE_CHECKING:
    from reconciler.cli.run import Run
    from reconciler.cli.selected_links import Selection
    from reconciler.core.doctor.checkup import Checkup


def home_of(selection: Selection, identity: str) -> Place:
    """The person's own directory. Raises `WrongUsage` for an app, and without a terminal.

    Partner Center answers only people who signed in with MFA.
    """
    known = selection.config.identities
    if identity not in known or not known[identity].is_person:
        people = ", ".join(name for name in known if known[name].is_person) or "none"
        raise WrongUsage(
            f"--partner-ids takes a person: an identity of kind user or azure_cli; the file has: "
            f"{people}"
        )
    if not asks_here():
        raise WrongUsage(
            "--partner-ids needs a terminal, because Partner Center answers only people who "
            "signed in with MFA; leave it out in unattended runs"
        )
    home = (known[identity].username or "").rpartition("@")[2].casefold()
    return Place(home, home, identity)


def with_partner_ids(run: Run, checkup: Checkup, home: Place) -> Checkup:
    """The checkup with what Partner Center says about each partner ID of the file."""
    config = run.config
    wanted = (want.partner_id for want in config.wanted if want.partner_id)
    partner_ids = (*config.partners.values(), *wanted)
    with run.working("Asking Partner Center", 0):
        checks = check_partner_ids(partner_ids, partial(run.azure.partner_profile, home))
    found = config.reported(partner_id_findings(checks, config.partner_names))
    return replace(checkup, partner_ids=checks, findings=(*checkup.findings, *found))
