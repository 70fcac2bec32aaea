"""What are people asked to do for links that only they can reach? A note to be mailed to them.

A plan of one person's links (`--only identity:alice`) is that person's note.
"""

from collections.abc import Iterator, Sequence
from shlex import quote

from reconciler.core.text import visible
from reconciler.views.markup import escape
from reconciler.views.rows import Row

MOST_PEOPLE = 10
MOST_TENANTS = 50
"""More are counted: a comment has to hold them."""

FEW = 5
"""For up to so many tenants the sign-in is for them alone."""

_LOGIN = "pal-reconcile login "


def people_lines(rows: Sequence[Row]) -> Iterator[str]:
    """For each person: the customers, the commands in order, and where the report goes."""
    people = list(dict.fromkeys(row.identity for row in rows if _needs_person(row)))
    for identity in people[:MOST_PEOPLE]:
        own = [row for row in rows if row.identity == identity]
        yield from _note(identity, [row for row in own if _needs_person(row)], len(own))
    if len(people) > MOST_PEOPLE:
        yield f"… and {len(people) - MOST_PEOPLE} more people: plan with `--only identity:NAME`."
        yield ""


def _note(identity: str, needed: Sequence[Row], listed: int) -> Iterator[str]:
    who = visible(identity)
    only = quote(f"identity:{who}")
    report = quote(f"report-{who.replace('/', '-')}.json")
    tenants = [f" --tenant {quote(visible(row.tenant))}" for row in needed]
    is_some = len(needed) < listed and len(needed) <= FEW
    yield from (f"**{escape(identity)}**, for these customers:", "")
    for row in needed[:MOST_TENANTS]:
        yield f"- {escape(row.tenant)}: {escape(row.after or 'to be read')}"
    if len(needed) > MOST_TENANTS:
        yield f"- … and {len(needed) - MOST_TENANTS} more"
    yield from ("", "At a terminal, in the folder of tenants.yaml:", "", "~~~sh")
    yield f"{_LOGIN}{quote(who)}{''.join(tenants) if is_some else ''}"
    yield f"pal-reconcile apply --only {only} --format json > {report}"
    yield from ("~~~", "")
    yield "The first signs in, once for each customer; the second shows what it would change and"
    yield f"asks. Then send {escape(report)} back: it holds no secret."
    yield ""


def _needs_person(row: Row) -> bool:
    problem = row.problem
    return problem is not None and problem.code == "person_needed" and _LOGIN in problem.hint
