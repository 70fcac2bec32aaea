"""The session of one principal in one tenant: its sign-in, its token, and claims challenges."""

from collections.abc import Callable

from reconciler.azure.bearer_tokens import access_token
from reconciler.azure.claims_challenges import Challenge
from reconciler.azure.error_codes import challenge_of, of_arm
from reconciler.azure.http.client import HttpReply
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.signin.cached_users import PERSON_NEEDED, UserLogin, in_person
from reconciler.azure.signin.entra import Entra
from reconciler.azure.token_claims import claims_in
from reconciler.core.identities import AzureCli, Identity
from reconciler.core.links import Place, Problem, Rotation
from reconciler.core.problems import BROKEN_IDENTITY

FRESH_SECRET_S = 20.0
"""How long a new client secret may take to work everywhere."""

WRONG_TOKEN = "wrong_tenant_token"  # noqa: S105 - a code
"""The code of a token or an answer that belongs to another principal or tenant."""

ANYWHERE = ""
"""The tenant that the Azure CLI is signed in to. Used to list tenants, never for links."""

_NO_MFA_FOR_APPS = (
    "a policy of the customer requires MFA, which an app cannot do: ask them to exclude this app, "
    "or all workload identities, from it"
)

_READ = ("tid", "oid", "idtyp", "scp")
"""The claims of an access token that are used."""


class SecretPropagation:
    """The identities whose secret was refused once in this run. The first refusal is retried."""

    def __init__(self, sleep: Callable[[float], bool]) -> None:
        self._sleep = sleep
        self._seen: set[tuple[str, str | None]] = set()

    def wait_for_propagation(self, identity: Identity, failure: RequestFailed) -> bool:
        """Wait once for each identity until a new secret works. Returns False to give up."""
        who = (identity.name, identity.client_id)
        if failure.problem.code not in BROKEN_IDENTITY or who in self._seen:
            return False
        self._seen.add(who)
        return not self._sleep(FRESH_SECRET_S)


class Session:
    """The sign-in of one principal in one tenant, with its token.

    scope  what the token is for; None for ARM
    """

    def __init__(
        self,
        place: Place,
        identity: Identity,
        entra: Entra,
        propagation: SecretPropagation,
        new_budget: Callable[[], RetryBudget],
        scope: str | None = None,
    ) -> None:
        self.arm = entra.cloud.arm
        self.tenant_id: str | None = None
        self.object_id: str | None = None
        self.rotation: Rotation | None = None
        self.new_budget = new_budget
        self._place = place
        self._identity = identity
        self._entra = entra
        self._propagation = propagation
        self._scope = scope
        self._token: str | None = None
        self._renewals = 0
        self._asked = Challenge()
        self._is_app = not identity.is_person

    @property
    def is_app(self) -> bool:
        """Whether an application signed in, and not a person."""
        return self._is_app

    @property
    def name(self) -> str:
        """The principal as its customer knows it: client ID, user name, or else object ID."""
        return self._identity.client_id or self._identity.username or str(self.object_id)

    def headers(self, budget: RetryBudget) -> dict[str, str]:
        """Headers of a request to ARM; signs in if there is no token. Raises `RequestFailed`."""
        if self._token is None:
            if self._entra.people:
                self._entra.people.expect(self._identity)
            self.find_tenant(budget)
            self.accept(self.ask_token(budget))
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}

    def renew(self, reply: HttpReply) -> bool:
        """Drop the token after a 401 to sign in again. False if that was done or cannot help.

        If ARM asks for more claims, only a user's cached sign-in may have them.
        """
        if asked := challenge_of(reply):
            if not (asked.claims and self._identity.username):
                return False
            self._asked = asked
        self._entra.platform.forget(self._token or "")
        self._token = None
        self._renewals += 1
        return self._renewals == 1

    def refused(self, reply: HttpReply, url: str, *, is_final: bool = True) -> RequestFailed:
        """The error for an ARM answer: a user can do MFA, an app cannot.

        is_final  whether the request is not repeated with another token
        """
        failure, asked = of_arm(reply, url), challenge_of(reply)
        if not asked:
            return failure
        said = failure.problem.message
        if self._is_app:
            return RequestFailed(Problem("conditional_access", said, _NO_MFA_FOR_APPS))
        if self._identity.username:
            if is_final:
                self._note(asked)
            return in_person(failure, self._identity, self._place)
        more = f" --claims-challenge {asked.encoded}" if asked.is_stable else ""
        hint = f"run az login --tenant {self.tenant_id}{more}, with MFA; then run again"
        return RequestFailed(Problem(PERSON_NEEDED, said, hint))

    def _note(self, asked: Challenge) -> None:
        people, who = self._entra.people, self._identity.username
        if people and who and asked.claims:
            login = UserLogin(self._entra.cloud.authority, str(self.tenant_id), who)
            login.note_claims(people.records, asked.claims)

    def find_tenant(self, budget: RetryBudget) -> None:
        """Find the tenant's GUID; for a domain Entra is asked. Raises `RequestFailed`."""
        directories = self._entra.directories
        if self._place.directory != ANYWHERE:
            self.tenant_id = budget.call(lambda: directories.tenant_id(self._place.directory))

    def ask_token(self, budget: RetryBudget) -> str:
        """Sign in to the tenant; retries a new secret. Raises `RequestFailed`."""

        def attempt(identity: Identity) -> str:
            claims, tenant_id = self._asked.claims, self.tenant_id or ANYWHERE
            return self._entra.token(identity, tenant_id, budget, claims, self._scope)

        def ask() -> str:
            try:
                token, self.rotation = self._entra.rotations.sign_in(self._identity, attempt)
                return token
            except RequestFailed as failure:
                if failure.problem.code == PERSON_NEEDED:
                    self._note(self._asked)
                raise in_person(failure, self._identity, self._place) from None

        try:
            return budget.call(ask)
        except RequestFailed as failure:
            if not self._propagation.wait_for_propagation(self._identity, failure):
                raise
            return budget.call(ask)

    def accept(self, token: str) -> None:
        """Keep a token; raises `RequestFailed` unless its claims match the file.

        The token alone decides which link is read or written.
        """
        token = access_token(token)
        claims = _claims(token)
        if self._place.directory == ANYWHERE:
            self.tenant_id = claims.get("tid")
        if claims.get("tid") != self.tenant_id:
            raise wrong_token(f"the token is for tenant {claims.get('tid')}, not {self.tenant_id}")
        object_id = claims.get("oid")
        if not object_id:
            raise wrong_token("the token has no object ID, so its link cannot be matched")
        if self._place.object_id and object_id != self._place.object_id:
            raise wrong_token(
                f"the principal is {object_id}, but the file has object_id {self._place.object_id}"
            )
        self.object_id = object_id
        self._token = token
        if isinstance(self._identity, AzureCli):
            self._is_app = claims.get("idtyp") == "app" or "scp" not in claims


def _claims(token: str) -> dict[str, str]:
    """The used claims of a JWT, in lower case. ARM verifies its signature, not this program."""
    claims = claims_in(token)
    return {key: str(claims[key]).lower() for key in _READ if claims.get(key)}


def wrong_token(message: str) -> RequestFailed:
    """A token of another tenant or principal than the file names."""
    return RequestFailed(
        Problem(
            WRONG_TOKEN,
            message,
            "nothing was written; check tenant, identity and object_id in the file",
        )
    )
