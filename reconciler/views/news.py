"""What is new since a night, in words: one sentence for each kind of news."""

from collections.abc import Iterator

from reconciler.core.documents import Data, iso
from reconciler.core.news import Item, News, Word
from reconciler.views.groups import NAMED, member_label

_LABELS = {
    Word.NEW_DRIFT: "new drift",
    Word.NEWLY_UNREADABLE: "newly unreadable",
    Word.STILL_UNREADABLE: "still unreadable",
    Word.STILL_DRIFT: "still drifting",
    Word.RECOVERED: "recovered",
}


def heading(news: News) -> str:
    """What the news is compared with."""
    return f"News since {iso(news.since)}"


def news_lines(news: News) -> Iterator[str]:
    """A sentence for each kind of news that there is; raw text, for a view to make safe."""
    if not news.is_known:
        yield "nothing was recorded before that: all is compared with nothing"
    if not news.items:
        yield "nothing is new"
    for word, label in _LABELS.items():
        items = news.of(word)
        if items:
            names = ", ".join(map(_named, items[:NAMED]))
            more = len(items) - NAMED
            rest = f" and {more} more (the CSV and JSON formats have all)" if more > 0 else ""
            yield f"{label} ({len(items)}): {names}{rest}"


def news_data(news: News) -> Data:
    """The news as JSON data."""
    return {
        "since": iso(news.since),
        "known": news.is_known,
        "links": [
            {
                "tenant": item.sight.tenant,
                "identity": item.sight.identity,
                "news": item.word.value,
                "since": iso(item.since),
                "nights": item.nights,
            }
            for item in news.items
        ],
    }


def _named(item: Item) -> str:
    is_counted = item.nights > 1 and item.word is not Word.RECOVERED
    nights = f" ({item.nights} nights)" if is_counted else ""
    return member_label(item.sight.key) + nights
