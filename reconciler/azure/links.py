"""How is one link read and written? The requests of the ManagementPartner provider, and no others.

What counts as linked or not linked is decided here, by exact answers only (recorded on the wire):
200 with a well-formed object is linked, 404 `ManagementPartnerNotFound` is not linked. Whatever
else comes back is unknown, with a problem. A link is never read by its ID: that request fails both
when nothing is linked and when another ID is.
"""

import base64
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from reconciler.azure.claims_challenges import Challenge
from reconciler.azure.error_codes import challenge_of, is_not_linked, of_arm
from reconciler.azure.http.client import HttpReply, Https, NoAnswer
from reconciler.azure.http.retry import RequestFailed, RetryBudget
from reconciler.azure.signin.bearer_tokens import access_token
from reconciler.azure.signin.cached_users import PERSON_NEEDED, UserLogin, in_person
from reconciler.azure.signin.entra import Entra
from reconciler.core.identities import Identity
from reconciler.core.links import Observed, ObservedState, Place, Problem, Rotation
from reconciler.core.problems import BROKEN_IDENTITY
from reconciler.core.results import Answer, Reply

PARTNERS = "/providers/Microsoft.ManagementPartner/partners"
API_VERSION = "2018-02-01"
"""The only one the provider has."""

FRESH_SECRET_S = 20.0
"""A new client secret takes up to so long to be known everywhere."""

WRONG_TOKEN = "wrong_tenant_token"  # noqa: S105 - a code
"""The code of a token, or an answer, that is for somebody or somewhere else."""

ANYWHERE = ""
"""Stands for the tenant that the Azure CLI is signed in to: good to list tenants, not for links."""

_NO_MFA_FOR_APPS = (
    "a policy of the customer asks for MFA, which no app can do: ask them to exclude this app, or "
    "all workload identities, from it"
)

_READ = ("tid", "oid", "idtyp", "scp")
"""The claims of an access token that are looked at."""

_PARTNER_ID = re.compile(r"[0-9]{4,10}")


class SecretPropagation:
    """Which identities were refused once in this run? The first refusal is asked twice."""

    def __init__(self, sleep: Callable[[float], bool]) -> None:
        self._sleep = sleep
        self._seen: set[tuple[str, str | None]] = set()

    def worth_another_try(self, identity: Identity, failure: RequestFailed) -> bool:
        """Wait for a fresh secret to spread, once for each identity; False means give up."""
        who = (identity.name, identity.client_id)
        if failure.problem.code not in BROKEN_IDENTITY or who in self._seen:
            return False
        self._seen.add(who)
        return not self._sleep(FRESH_SECRET_S)


class Session:
    """Who signs in where, for one link: its token, as long as the link is looked at."""

    def __init__(
        self,
        place: Place,
        identity: Identity,
        entra: Entra,
        propagation: SecretPropagation,
        new_patience: Callable[[], RetryBudget],
    ) -> None:
        self.arm = entra.cloud.arm
        self.tenant_id: str | None = None
        self.object_id: str | None = None
        self.rotation: Rotation | None = None
        self.new_patience = new_patience
        self._place = place
        self._identity = identity
        self._entra = entra
        self._propagation = propagation
        self._token: str | None = None
        self._renewals = 0
        self._asked = Challenge()
        self._is_app = identity.kind not in ("user", "azure_cli")

    def headers(self, budget: RetryBudget) -> dict[str, str]:
        """Headers of a request to ARM; signs in if there is no token. Raises `RequestFailed`."""
        if self._token is None:
            if self._entra.people:
                self._entra.people.expect(self._identity)
            self.find_tenant(budget)
            self.accept(self.ask_token(budget))
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}

    def renew(self, reply: HttpReply) -> bool:
        """Drop the token of a 401, to sign in again; False where that was done or cannot help.

        Where ARM asks for more claims, only what is kept of a person's sign-in may have them.
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
        """What ARM's answer means for this principal: a person can do MFA, an app cannot.

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
        """Learn the tenant's GUID, which only Entra knows of a domain. Raises `RequestFailed`."""
        directories = self._entra.directories
        if self._place.directory != ANYWHERE:
            self.tenant_id = budget.call(lambda: directories.tenant_id(self._place.directory))

    def ask_token(self, budget: RetryBudget) -> str:
        """Sign in to the tenant; a fresh secret is retried. Raises `RequestFailed`."""

        def attempt(identity: Identity) -> str:
            claims = self._asked.claims
            return self._entra.token(identity, self.tenant_id or ANYWHERE, budget, claims)

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
            if not self._propagation.worth_another_try(self._identity, failure):
                raise
            return budget.call(ask)

    def accept(self, token: str) -> None:
        """Keep a token for what follows; raises `RequestFailed` unless its claims are the file's.

        The token alone decides which link is read or written.
        """
        token = access_token(token)
        claims = _claims(token)
        if self._place.directory == ANYWHERE:
            self.tenant_id = claims.get("tid")
        if claims.get("tid") != self.tenant_id:
            raise _wrong_token(f"the token is for tenant {claims.get('tid')}, not {self.tenant_id}")
        object_id = claims.get("oid")
        if not object_id:
            raise _wrong_token("the token names no object ID, so its link cannot be matched")
        if self._place.object_id and object_id != self._place.object_id:
            raise _wrong_token(
                f"the principal is {object_id}, but the file pins {self._place.object_id}"
            )
        self.object_id = object_id
        self._token = token
        if self._identity.kind == "azure_cli":
            self._is_app = claims.get("idtyp") == "app" or "scp" not in claims


