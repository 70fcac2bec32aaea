"""Requests for roles that `doctor` writes to customers."""

from datetime import UTC, datetime

import pytest

from reconciler.core.access.role_requests import KnownAccess, with_role_requests
from reconciler.core.access.values import AccessReason, AccessVerdict
from reconciler.core.doctor.checkup import Checkup, LinkCheck
from reconciler.core.doctor.steps import State, Step, StepName
from reconciler.core.history.access_history import RecordedAccess, RecordedCover
from reconciler.core.identities import ClientSecret, Identity, SecretRef, User
from reconciler.core.links import Observed, ObservedState, Place

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
HOME, THERE = (f"00000000-0000-4000-8000-{n:012d}" for n in (1, 2))
IDENTITIES: dict[str, Identity] = {
    "app": ClientSecret("app", client_id="the-app", secret=(SecretRef("env", "PAL_SECRET"),)),
    "person": User("person", username="pal@contoso.example"),
}


def found(reason: str, *own: str, verdict: str = "none") -> RecordedAccess:
    return RecordedAccess(
        AT, AT, AccessVerdict(verdict), AccessReason(reason), "found this", own=own
    )


def checkup(identity: str = "app") -> Checkup:
    """One link that is ready."""
    place = Place("Contoso", HOME, identity)
    seen = Observed(ObservedState.LINKED, HOME, "oid", "4936128")
    link = LinkCheck(place, (), seen)
    return Checkup((), Step(StepName.CLOCK, State.OK), (), (link,), "digest", AT, "1")


def remedy(access: RecordedAccess, identity: str = "app") -> str | None:
    """What the customer of that link is asked to do."""
    known = KnownAccess({("Contoso", identity): access}, {}, {}, {})
    request = with_role_requests(checkup(identity), known, IDENTITIES).checks[0].request
    return request.remedy if request else None


def test_the_command_names_the_subscriptions_of_the_last_check() -> None:
    """Up to three have a command each; more are listed behind one command."""
    few = remedy(found("reader_only", "s1", "s2")) or ""
    assert "--scope /subscriptions/s1 && az" in few
    assert "--scope /subscriptions/s2`" in few
    assert "SUBSCRIPTION_ID" not in few
    many = remedy(found("reader_only", *"abcd")) or ""
    assert "/subscriptions/SUBSCRIPTION_ID`" in many
    assert "We see these: a, b, c, d" in many


def test_unknown_subscriptions_are_a_placeholder_with_a_sentence() -> None:
    """Nothing is visible to the principal, so the customer knows more."""
    text = remedy(found("no_subscription")) or ""
    assert "--scope /subscriptions/SUBSCRIPTION_ID`" in text
    assert "replace SUBSCRIPTION_ID by the ID of each" in text


@pytest.mark.parametrize("reason", ["reader_only", "no_subscription", "only_pim_eligible"])
def test_the_customer_learns_why(reason: str) -> None:
    """Why a minimal role is enough, and why a permanent one is needed."""
    text = remedy(found(reason)) or ""
    assert "Support Request Contributor is enough: it can open support requests" in text
    assert "Assign it permanently: a role that PIM activates counts only while it is active" in text


@pytest.mark.parametrize(
    ("identity", "start"),
    [("app", "add an application user for the app `the-app`"), ("person", "give `pal@contoso")],
)
def test_power_platform_needs_no_azure_role(identity: str, start: str) -> None:
    """A principal that is not a user of an environment is added there."""
    text = remedy(found("not_a_member"), identity) or ""
    assert text.startswith(start)
    assert "az role" not in text


@pytest.mark.parametrize(
    "access", [found("owns_nothing"), found("role_listed", verdict="eligible")]
)
def test_nothing_is_asked_where_the_customer_cannot_help(access: RecordedAccess) -> None:
    """It is our own work to own something."""
    assert remedy(access) is None


def covered(customer: str, tenant_id: str | None, directory: str) -> Checkup:
    """The checkup of a link that covers a customer, which delegates nothing."""
    key = ("Contoso", "app")
    cover = RecordedCover(*key, customer, tenant_id, found("no_subscription"))
    known = KnownAccess(
        {key: found("no_subscription")},
        {(key, customer): cover},
        {key: (customer,)},
        {customer: directory},
    )
    return with_role_requests(checkup(), known, IDENTITIES)


def test_a_covered_customer_is_asked_for_a_delegation() -> None:
    """And our own tenant, which the link is in, for nothing."""
    asked = covered("Fabrikam", THERE, THERE)
    assert asked.checks[0].request is None
    (one,) = asked.covered
    assert (one.tenant, one.tenant_id) == ("Fabrikam", THERE)
    assert f'{{"managedByTenantId": "{HOME}", "authorizations"' in one.request.remedy
    assert "eligibleAuthorizations" in one.request.remedy
    assert "az role" not in one.request.remedy


@pytest.mark.parametrize("tenant_id", [HOME, None])
def test_a_verdict_about_another_directory_asks_nobody(tenant_id: str | None) -> None:
    """The file has named another directory since, or its domain could not be resolved."""
    assert covered("Fabrikam", tenant_id, THERE).covered == ()
