"""What are people asked to do for links that only they can reach? A note to be mailed to them.

A plan of one person's links (`--only identity:alice`) is that person's note.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from shlex import quote

from reconciler.core.text import visible
from reconciler.views.markdown.escape import escape, limited
from reconciler.views.rows import Row

MOST_TENANTS = 50
_TENANTS_CHARS = 3_000
"""More are counted: a comment has to hold them, however long their names are."""

FEW = 5
"""For up to so many tenants the sign-in is for them alone."""

_LOGIN = "pal-reconcile login "


def people_lines(rows: Sequence[Row], limit_chars: int) -> Iterator[str]:
    """For each person: the customers, the commands in order, and where the report goes.

    limit_chars  how much all notes together may take; whose note has no room is counted
    """
    people = list(dict.fromkeys(row.identity for row in rows if _needs_person(row)))
    for number, identity in enumerate(people):
        own = [row for row in rows if row.identity == identity]
        note = list(_note(identity, [row for row in own if _needs_person(row)], len(own)))
        limit_chars -= sum(len(line) + 1 for line in note)
        if limit_chars < 0:
            yield f"… and {len(people) - number} more people: plan with `--only identity:NAME`."
            yield ""
            return
        yield from note


def _note(identity: str, needed: Sequence[Row], listed: int) -> Iterator[str]:
    who = visible(identity)
    only = quote(f"identity:{who}")
    report = quote(f"report-{who.replace('/', '-')}.json")
    tenants = [f" --tenant {quote(visible(row.tenant))}" for row in needed]
    is_some = len(needed) < listed and len(needed) <= FEW
    yield from (f"**{escape(identity)}**, for these customers:", "")
    wishes = (f"- {escape(row.tenant)}: {escape(row.after or 'to be read')}" for row in needed)
    kept, _ = limited(islice(wishes, MOST_TENANTS), _TENANTS_CHARS)
    yield from kept
    if len(needed) > len(kept):
        yield f"- … and {len(needed) - len(kept)} more"
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