class AzureLinkReader:
    """One link, to be looked at. It has no method that writes.

    answer  what the last try to read was answered, as it came; None where nothing was
    """

    def __init__(self, session: Session, https: Https) -> None:
        self.answer: HttpReply | None = None
        self._session = session
        self._https = https

    def read(self) -> Observed:
        """Ask Azure for the link; trouble comes back as `Observed.unknown`."""
        budget = self._session.new_patience()
        try:
            observed = budget.call(lambda: self._read_once(budget))
        except RequestFailed as failure:
            return Observed.unknown(
                failure.problem,
                tenant_id=self._session.tenant_id,
                object_id=self._session.object_id,
            )
        rotation = self._session.rotation
        return replace(observed, rotation=rotation) if rotation else observed

    @property
    def url(self) -> str:
        """Where a principal reads its own link."""
        return f"{self._session.arm}{PARTNERS}?api-version={API_VERSION}"

    def _read_once(self, budget: RetryBudget) -> Observed:
        session, url = self._session, self.url
        self.answer = None
        reply = self._https.send("GET", url, headers=session.headers(budget))
        if reply.status == 401 and session.renew(reply):
            reply = self._https.send("GET", url, headers=session.headers(budget))
        self.answer = reply
        if reply.status == 200:
            return _linked(reply, str(session.tenant_id), str(session.object_id))
        if is_not_linked(reply):
            return Observed(ObservedState.NOT_LINKED, session.tenant_id, session.object_id)
        raise session.refused(reply, url)


class AzureLinkWriter(AzureLinkReader):
    """One link, to be looked at and changed. Each write is one request, without a body."""

    def __init__(self, session: Session, https: Https) -> None:
        super().__init__(session, https)
        self._budget = session.new_patience()

    def create(self, partner_id: str) -> Answer:
        """Link a principal that has no link."""
        return self._write("PUT", partner_id)

    def update(self, partner_id: str) -> Answer:
        """Point the link at another ID; the path carries the new one."""
        return self._write("PATCH", partner_id)

    def remove(self, partner_id: str) -> Answer:
        """Remove the link to exactly this ID. What a DELETE of another ID does is not known."""
        return self._write("DELETE", partner_id)

    @property
    def is_stopped(self) -> bool:
        """Whether the run was told to end: then no write is begun any more."""
        return self._budget.is_stopped

    def pause(self, answer: Answer) -> bool:
        """Wait before a write is repeated; False when its tries or its time are spent."""
        return self._budget.wait(self._session.arm + PARTNERS, answer.retry_after_s)

    def wait(self, seconds: float) -> bool:
        """Wait before the link is read again; False, at once, when the run was told to end."""
        return self._budget.sleep(seconds)

    def _write(self, method: str, partner_id: str) -> Answer:
        session = self._session
        url = f"{session.arm}{PARTNERS}/{partner_id}?api-version={API_VERSION}"
        try:
            headers = session.headers(self._budget)
        except RequestFailed as failure:
            return Answer(Reply.REFUSED, failure.problem, may_have_taken=False)
        sender, self._https = self._https, self._https.to_the_end()  # a write is always verified
        try:
            reply = sender.send(method, url, headers=headers)
        except NoAnswer as silence:
            return Answer(Reply.SILENT, silence.problem, may_retry=True)
        except RequestFailed as failure:
            return Answer(Reply.REFUSED, failure.problem, may_have_taken=False)
        correlation_id = reply.headers.get("x-ms-correlation-request-id")
        if reply.status == 200:
            return Answer(Reply.ACCEPTED, correlation_id=correlation_id)
        is_renewed = reply.status == 401 and session.renew(reply)
        refusal = session.refused(reply, url, is_final=not is_renewed)
        return Answer(
            Reply.REFUSED,
            refusal.problem,
            correlation_id,
            may_retry=refusal.is_transient or is_renewed,
            retry_after_s=refusal.retry_after_s,
            # A gateway may have passed the write on; what is linked already, an earlier try linked.
            may_have_taken=reply.status >= 500 or refusal.problem.code == "already_linked",
        )


def _linked(reply: HttpReply, tenant_id: str, object_id: str) -> Observed:
    """A link from a 200; raises `RequestFailed` unless well formed and the principal's own."""
    try:
        data = json.loads(reply.body)
        link = data["properties"]
        partner_id = link["partnerId"]
        owner = (link["tenantId"].lower(), link["objectId"].lower())
        is_sound = (
            isinstance(partner_id, str)
            and _PARTNER_ID.fullmatch(partner_id) is not None
            and data.get("name", partner_id) == partner_id
            and link["state"] == "Active"
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_sound = False
    if not is_sound:
        raise _unexpected_link()
    if owner != (tenant_id, object_id):
        raise _wrong_token(f"Azure answered with the link of {owner[1]} in tenant {owner[0]}")
    return Observed(
        ObservedState.LINKED,
        tenant_id,
        object_id,
        partner_id,
        partner_name=_text(link.get("partnerName")),
        version=_number(link.get("version")),
        updated_at=_text(link.get("updatedTime")),
        created_at=_text(link.get("createdTime")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    """A counter; None for anything else, also for what no database could keep."""
    is_counter = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
    return value if is_counter else None


def _claims(token: str) -> dict[str, str]:
    """The claims of a JWT that matter here, in lower case. Its signature is ARM's to check."""
    with suppress(ValueError, IndexError, RecursionError):
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        if isinstance(claims, dict):
            return {key: str(claims[key]).lower() for key in _READ if claims.get(key)}
    return {}


def _wrong_token(message: str) -> RequestFailed:
    return RequestFailed(
        Problem(
            WRONG_TOKEN,
            message,
            "nothing was written; check tenant, identity and object_id in the file",
        )
    )


def _unexpected_link() -> RequestFailed:
    return RequestFailed(
        Problem(
            "unexpected_answer",
            "Azure answered 200, but not with a link of the known form",
            "nothing was concluded from it; run again, then report it",
        )
    )
