"""Do the days of the file agree? What begins must begin before it ends, and lead somewhere."""

from reconciler.config.complaints import quoted
from reconciler.config.draft import Draft
from reconciler.config.links import Entry, entries
from reconciler.config.nodes import Path
from reconciler.config.partners import Partners
from reconciler.core.links import Aim


def check_days(draft: Draft) -> None:
    """Every `becomes:` leads to an ID that stays, and every `from:` comes before its `until:`."""
    partners = Partners.of(draft.document, draft.damage.is_listed)
    _check_circles(draft, partners)
    _check_rivals(draft)
    told: set[Path] = set()
    for index in range(len(draft.document.tenants)):
        if not draft.damage.at("tenants", index):
            for entry in entries(draft.document, index):
                if entry.is_dated:
                    _check_entry(draft, entry, told)


def _check_circles(draft: Draft, partners: Partners) -> None:
    """Each circle is told once, where the file closes it first."""
    told: set[frozenset[str]] = set()
    for alias, partner in (draft.document.partners or {}).items():
        steps = [partner.id, *(partner_id for partner_id, _ in partners.successors(alias))]
        circle = frozenset(steps)
        if steps[-1] != partner.id or len(steps) == 1 or circle in told:
            continue
        told.add(circle)
        way = " → ".join(partners.aliases[step] for step in steps)
        draft.add(
            ("partners", alias, "becomes"),
            f"becomes: runs in a circle ({way}); let one of them stay what it is",
        )


def _check_rivals(draft: Draft) -> None:
    """One ID under two aliases becomes one thing: links are known by IDs."""
    first: dict[str, str] = {}
    partners = draft.document.partners or {}
    for alias, partner in partners.items():
        before = first.setdefault(partner.id, alias)
        if partner.becomes != partners[before].becomes:
            draft.add(
                ("partners", alias),
                f"{quoted(before)} and {quoted(alias)} are both {partner.id}, and what it becomes "
                "differs; say the same under both, or keep one of them",
            )


def _check_entry(draft: Draft, entry: Entry, told: set[Path]) -> None:
    begins, until = entry.find("from"), entry.find("until")
    for key, found in (("from", begins), ("until", until)):
        if found.path is None or found.path in told:
            continue
        rival = _rival(entry, key)
        if rival:
            told.add(found.path)
            draft.add(found.path, f"{key} and {rival} contradict each other; keep one of them")
    if begins.path and until.path and until.value < begins.value and until.path not in told:
        told.add(until.path)
        draft.add(
            until.path,
            f"until {until.value} is before from {begins.value} ({draft.where(begins.path)}); "
            "the last day cannot come before the first",
        )


def _rival(entry: Entry, key: str) -> str:
    """What makes a day pointless: nothing is ever written there, or no link is wanted anyway."""
    if entry.attested:
        return "attested:"
    pointless = (Aim.UNMANAGED,) if key == "from" else (Aim.UNMANAGED, Aim.ABSENT)
    return f"state {entry.state}" if entry.state in pointless else ""
