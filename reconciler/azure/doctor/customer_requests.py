"""What can a customer do about a refusal? The same codes as in `refusals`, in words for them.

A hint of `refusals` speaks to whoever runs the command; a request is mailed to the customer. Codes
that are not listed here are ours to mend.
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
        "an administrator of your directory; or we ourselves, where you gave us the GDAP role "
        "Cloud Application Administrator",
        "run `az ad sp create --id {client_id}`, which adds the application and grants it nothing; "
        "or, if that is easier, open the consent link",
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
        "enable the user or invite it anew; if the person has left us, tell us, "
        "and we name another one",
    ),
}

_WITH_LINK = frozenset({"app_not_in_tenant", "foreign_principal"})
"""Here consent puts the app's own principal into the directory."""


def request_for(problem: Problem, who: SignIn) -> CustomerRequest | None:
    """What to ask of the customer for this problem; None where it is not theirs to mend."""
    texts = _REQUESTS.get(problem.code)
    if texts is None or problem.hint == TENANT_RESTRICTED:
        return None
    missing, whose, remedy = (text.format(client_id=who.client_id or "CLIENT_ID") for text in texts)
    has_link = problem.code in _WITH_LINK and who.client_id
    return CustomerRequest(missing, whose, remedy, consent_link(who) if has_link else None)


def consent_link(who: SignIn) -> str:
    """Where an administrator consents to the app, which needs a redirect URI of its own.

    Source: Microsoft's "Construct the URL for granting tenant-wide admin consent".
    """
    tenant, client_id = quote(who.tenant, safe=""), quote(who.client_id, safe="")
    return f"{quote(who.authority, safe=':/[]')}/{tenant}/adminconsent?client_id={client_id}"
