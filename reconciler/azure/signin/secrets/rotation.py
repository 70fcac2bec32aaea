"""Secret rotation: an identity may list several secrets, and the first that Entra accepts is used.

Secrets are tried in the order of the file. The accepted one is tried first from then on, so a
rotation costs one refused request for each run, not for each tenant.
"""

from collections.abc import Callable
from dataclasses import replace

from reconciler.azure.http.retry import RequestFailed
from reconciler.core.identities import ClientSecret, Identity, SecretRef
from reconciler.core.links import Rotation
from reconciler.core.problems import BROKEN_IDENTITY, CREDENTIAL_UNUSABLE

_TRY_THE_NEXT = BROKEN_IDENTITY | {CREDENTIAL_UNUSABLE}
"""Codes that concern the secret. After any other code another secret would not help."""


class Rotations:
    """The secrets accepted in this run; safe to share between threads."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str | None], SecretRef] = {}

    def sign_in(
        self, identity: Identity, attempt: Callable[[Identity], str]
    ) -> tuple[str, Rotation | None]:
        """Sign in with the first accepted secret, and say which it was; raises `RequestFailed`.

        attempt  signs in with an identity of one secret
        """
        if not isinstance(identity, ClientSecret) or len(identity.secret) == 1:
            return attempt(identity), None
        failures: dict[SecretRef, RequestFailed] = {}
        for ref in self._in_order(identity):
            try:
                token = attempt(replace(identity, secret=(ref,)))
            except RequestFailed as failure:
                if failure.problem.code not in _TRY_THE_NEXT:
                    raise
                failures[ref] = failure
            else:
                self._accepted[identity.name, identity.client_id] = ref
                return token, Rotation(str(ref), tuple(map(str, failures)))
        raise _none_accepted(list(failures.values()))

    def _in_order(self, identity: ClientSecret) -> list[SecretRef]:
        accepted = self._accepted.get((identity.name, identity.client_id))
        return sorted(identity.secret, key=lambda ref: ref != accepted)


def _none_accepted(failures: list[RequestFailed]) -> RequestFailed:
    """Entra's first refusal; a secret that could not be resolved is less informative."""
    said = min(failures, key=lambda failure: failure.problem.code == CREDENTIAL_UNUSABLE).problem
    message = f"none of {len(failures)} secrets is accepted: {said.message}"
    return RequestFailed(replace(said, message=message))
