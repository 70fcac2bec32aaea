"""Microsoft Entra's sign-in errors: which code and which hint belong to an AADSTS number.

Pure tables. A number chooses a code and a hint, never whether something is written. A number that
is not listed is `sign_in_refused`.

Sources: Microsoft's "Microsoft Entra authentication and authorization error codes", and public
reports for the numbers that the list lacks (5000224, 5000225, 501051, 700024, 700236).
"""

from collections.abc import Iterable

TENANT_RESTRICTED = (
    "your own network or home tenant blocks this customer's tenant, by tenant restrictions or a "
    "cross-tenant access policy: ask your own administrator to allow it"
)
"""The hint for a block on the partner's side: there is nothing to ask the customer for."""

AGAIN = "Azure asks to try again later; if the problem persists, check the Azure status page"

_FOREIGN_HINT = (
    "GDAP and CSP admin rights (formerly DAP, AOBO) create no object in the customer's tenant and "
    "cannot be linked; use a guest user, a service principal there, or Azure Lighthouse"
)
HINTS = {
    "invalid_client_secret": "store the current secret where the identity's reference points "
    "(the secret's value, not its ID)",
    "expired_client_secret": "create a new client secret on the app registration "
    "and store it where the identity's reference points",
    "invalid_client_certificate": "upload this certificate to the app registration, "
    "or point the identity at the certificate that is registered",
    "app_not_in_tenant": "the app must be added to {tenant}: (1) add it yourself, with the GDAP "
    "role Cloud Application Administrator; (2) or the customer's administrator runs "
    "az ad sp create --id {client_id}, which grants no access; "
    "(3) or, if the app has a redirect URI, they open "
    "{authority}/{tenant}/adminconsent?client_id={client_id}",
    "app_disabled": "the customer disabled the app, or it was never enabled: ask them to enable "
    "sign-in for the enterprise application {client_id}",
    "no_such_tenant": "check the tenant's ID or domain in the file; if the customer's tenant "
    "is gone, set state: absent or remove the entry",
    "other_cloud": "this tenant is in another cloud: move it to its own file with cloud: set",
    "conditional_access": "a policy of the customer blocks this sign-in: ask them to exclude "
    "the app or to allow this machine's address",
    "person_needed": "MFA, consent or a new sign-in is required: run az login --tenant {tenant} "
    "as that person, then run again; if they have left, link another principal",
    "user_gone": "the user is not in this tenant or is disabled; if they have left, link another "
    "principal",
    "foreign_principal": _FOREIGN_HINT,
    "federation_mismatch": "the app's federated credential does not match the token that was sent: "
    "compare issuer, subject and audience",
    "throttled": AGAIN,
    "unavailable": AGAIN,
    "sign_in_refused": "look up the error number at https://login.microsoftonline.com/error",
}
"""The hint of each code, with placeholders for tenant, app and authority."""

_NUMBERS: dict[str, tuple[int, ...]] = {
    # Only these three mean that a credential may be wrong for every tenant.
    "invalid_client_secret": (7000215, 70002),
    "expired_client_secret": (7000222,),
    "invalid_client_certificate": (700027, 700030, 50012),
    # Only the next code and no_such_tenant mean that no principal is left to carry a link.
    "app_not_in_tenant": (700016, 700011, 500011, 7000229),
    "no_such_tenant": (90002, 900023, 5000224, 5000225),
    "app_disabled": (70001, 7000112, 1000031, 50001, 500014, 50105, 501051),
    "other_cloud": (90038, 900382, 900432, 90043, 90051, 1000104),
    "conditional_access": (
        *(53000, 53001, 53002, 53003, 53004, 53010, 53011, 54000),
        *(530031, 530032, 530033, 530034, 530035, 530036),
        *(50005, 50097, 50129, 50131, 50155, 50177, 50178, 50187, 135011),
        *(50002, 500021, 500022, 500212, 500213),
    ),
    "person_needed": (
        *(50072, 50074, 50076, 50078, 50079, 50085, 50088, 50089, 50158, 50161),
        *(50053, 50055, 50056, 50058, 50064, 50125, 50126, 50127),
        *(50132, 50133, 50135, 50140, 50143, 50144, 50173, 50199, 5001256),
        *(65001, 65004, 65005, 650052, 650056, 650057, 90008, 90094, 90095),
        *(70000, 70005, 70008, 70019, 70043, 700005, 700020, 700082, 700084),
        *(16001, 160021, 51006, 81010, 1000000, 1000002),
        *(130004, 130005, 130006, 130007, 130008, 130500, 130501, 130502, 130503, 130504, 130505),
        *(135010, 240001, 240002),
    ),
    "user_gone": (50020, 50034, 50057, 16000, 16003, 50014, 51004, 500208, 90072, 90084),
    "foreign_principal": (90099,),
    "federation_mismatch": (
        *(700211, 700212, 700213, 700214, 7002138, 700222, 700223, 700229, 700236, 700238),
        *(700021, 700024, 50013, 500133, 50027, 50048, 900384),
    ),
    "throttled": (90055,),
    "unavailable": (90024, 90033, 90006, 90012, 50033),
}
_CODES = {number: code for code, numbers in _NUMBERS.items() for number in numbers}

