"""Do the days of the file agree? What begins must begin before it ends, and lead somewhere."""

from reconciler.config.checks.context import CheckContext
from reconciler.config.partners import Partners
from reconciler.config.precedence import LinkEntry, entries
from reconciler.config.reading.diagnostics import quoted
from reconciler.config.reading.tree import Path
from reconciler.core.links import WantedState


def check_dates(context: CheckContext) -> None:
    """Every `becomes:` leads to an ID that stays, and every `from:` comes before its `until:`."""
    partners = Partners.of(context.document, context.damage.is_listed)
    _check_circles(context, partners)
    _check_rivals(context)
    told: set[Path] = set()
    for index in range(len(context.document.tenants)):
        if not context.damage.at("tenants", index):
            for entry in entries(context.document, index):
                if entry.is_dated:
                    _check_entry(context, entry, told)


def _check_circles(context: CheckContext, partners: Partners) -> None:
    """Each circle is told once, where the file closes it first."""
    told: set[frozenset[str]] = set()
    for alias, partner in (context.document.partners or {}).items():
        steps = [partner.id, *(partner_id for partner_id, _ in partners.successors(alias))]
        circle = frozenset(steps)
        if steps[-1] != partner.id or len(steps) == 1 or circle in told:
            continue
        told.add(circle)
        way = " → ".join(partners.aliases[step] for step in steps)
        context.add(
            ("partners", alias, "becomes"),
            f"becomes: runs in a circle ({way}); let one of them stay what it is",
        )


def _check_rivals(context: CheckContext) -> None:
    """One ID under two aliases becomes one thing: links are known by IDs."""
    first: dict[str, str] = {}
    partners = context.document.partners or {}
    for alias, partner in partners.items():
        before = first.setdefault(partner.id, alias)
        if partner.becomes != partners[before].becomes:
            context.add(
                ("partners", alias),
                f"{quoted(before)} and {quoted(alias)} are both {partner.id}, and what it becomes "
                "differs; say the same under both, or keep one of them",
            )


def _check_entry(context: CheckContext, entry: LinkEntry, told: set[Path]) -> None:
    begins, until = entry.find("from"), entry.find("until")
    for key, found in (("from", begins), ("until", until)):
        if found.path is None or found.path in told:
            continue
        rival = _rival(entry, key)
        if rival:
            told.add(found.path)
            context.add(found.path, f"{key} and {rival} contradict each other; keep one of them")
    if begins.path and until.path and until.value < begins.value and until.path not in told:
        told.add(until.path)
        context.add(
            until.path,
            f"until {until.value} is before from {begins.value} ({context.where(begins.path)}); "
            "the last day cannot come before the first",
        )


def _rival(entry: LinkEntry, key: str) -> str:
    """What makes a day pointless: nothing is ever written there, or no link is wanted anyway."""
    if entry.attested:
        return "attested:"
    pointless = (
        (WantedState.UNMANAGED,) if key == "from" else (WantedState.UNMANAGED, WantedState.ABSENT)
    )
    return f"state {entry.state}" if entry.state in pointless else ""
