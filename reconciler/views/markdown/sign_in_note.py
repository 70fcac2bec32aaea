"""Sign-in notes: what people need to do for links that only they can read, ready to be mailed.

A plan of one person's links (`--only identity:alice`) is that person's note. If folders were
written for people, their notes are there, and the plan says what to send to whom.
"""

from collections.abc import Iterator, Sequence
from shlex import quote

from reconciler.core.plan_review import PersonFolder
from reconciler.core.text import visible
from reconciler.views.markdown.escape import code, escape, limited
from reconciler.views.rows import Row

MOST_TENANTS = 50
_TENANTS_CHARS = 3_000
"""Limits of one note; further tenants are counted."""

FEW = 5
"""For up to this many tenants, the command names them."""

_LOGIN = "pal-reconcile login "


_FOLDERS = (
    "For people who do not have this tenants.yaml, write a folder with only their links:",
    "`pal-reconcile plan --only identity:NAME --format markdown --out DIR`",
)


def people_section(rows: Sequence[Row], limit_chars: int) -> list[str]:
    """Return the notes for people; never collapsed, because a mail program cannot expand.

    limit_chars  as in `people_lines`
    """
    lines = list(people_lines(rows, limit_chars))
    if not lines:
        return []
    return ["### Sign-ins that people need to do", "", *lines[:-1], "", *_FOLDERS]


def folders_section(folders: Sequence[PersonFolder], limit_chars: int) -> list[str]:
    """Return what to send to whom; empty if no folder was written.

    limit_chars  the limit of the whole section; people that do not fit are counted
    """
    if not folders:
        return []
    lines = ["### Folders for people", ""]
    for number, folder in enumerate(folders):
        entry = _folder_entry(folder)
        limit_chars -= sum(len(line) + 1 for line in entry)
        if limit_chars < 0:
            lines += [f"… and {len(folders) - number} more people, with a folder each.", ""]
            break
        lines += entry
    where, report = ("in each folder", "each") if len(folders) > 1 else ("there", "the")
    return [
        *lines,
        f"README.md {where} says what to run: one command, which also signs in.",
        f"Then record {report} report: `pal-reconcile attest REPORT`",
    ]


def _folder_entry(folder: PersonFolder) -> list[str]:
    wanted = [
        f"{escape(link.place.tenant)}: {link.partner_id or 'remove the link'}"
        for link in folder.links
    ]
    return [
        f"**{escape(folder.identity)}** ({code(folder.username)}), for these customers:",
        "",
        *_bullets(wanted),
        "",
        f"Send both files of the folder {escape(folder.path)}. "
        f"They send back {escape(folder.report)}.",
        "",
    ]


def _bullets(customers: Sequence[str]) -> list[str]:
    """Return a list of the customers that fit, and the number of the others."""
    kept, _ = limited((f"- {each}" for each in customers[:MOST_TENANTS]), _TENANTS_CHARS)
    more = len(customers) - len(kept)
    return [*kept, f"- … and {more} more"] if more else kept


def without_folder(rows: Sequence[Row], folders: Sequence[PersonFolder]) -> list[Row]:
    """Return the rows without the sign-ins that the notes in these folders ask for."""
    names = {folder.identity for folder in folders}
    return [row for row in rows if not (row.identity in names and _needs_person(row))]


def people_lines(rows: Sequence[Row], limit_chars: int) -> Iterator[str]:
    """Yield a note for each person: customers, commands in order, and what to send back.

    limit_chars  the limit of all notes together; notes that do not fit are counted
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
    yield from _bullets(
        [f"{escape(row.tenant)}: {escape(row.after or 'read only')}" for row in needed]
    )
    yield from ("", "Run at a terminal, in the folder of tenants.yaml:", "", "~~~sh")
    yield f"{_LOGIN}{quote(who)}{''.join(tenants) if is_some else ''}"
    yield f"pal-reconcile apply --only {only} --format json > {report}"
    yield from ("~~~", "")
    yield "The first command signs in, once for each customer. The second shows the changes, asks,"
    yield f"and makes them. Then send {escape(report)} back. It contains no secrets."
    yield ""


def _needs_person(row: Row) -> bool:
    problem = row.problem
    return problem is not None and problem.code == "person_needed" and _LOGIN in problem.hint
