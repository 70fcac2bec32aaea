"""Tokens from Microsoft Entra, for all identities and tenants of a run.

Each sign-in gets its own credential object. One credential object for many tenants would be
quadratic: it scans its whole token cache at each call. Measured with azure-identity 1.27: 6 ms of
CPU a tenant at 2,000 tenants, 10 ms at 5,000, and rising; one small credential each stays flat.
"""

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AuthenticationRequiredError, CredentialUnavailableError

from reconciler.azure.clouds import Cloud
from reconciler.azure.error_codes import SignIn, sign_in_failed
from reconciler.azure.http.client import Https
from reconciler.azure.http.failures import unexpected_answer
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.signin.cached_users import (
    CachedUsers,
    UserLogin,
    is_keyring_missing,
    no_keyring,
)
from reconciler.azure.signin.credential_kinds import Opening, open_credential
from reconciler.azure.signin.federated_tokens import PlatformTokens
from reconciler.azure.signin.openid import OpenIdDocuments
from reconciler.azure.signin.secrets.key_vault import Vaults
from reconciler.azure.signin.secrets.references import Secrets, Unresolved
from reconciler.azure.signin.secrets.rotation import Rotations
from reconciler.azure.signin.transport import Transport
from reconciler.core.identities import AzureCli, Identity
from reconciler.core.links import Problem
from reconciler.core.problems import CREDENTIAL_UNUSABLE
from reconciler.core.redaction.redactor import redact

MALFORMED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class Entra:
    """Gets tokens for ARM; safe to share between threads.

    platform   tokens that this machine or pipeline issues
    secrets    secrets of all identities, each resolved once
    rotations  which of several secrets Entra accepts
    people     users whose cached sign-ins may be used; None if the file names no user
    """

    def __init__(
        self, cloud: Cloud, https: Https, vaults: Vaults, people: CachedUsers | None = None
    ) -> None:
        self.cloud = cloud
        self.people = people
        self.directories = OpenIdDocuments(cloud.authority, https)
        self._https = https
        self.platform = PlatformTokens(https, cloud.exchange)
        self.secrets = Secrets(vaults.read)
        self.rotations = Rotations()

    def token(
        self,
        identity: Identity,
        tenant_id: str,
        budget: RetryBudget,
        claims: str | None = None,
        scope: str | None = None,
    ) -> str:
        """Sign in once, by one secret, and return an access token; raises `RequestFailed`.

        budget  retries of platforms and key vaults; Entra is asked once
        claims  the claims that ARM asked for, as JSON
        scope   what the token is for; None for ARM
        """
        who = SignIn(tenant_id, identity.client_id or "", self.cloud.authority)
        transport = Transport(self._https, self.directories, who)
        opening = Opening(transport, self.secrets, self.platform, budget, self.people)
        try:
            credential = open_credential(identity, opening)
            try:
                return str(credential.get_token(scope or self.cloud.scope, claims=claims).token)
            except MALFORMED as error:  # MSAL does not check the types in an answer
                raise transport.failure or _malformed(error) from None
        except Unresolved as error:
            raise unusable(identity, str(error)) from None
        except AuthenticationRequiredError:
            login = UserLogin(self.cloud.authority, tenant_id, identity.username or "")
            raise transport.failure or login.sign_in_due() from None
        except CredentialUnavailableError as error:
            raise unusable(identity, str(error.message)) from None
        except ClientAuthenticationError as error:
            if is_keyring_missing(error):
                raise no_keyring(identity) from None
            raise transport.failure or sign_in_failed(error.message, who) from None


def _malformed(error: Exception) -> RequestFailed:
    return unexpected_answer(f"the answer to the sign-in is malformed ({type(error).__name__})")


def unusable(identity: Identity, why: str) -> RequestFailed:
    """An identity whose credential cannot be used, found before any request."""
    hint = "run validate and check the identity's references in the file"
    if isinstance(identity, AzureCli):
        hint = "install the Azure CLI if it is missing, then run az login"
    message = f"identity {identity.label}: {' '.join(redact(why).split())[:300]}"
    return RequestFailed(Problem(CREDENTIAL_UNUSABLE, message, hint))
