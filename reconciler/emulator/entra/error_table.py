"""Table of Entra's errors: number, HTTP status, OAuth `error` and text. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """One of Entra's refusals: HTTP status, OAuth error, text without its number."""

    status: int
    error: str
    text: str


def _group(status: int, error: str, texts: dict[int, str]) -> dict[int, Refused]:
    return {number: Refused(status, error, text) for number, text in texts.items()}


REFUSALS: dict[int, Refused] = {
    **_group(
        401,
        "invalid_client",
        {
            7000215: "Invalid client secret provided. Ensure the secret being sent in the request "
            "is the client secret value, not the client secret ID, for a secret added to app "
            "'{client}'.",
            70002: "Error validating credentials.",
            7000222: "The provided client secret keys for app '{client}' are expired.",
            700027: "The certificate with identifier used to sign the client assertion is not "
            "registered on application.",
            700030: "Invalid certificate - subject name in certificate is not authorized.",
            50012: "Authentication failed.",
            50027: "JWT token is invalid or malformed.",
            700021: "Client assertion application identifier doesn't match 'client_id' parameter.",
            700023: "Client assertion audience claim does not match Realm issuer.",
            700024: "Client assertion is not within its valid time range.",
            7000229: "The client application {client} is missing service principal in the tenant "
            "{tenant}.",
            7000216: "'client_assertion', 'client_secret' or 'request' is required for the "
            "'client_credentials' grant type.",
            700211: "No matching federated identity record found for presented assertion issuer.",
            700212: "No matching federated identity record found for presented assertion audience.",
            700213: "No matching federated identity record found for presented assertion subject.",
            7002138: "No matching federated identity record found for presented assertion "
            "subject. The subject matches when case is ignored.",
            90099: "The application '{client}' has not been authorized in the tenant '{tenant}'. "
            "Applications must be authorized to access the customer tenant before partner "
            "delegated administrators can use them.",
        },
    ),
    **_group(
        400,
        "unauthorized_client",
        {
            700016: "Application with identifier '{client}' was not found in the directory "
            "'{tenant}'. This can happen if the application has not been installed by the "
            "administrator of the tenant or consented to by any user in the tenant.",
            70001: "The application '{client}' is disabled.",
            7000112: "Application '{client}' is disabled.",
        },
    ),
    **_group(
        400,
        "invalid_request",
        {
            90002: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant "
            "ID and are signing into the correct cloud.",
            900023: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a "
            "valid external domain.",
            500022: "Access to '{tenant}' tenant is denied.",
            90014: "The required field '{field}' is missing from the credential.",
            90023: "Invalid STS request.",
            50011: "The redirect URI specified in the request does not match the redirect URIs "
            "configured for the application '{client}'.",
            90038: "Tenant '{tenant}' request is being redirected to the National Cloud.",
            900382: "Confidential Client is not supported in Cross Cloud request.",
            900432: "Confidential Client is not supported in Cross Cloud request.",
            50059: "No tenant-identifying information found in either the request or implied by "
            "any provided credentials.",
            1000031: "Application {client} cannot be accessed at this time.",
            700236: "Entra ID tokens issued by one tenant may not be used for federated identity "
            "credential flows in another tenant.",
        },
    ),
    **_group(
        400,
        "invalid_scope",
        {70011: "The provided value for the input parameter 'scope' is not valid."},
    ),
    **_group(
        400,
        "invalid_resource",
        {
            500011: "The resource principal named {field} was not found in the tenant {tenant}.",
            700011: "Application with identifier '{client}' was not found in the directory.",
            500014: "The service principal for resource '{field}' is disabled. This indicate that "
            "a subscription within the tenant has lapsed, or that the administrator for this "
            "tenant has disabled the application, preventing tokens from being issued for it.",
        },
    ),
    **_group(
        400, "unsupported_grant_type", {70003: "The app requested an unsupported grant type."}
    ),
    **_group(
        400,
        "interaction_required",
        {
            53003: "Access has been blocked by Conditional Access policies. The access policy "
            "does not allow token issuance.",
            53000: "Your device is required to be compliant to access this resource.",
            53001: "Your device is required to be domain-joined to access this resource.",
            53002: "The application used is not an approved application.",
            53011: "User blocked due to risk on home tenant.",
            530032: "Blocked by security policy.",
            530033: "Blocked by security policy.",
            530034: "Blocked by security policy.",
            530035: "Access has been blocked by security defaults.",
            50076: "Due to a configuration change made by your administrator, or because you "
            "moved to a new location, you must use multi-factor authentication to access.",
            50079: "You must enroll in multi-factor authentication to access.",
            50074: "Strong Authentication is required.",
            50072: "You must enroll in multi-factor authentication.",
            50078: "Presented multi-factor authentication has expired.",
            50158: "External security challenge not satisfied.",
        },
    ),
    **_group(
        400,
        "invalid_grant",
        {
            65001: "The user or administrator has not consented to use the application with ID "
            "'{client}'.",
            90094: "An administrator must consent to this application.",
            700082: "The refresh token has expired due to inactivity.",
            70008: "The provided authorization code or refresh token has expired.",
            70043: "The refresh token has expired due to sign-in frequency checks by conditional "
            "access.",
            50173: "The provided grant has expired due to it being revoked.",
            50020: "User account '{field}' from identity provider does not exist in tenant "
            "'{tenant}' and cannot access the application '{client}' in that tenant. The account "
            "needs to be added as an external user in the tenant first.",
            50034: "The user account {field} does not exist in the {tenant} directory.",
            50057: "The user account is disabled.",
            90072: "User account '{field}' from identity provider does not exist in tenant "
            "'{tenant}' and cannot access the application '{client}' in that tenant.",
            50105: "Your administrator has configured the application '{client}' to block users "
            "unless they are specifically granted ('assigned') access to the application.",
            501051: "Application '{client}' is not assigned to a role for the application.",
            5000224: "We are sorry, this resource is not available. If you are seeing this message "
            "by mistake, please contact Microsoft support.",
            5000225: "This tenant has been blocked due to inactivity. To learn more about tenant "
            "lifecycle policies, see https://aka.ms/TenantLifecycle",
            50126: "Error validating credentials due to invalid username or password.",
            54005: "OAuth2 Authorization code was already redeemed, please retry with a new valid "
            "code or use an existing refresh token.",
            65004: "User declined to consent to access the app.",
            70000: "The provided value for the code, device code or refresh token is not valid.",
            500112: "The reply address does not match the reply address provided when requesting "
            "Authorization code.",
            501481: "The Code_Verifier does not match the code_challenge supplied in the "
            "authorization request.",
        },
    ),
    **_group(
        400,
        "authorization_pending",
        {70016: "OAuth 2.0 device flow error. Authorization is pending. Continue polling."},
    ),
    **_group(
        400,
        "bad_verification_code",
        {70018: "Invalid verification code due to User typing in wrong user code."},
    ),
    **_group(400, "expired_token", {70019: "Verification code expired."}),
    **_group(429, "temporarily_unavailable", {90055: "Tenant throttling: too many requests."}),
    **_group(
        503,
        "temporarily_unavailable",
        {
            90024: "A transient error has occurred. Please try again.",
            90033: "A transient error has occurred. Please try again.",
            90006: "External server retryable error.",
            90012: "The request has timed out.",
            50033: "A transient error has occurred. Please try again.",
        },
    ),
}
