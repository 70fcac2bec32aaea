"""Evidence for a customer: a page that explains the link, and the files with the facts.

The page covers the questions of Microsoft's own page on Partner Admin Link. It claims no more than
was read: that the link is in place, never what it earns.
"""

import json
from collections.abc import Iterator

from reconciler.core.access.values import Workload
from reconciler.core.customers.evidence import (
    Evidence,
    EvidenceItem,
    Line,
    without_others,
)
from reconciler.core.customers.evidence_json import ANSWER, history_data, links_data
from reconciler.core.history.link_history import Write
from reconciler.core.links import ObservedState
from reconciler.core.plan_json import Data, iso
from reconciler.core.results import Outcome
from reconciler.core.text import json_safe
from reconciler.views.markdown.escape import code, escape, table

SOURCE = "https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id"

ANSWERS = "answer-*.json"
"""Files of an earlier run that this one may not replace."""

_QUESTIONS = f"""\
## What is this link?

Partner Admin Link ties one account that works for you (a user, or an app) to the ID of the
Microsoft partner that it works for. The account makes the link for itself,
in your tenant. The link tells Microsoft which partner works in your environment.

## What data does it collect?

No new data. The link adds the partner's ID to an account that already has access.
Microsoft can then attribute usage to the partner. The partner sees no more of your data than
before.

## What does Microsoft look at?

{{looks_at}}

## Does it change any permission?

No. The link adds no role, removes no role, and allows no sign-in. The account has the same
permissions before and after.

## Who can change or remove it?

Only the account itself can, and we operate it: ask us, and we remove the link. Neither you nor
another partner can change it. You can also end it without us: a link exists as long as its account,
so it ends when you delete the user or the enterprise application. To end our access, remove our
roles as usual.

## Is it the same in each tenant?

No. Each tenant has its own account and its own link. This page is about yours.

## How can you check this?

Find the object ID in the Microsoft Entra admin center: that is the account. Azure shows the link
only to the account itself. The answers beside this page are what Azure sent to it, unchanged, with
the time and Azure's request ID. `evidence.json` has their digests; `sha256sum answer-1.json` prints
the same.

Microsoft's description: <{SOURCE}>
"""

_LOOKS_AT = {
    Workload.AZURE: """\
The usage of Azure resources, within the roles and the scope that this account has.""",
    Workload.POWER_PLATFORM: """\
The usage of what this account owns in the Power Platform: apps of which it is owner or co-owner,
flows that it created, datasets that it published.""",
}


def files(evidence: Evidence) -> dict[str, bytes]:
    """Return all files of the folder by name: facts and answers for programs, a page for people."""
    answers = {
        ANSWER.format(number=number): one.reading.body
        for number, one in enumerate(evidence.items, 1)
        if one.reading and one.reading.status
    }
    return {
        "explanation.md": render(evidence).encode(),
        "evidence.json": _json(links_data(evidence)),
        "history.json": _json(history_data(evidence)),
        "journal.jsonl": "".join(map(_line, evidence.journal)).encode(),
        **answers,
    }


def _json(data: Data) -> bytes:
    return f"{json_safe(json.dumps(data, indent=2, ensure_ascii=False))}\n".encode()


def _line(line: Line) -> str:
    """Return a line of the journal, with hidden characters escaped."""
    return json_safe(json.dumps(line, ensure_ascii=False, separators=(",", ":"))) + "\n"


def render(evidence: Evidence) -> str:
    """Render the page."""
    return "".join(f"{line}\n" for line in _lines(evidence))


def _lines(evidence: Evidence) -> Iterator[str]:
    yield f"# Partner Admin Link: {escape(evidence.customer)}"
    yield ""
    yield f"As of {iso(evidence.created_at)}, read from Azure by pal-reconcile."
    yield ""
    yield "## What is linked"
    yield ""
    rows = [_row(number, one) for number, one in enumerate(evidence.items, 1)]
    yield from table(
        ("account", "object ID", "linked to", "partner", "last change", "read", "answer"), rows
    )
    yield ""
    for item in evidence.items:
        yield from _remark(item, evidence)
    yield from _roles(evidence)
    yield from _past(evidence)
    yield _QUESTIONS.format(looks_at=_LOOKS_AT[evidence.workload]).rstrip("\n")


def _row(number: int, item: EvidenceItem) -> tuple[str, ...]:
    seen, reading = item.change.observed, item.reading
    object_id = (seen.object_id if seen else None) or item.change.place.object_id
    is_there = reading is not None and reading.status is not None
    return (
        _account(item),
        code(object_id) if object_id else "",
        _state(item),
        escape((seen.partner_name if seen else None) or ""),
        escape((seen.updated_at if seen else None) or ""),
        iso(reading.read_at) if reading else "",
        f"`{ANSWER.format(number=number)}`" if is_there else "",
    )


def _account(item: EvidenceItem) -> str:
    identity = item.identity
    if identity.username:
        return code(identity.username)
    return f"app {code(identity.client_id)}" if identity.client_id else escape(identity.name)


def _state(item: EvidenceItem) -> str:
    seen = item.change.observed
    if seen is None:
        return "not read"
    if seen.state is ObservedState.LINKED:
        return code(seen.partner_id or "")
    return "nothing" if seen.state is ObservedState.NOT_LINKED else "could not be read"


def _remark(item: EvidenceItem, evidence: Evidence) -> Iterator[str]:
    """Yield remarks on a link that could not be read, or that is in the partner's own tenant."""
    change = item.change
    own = (evidence.customer, change.place.tenant)
    if change.problem:
        message = without_others(change.problem.message, evidence.others, own)
        yield (
            f"The link of {_account(item)} could not be read "
            f"({code(change.problem.code)}: {escape(message)}). "
            "It may still exist."
        )
        yield ""
    elif change.observed is None:
        reason = without_others(change.reason, evidence.others, own)
        yield f"The link of {_account(item)} can no longer be read: {escape(reason)}."
        yield ""
    if evidence.customer in change.wanted.covers:
        yield (
            f"{_account(item)} works from our own tenant, through your delegation "
            "(Azure Lighthouse). The link is in our tenant, and ends for you with the delegation."
        )
        yield ""


def _roles(evidence: Evidence) -> Iterator[str]:
    """Yield the roles that our accounts held when they were last checked."""
    known = {(each.tenant, each.identity): each.access for each in evidence.link_histories or ()}
    rows = []
    for item in evidence.items:
        place = item.change.place
        if access := known.get(place.key):
            own = (evidence.customer, place.tenant)
            message = without_others(access.message, evidence.others, own)
            rows.append((_account(item), escape(message), iso(access.last_at)))
    if rows:
        yield from ("## Which of your roles we hold", "")
        yield from table(("account", "roles", "checked"), rows)
        yield ""


def _outcome(write: Write) -> str:
    if write.outcome is Outcome.FAILED:
        return f"written, but {write.problem}"
    return write.outcome.value if write.outcome else "unknown"


def _past(evidence: Evidence) -> Iterator[str]:
    writes = [
        write for link_history in evidence.link_histories or () for write in link_history.writes
    ]
    yield "## What we changed"
    yield ""
    if evidence.link_histories is None:
        yield "Our history could not be read; `journal.jsonl` has what was written."
    elif not writes:
        yield "Our history has no changes."
    else:
        rows = [
            (
                iso(write.at),
                escape(write.action.value),
                code(write.before) if write.before else "nothing",
                code(write.after) if write.after else "nothing",
                escape(_outcome(write)),
            )
            for write in writes
        ]
        yield from table(("time", "change", "from", "to", "outcome"), rows)
    yield ""
