"""Which of an identity's secrets does Entra accept? So that a rotation has no gap.

They are tried in the file's order. The one that was accepted goes first from then on, so that a
rotation costs one refusal a run and not one a tenant.
"""

from collections.abc import Callable
from dataclasses import replace

from reconciler.azure.http.retry import RequestFailed
from reconciler.core.identities import Identity, SecretRef
from reconciler.core.links import Rotation
from reconciler.core.problems import BROKEN_IDENTITY, CREDENTIAL_UNUSABLE

_TRY_THE_NEXT = BROKEN_IDENTITY | {CREDENTIAL_UNUSABLE}
"""Only these are about the secret; whatever else is refused, another secret would not help."""


class Rotations:
    """What was accepted in this run; safe to share between threads."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str | None], SecretRef] = {}

    def sign_in(
        self, identity: Identity, attempt: Callable[[Identity], str]
    ) -> tuple[str, Rotation | None]:
        """A token by the first secret that is accepted, and which that was; raises `RequestFailed`.

        attempt  signs in with an identity of one secret
        """
        if not identity.spare_secrets:
            return attempt(identity), None
        troubles: dict[SecretRef, RequestFailed] = {}
        for ref in self._in_turn(identity):
            try:
                token = attempt(replace(identity, secret=ref, spare_secrets=()))
            except RequestFailed as failure:
                if failure.problem.code not in _TRY_THE_NEXT:
                    raise
                troubles[ref] = failure
            else:
                self._accepted[identity.name, identity.client_id] = ref
                return token, Rotation(str(ref), tuple(map(str, troubles)))
        raise _none_accepted(list(troubles.values()))

    def _in_turn(self, identity: Identity) -> list[SecretRef]:
        listed = [ref for ref in (identity.secret, *identity.spare_secrets) if ref]
        accepted = self._accepted.get((identity.name, identity.client_id))
        return sorted(listed, key=lambda ref: ref != accepted)


def _none_accepted(troubles: list[RequestFailed]) -> RequestFailed:
    """Entra's first refusal; what could not even be sent tells less."""
    said = min(troubles, key=lambda failure: failure.problem.code == CREDENTIAL_UNUSABLE).problem
    message = f"none of {len(troubles)} secrets is accepted: {said.message}"
    return RequestFailed(replace(said, message=message))
