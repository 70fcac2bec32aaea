"""Secret rotation findings: which of an identity's secrets Entra accepts and which it refuses."""

from collections.abc import Mapping, Sequence

from reconciler.core.findings import Finding
from reconciler.core.links import Observed, Place


def secret_rotation_findings(observed: Mapping[Place, Observed]) -> tuple[Finding, ...]:
    """A finding for each identity, or customer's app, with a secret that Entra refused."""
    accepted: dict[tuple[str, str | None], dict[str, Place]] = {}
    refused: dict[tuple[str, str | None], dict[str, None]] = {}
    for place, seen in observed.items():
        if rotation := seen.rotation:
            accepted.setdefault(place.login, {}).setdefault(rotation.accepted, place)
            refused.setdefault(place.login, {}).update(dict.fromkeys(rotation.refused))
    return tuple(
        _finding(works, fails)
        for login, works in accepted.items()
        if (fails := [ref for ref in refused[login] if ref not in works])
    )


def _finding(works: Mapping[str, Place], fails: Sequence[str]) -> Finding:
    """The finding about one identity.

    works  the references that Entra accepts, each with a link that signed in with it
    """
    place = next(iter(works.values()))
    whose = f"{place.identity} of {place.tenant}" if place.app else place.identity
    return Finding(
        "secret_refused",
        f"identity {whose} signs in with {' and '.join(works)}; "
        f"{' and '.join(fails)} is not accepted",
        "after the rotation, remove the refused secret from secret:; if it is the new one, store "
        "its correct value",
        place.tenant if place.app else None,
        place.identity,
    )
