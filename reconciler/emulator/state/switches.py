"""Switches for behaviour of Azure that is not documented."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from reconciler.emulator.seed.fields import ErrorStatus, Positive


class Switches(BaseModel):
    """Behaviour that Azure does not document; each default is an assumption.

    put_while_linked: `refuse` leaves the link, `overwrite` re-points it
    already_linked_status: the HTTP status of that refusal
    patch_same_id: PATCH to the ID already linked leaves the version `unchanged` or `counts`
    delete_other_id: DELETE of another ID than the linked one will `remove` the link, `ignore` the
        request with 200, or `refuse` it with 404
    delete_while_unlinked: a second DELETE leaves the version `unchanged` or `counts`
    read_other_id_status: the HTTP status of GET by another ID than the linked one
    throttling: ARM's token buckets are `off`, or those of the `public` cloud
    foreign_status: the HTTP status for a principal that has no account in the tenant
    narrow_subscriptions: a subscription where the caller has a role below it only is `listed` or
        `hidden`
    unreadable_assignments: without the right to read role assignments, their list is a refusal
        (`refuse`) or `empty`
    pim: PIM's lists are `available`, or missing for lack of a license (`no_license`, 400), or
        refused (`refuse`, 403)
    page_size: entries of a page in Azure Resource Manager's lists
    discovery_for_apps_status: the HTTP status of Power Platform's discovery service for apps
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    put_while_linked: Literal["refuse", "overwrite"] = "refuse"
    already_linked_status: ErrorStatus = 409
    patch_same_id: Literal["unchanged", "counts"] = "unchanged"
    delete_other_id: Literal["remove", "ignore", "refuse"] = "remove"
    delete_while_unlinked: Literal["unchanged", "counts"] = "unchanged"
    read_other_id_status: ErrorStatus = 404
    foreign_status: ErrorStatus = 403
    throttling: Literal["off", "public"] = "off"
    narrow_subscriptions: Literal["listed", "hidden"] = "listed"
    unreadable_assignments: Literal["refuse", "empty"] = "refuse"
    pim: Literal["available", "no_license", "refuse"] = "available"
    page_size: Positive = 100
    discovery_for_apps_status: ErrorStatus = 403
