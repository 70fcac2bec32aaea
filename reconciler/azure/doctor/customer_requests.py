"""Requests to customers: what their administrator can do about an error code.

A hint of `error_codes` is for the engineer who runs the command; a request is mailed to the
customer. Codes that are not listed here are for the partner to fix.
"""

from collections.abc import Mapping
from urllib.parse import quote

from reconciler.azure.error_codes import SignIn
from reconciler.azure.sign_in_errors import TENANT_RESTRICTED
from reconciler.core.doctor.checkup import CustomerRequest
from reconciler.core.links import Problem

_ADMINISTRATOR = "an administrator of your directory"
_APP = "the application {client_id}"

_REQUESTS: Mapping[str, tuple[str, str, str]] = {
    "app_not_in_tenant": (
        _APP + " is not in your directory",
        "an administrator of your directory; or we do it, if you granted us the GDAP role "
        "Cloud Application Administrator",
        "run `az ad sp create --id {client_id}`, which adds the application and grants it nothing; "
        "or open the consent link",
    ),
    "app_disabled": (
        "sign-in is disabled for " + _APP,
        _ADMINISTRATOR,
        "open the application {client_id} under Enterprise applications, Properties, and set "
        "Enabled for users to sign-in to Yes",
    ),
    "conditional_access": (
        "a Conditional Access policy blocks the sign-in of " + _APP,
        _ADMINISTRATOR,
        "exclude the application from that policy, or allow the address that we sign in from; "
        "the sign-in log names the policy",
    ),
    "forbidden": (
        "a policy denies the requests of " + _APP,
        _ADMINISTRATOR,
        "allow this principal to call Microsoft.ManagementPartner in Azure Resource Manager",
    ),
    "foreign_principal": (
        "our account has no object of its own in your directory, and delegated admin rights "
        "(GDAP, CSP) create none",
        _ADMINISTRATOR + ", together with us",
        "add our application by the consent link, invite our user as a guest, "
        "or delegate to us with Azure Lighthouse",
    ),
    "person_needed": (
        "a person has to sign in, or to consent",
        "the person on our side who signs in here; your administrator, if consent is asked for",
        "sign in to this directory once, with MFA",
    ),
    "user_gone": (
        "our user is not in your directory, or is disabled",
        _ADMINISTRATOR,
        "enable the user or invite the user again; if the person has left our company, tell us, "
        "and we will name another account",
    ),
}

_WITH_LINK = frozenset({"app_not_in_tenant", "foreign_principal"})
"""Codes for which admin consent creates the app's principal in the directory."""


def request_for(problem: Problem, who: SignIn) -> CustomerRequest | None:
    """The request to the customer for this problem; None if the customer cannot fix it."""
    texts = _REQUESTS.get(problem.code)
    if texts is None or problem.hint == TENANT_RESTRICTED or _is_ours(problem):
        return None
    missing, whose, remedy = (text.format(client_id=who.client_id or "CLIENT_ID") for text in texts)
    has_link = problem.code in _WITH_LINK and who.client_id
    return CustomerRequest(missing, whose, remedy, consent_link(who) if has_link else None)


def _is_ours(problem: Problem) -> bool:
    """Whether only a sign-in on the partner's side is missing, about which Entra was not asked."""
    return problem.code == "person_needed" and "AADSTS" not in problem.message


def consent_link(who: SignIn) -> str:
    """The URL of the admin consent page. The app registration needs a redirect URI.

    Source: Microsoft's "Construct the URL for granting tenant-wide admin consent".
    """
    tenant, client_id = quote(who.tenant, safe=""), quote(who.client_id, safe="")
    return f"{quote(who.authority, safe=':/[]')}/{tenant}/adminconsent?client_id={client_id}"
