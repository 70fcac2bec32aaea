"""Scope of a page: which customers and links it covers, for its title, heading and footer."""

from dataclasses import dataclass

from reconciler.core.plan import Plan


@dataclass(frozen=True, slots=True)
class PageScope:
    """What a page covers.

    customers     the only customer's name, or how many there are
    links         how many links it has, and of how many in the file
    day           the day of the reads
    is_selection  whether the file has other links, too
    """

    customers: str
    links: str
    day: str
    is_selection: bool = False

    @property
    def title(self) -> str:
        """The scope for the title of the page and of its print."""
        return f"{self.customers}{' (selection)' * self.is_selection} · {self.day}"


def scope_of(plan: Plan) -> PageScope:
    """Return the scope of a plan's links. A link that covers customers counts for each of them."""
    names = {name for c in plan.changes for name in c.wanted.covers or (c.place.tenant,)}
    customers = names.pop() if len(names) == 1 else _count(len(names), "customer")
    links = _count(len(plan.changes), "link")
    if plan.not_selected:
        links += f" selected of {len(plan.changes) + plan.not_selected:,} in the file"
    return PageScope(customers, links, f"{plan.created_at:%Y-%m-%d}", bool(plan.not_selected))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + "s" * (number != 1)
