"""Titles of causes: a stable code in words that a reader understands without the documentation."""

import re

_TITLES = {
    "access_ends": "A role ends soon",
    "access_none": "Linked, but without a role that counts",
    "app_disabled": "The app is disabled",
    "app_not_in_tenant": "The app is not in the customer's tenant",
    "conditional_access": "Blocked by Conditional Access",
    "conflict": "Linked to a partner ID that is not listed",
    "covered_by_nothing": "No link to one of our partner IDs",
    "covers_nothing": "Listed under covers:, but without a delegation",
    "customer_not_listed": "Customers that the file does not list",
    "deadline": "Not finished: the deadline passed",
    "delegated_not_listed": "Delegated customers that the file does not list",
    "directory_changed": "The domain now leads to another directory",
    "duplicate_principal": "Several entries reach one principal",
    "expired_client_secret": "The client secret has expired",
    "foreign_principal": "The principal is not in the customer's tenant",
    "gdap_ends": "GDAP relationships that end soon",
    "interrupted": "Not tried: the run was interrupted",
    "invalid_partner_id": "Azure does not know the partner ID",
    "invalid_client_certificate": "The client certificate is rejected",
    "invalid_client_secret": "The client secret is rejected",
    "limit": "Left for a later run by --max-changes",
    "no_such_tenant": "The tenant was not found",
    "nobody_came": "The sign-in was not completed in time",
    "only_one_principal": "Linked through one principal only",
    "only_people": "Linked through people only",
    "other_cloud": "The tenant is in another cloud",
    "partner_name_mismatch": "Azure returned another partner name",
    "person_needed": "A person has to sign in",
    "power_platform_by_lighthouse": "Power Platform: Azure Lighthouse does not help",
    "power_platform_ownership": "Power Platform: the principal must own what counts",
    "throttled": "Azure asked to try again later",
    "unavailable": "Azure did not answer",
    "unexpected_answer": "An answer was not understood",
    "unreadable_for_nights": "Unreadable for several days",
    "user_gone": "The user is not in the tenant",
}
"""Where the words of a code do not make a title."""


def title_of(code: str) -> str:
    """Return the title of a code of a problem or finding."""
    words = re.sub(r"\bids?\b", lambda found: "ID" + found[0][2:], code.replace("_", " "))
    return _TITLES.get(code) or words[:1].upper() + words[1:]