_RESOURCE_DISABLED = (
    "the customer's tenant has disabled Azure Resource Manager (the enterprise application Windows "
    "Azure Service Management API), or has no subscription left: ask them to enable it"
)
_NOT_ASSIGNED = (
    "the customer requires an assignment for this application: ask them to assign the user or app "
    "to it under Enterprise applications, or to set Assignment required to No"
)
_ASSERTION = (
    "Entra rejected the federated token: check that the platform issues it "
    "for this app, unexpired, for the audience api://AzureADTokenExchange"
)
_NO_TENANT_NAMED = "name the tenant by its GUID or by a verified domain in the file"
_PASSWORD = "the account's password or sign-in is blocked, expired or wrong; {again}"  # noqa: S105 - a hint
_CONSENT = "an administrator of the customer has to consent to the app; {again}"
_SIGN_IN_AGAIN = (
    "then run az login --tenant {tenant} as that person, and run again; if they have left, link "
    "another principal"
)
_HINTS_OF_NUMBERS: dict[str, tuple[int, ...]] = {
    "Microsoft has blocked this tenant, as unused or abandoned: if the customer still uses it, "
    "their administrator asks Microsoft to restore it; otherwise set state: absent or remove the "
    "entry": (5000224, 5000225),
    "the tenant in the file is not a domain that Entra knows: correct it, or name the tenant by "
    "its GUID": (900023,),
    _RESOURCE_DISABLED: (50001, 500014),
    _NOT_ASSIGNED: (50105, 501051),
    TENANT_RESTRICTED: (50002, 500021, 500022, 500212),
    "the customer's cross-tenant access policy blocks this account: ask them to allow inbound "
    "access for it": (500213,),
    "the federated token was expired or not valid yet: check this machine's "
    "clock, and that the platform renews the token": (700024, 500133),
    "the federated token must come from the tenant in which the app is registered: use "
    "a multi-tenant app registered in the managed identity's tenant": (700236,),
    _ASSERTION: (700021, 700222, 700223, 700229, 700238, 50013, 50027, 50048, 900384),
    _PASSWORD.format(again=_SIGN_IN_AGAIN): (50053, 50055, 50056, 50064, 50126, 50135, 50144),
    _CONSENT.format(again=_SIGN_IN_AGAIN): (65005, 650052, 650056, 650057, 90008, 90094, 90095),
    "the guest has not accepted the invitation yet, or was invited to another tenant: accept it, "
    "then sign in": (50014,),
    "the app registration serves one tenant only: make it multi-tenant, or give the customer an "
    "app of its own": (50194,),
    "the app registration is a public client: use an app with a secret, certificate or federated "
    "credential, or turn Allow public client flows off": (700025,),
    "this app needs a secret, a certificate or a federated credential: choose another kind of "
    "identity in the file": (7000216, 7000218),
    _NO_TENANT_NAMED: (50059, 50128, 90019),
    "this app may not use a regional authority: unset AZURE_REGIONAL_AUTHORITY_NAME": (100007,),
}
_HINT_OF_NUMBER = {
    number: hint for hint, numbers in _HINTS_OF_NUMBERS.items() for number in numbers
}


def code_of(numbers: Iterable[int]) -> str | None:
    """The code of the first known number; None if no number is known."""
    return next((_CODES[number] for number in numbers if number in _CODES), None)


def hint_of(numbers: Iterable[int]) -> str | None:
    """The specific hint of a number, with placeholders; None to use the hint of its code."""
    for number in numbers:
        if number in _CODES or number in _HINT_OF_NUMBER:
            return _HINT_OF_NUMBER.get(number)
    return None
