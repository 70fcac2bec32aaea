"""What is new since a night, in words: one sentence for each kind of news."""

from collections.abc import Iterator

from reconciler.core.history.changes_since import ChangeKind, ChangesSince, LinkChange
from reconciler.core.plan_json import Data, iso
from reconciler.views.grouping import NAMED, member_label

_LABELS = {
    ChangeKind.NEW_DRIFT: "new drift",
    ChangeKind.NEWLY_UNREADABLE: "newly unreadable",
    ChangeKind.STILL_UNREADABLE: "still unreadable",
    ChangeKind.STILL_DRIFT: "still drifting",
    ChangeKind.RECOVERED: "recovered",
}


def heading(changes_since: ChangesSince) -> str:
    """What the news is compared with."""
    return f"News since {iso(changes_since.since)}"


def news_lines(changes_since: ChangesSince) -> Iterator[str]:
    """A sentence for each kind of news that there is; raw text, for a view to make safe."""
    if not changes_since.is_known:
        yield "nothing was recorded before that: all is compared with nothing"
    if not changes_since.items:
        yield "nothing is new"
    for word, label in _LABELS.items():
        items = changes_since.of(word)
        if items:
            names = ", ".join(map(_named, items[:NAMED]))
            more = len(items) - NAMED
            rest = f" and {more} more (the CSV and JSON formats have all)" if more > 0 else ""
            yield f"{label} ({len(items)}): {names}{rest}"


def news_data(changes_since: ChangesSince) -> Data:
    """The news as JSON data."""
    return {
        "since": iso(changes_since.since),
        "known": changes_since.is_known,
        "links": [
            {
                "tenant": item.observation.tenant,
                "identity": item.observation.identity,
                "news": item.word.value,
                "since": iso(item.since),
                "nights": item.nights,
            }
            for item in changes_since.items
        ],
    }


def _named(item: LinkChange) -> str:
    is_counted = item.nights > 1 and item.word is not ChangeKind.RECOVERED
    nights = f" ({item.nights} nights)" if is_counted else ""
    return member_label(item.observation.key) + nights
