"""People: the links that only a person can change, and the name of the report they send back."""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.customers.file_names import file_stems
from reconciler.core.identities import Identity
from reconciler.core.links import WRITES, Action, Change, Wanted, WantedState

TO_DO = WRITES | {Action.UNKNOWN, Action.CONFLICT}
"""The actions of links that a person has to look at. What is in sync is not in their file."""


def are_of_people(wanted: Sequence[Wanted], identities: Mapping[str, Identity]) -> bool:
    """Whether every one of these links is reached by a person's own sign-in."""
    names = {want.place.identity for want in wanted}
    return bool(names) and all(identities[name].username is not None for name in names)


def to_do(changes: Iterable[Change]) -> dict[str, list[Wanted]]:
    """The links that are not as wanted, by identity, in file order."""
    found: dict[str, list[Wanted]] = {}
    for change in changes:
        if change.action in TO_DO and change.wanted.state is not WantedState.UNMANAGED:
            found.setdefault(change.place.identity, []).append(change.wanted)
    return found


def report_name(identities: Iterable[str]) -> str:
    """The file name of a report about the links of these people."""
    names = list(dict.fromkeys(identities))
    return f"report-{file_stems(names)[0] if len(names) == 1 else 'people'}.json"
