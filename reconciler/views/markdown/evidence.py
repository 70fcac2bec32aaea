"""What does a customer read about our link? One page, in Markdown, for people who never saw one.

It answers what Microsoft's own questions and answers on Partner Admin Link answer, and claims no
more than was read: that the link is in place, never what it is worth.
"""

import json
from collections.abc import Iterator

from reconciler.core.customers.evidence import Evidence, EvidenceItem, Line, without_others
from reconciler.core.customers.evidence_json import ANSWER, history_data, links_data
from reconciler.core.links import ObservedState, Workload
from reconciler.core.plan_json import Data, iso
from reconciler.core.text import json_safe
from reconciler.views.markdown.escape import code, escape, table

SOURCE = "https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id"

ANSWERS = "answer-*.json"
"""What an earlier time may have left that this one does not write again."""

_QUESTIONS = f"""\
## What is this link?

Partner Admin Link ties one account that works for you (a user, or an app) to the ID of the
Microsoft partner that it works for. It is made by that account, for itself, in your tenant. It
tells Microsoft which partner works in your environment.

## What data does it collect?

None that is new. The link adds the partner's ID to an account that you have already given access.
Microsoft can then attribute usage to the partner. The partner sees no more of your data than
before.

## What does Microsoft look at?

{{looks_at}}

## Does it change any permission?

No. It gives no role and takes none away, and it does not let anybody sign in. What the account may
do is what you allowed it, before and after.

## Who can change or remove it?

Only the account itself, which means us: ask, and we remove it. Neither you nor another partner can
change it. You can end it at any time without us: a link lives as long as its account, so it ends
when you delete the user or the enterprise application. Whatever access we have ends as always, by
the roles that you take away.

## Is it the same in each tenant?

No. Each tenant has an account, and so a link, of its own. This page speaks of yours.

## How can you check this?

Look the object ID up in the Microsoft Entra admin center: that is the account. Azure tells the link
only to the account itself, so the answers beside this page are its own, as they came, with the time
and Azure's request ID. Their digests stand in `evidence.json`: `sha256sum answer-1.json` gives the
same.

Microsoft's own words: <{SOURCE}>
"""

_LOOKS_AT = {
    Workload.AZURE: """\
The usage of Azure resources, within the roles and the scope that you gave this account.""",
    Workload.POWER_PLATFORM: """\
The usage of what this account owns in the Power Platform: apps of which it is owner or co-owner,
flows that it created, datasets that it published.""",
}


def files(evidence: Evidence) -> dict[str, bytes]:
    """All files of the folder, by name: facts and answers for programs, a page for people."""
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
    """A line of the journal as it stands there, but for hidden characters."""
    return json_safe(json.dumps(line, ensure_ascii=False, separators=(",", ":"))) + "\n"


def render(evidence: Evidence) -> str:
    """The page."""
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
    for exhibit in evidence.items:
        yield from _remark(exhibit, evidence)
    yield from _past(evidence)
    yield _QUESTIONS.format(looks_at=_LOOKS_AT[evidence.workload]).rstrip("\n")


def _row(number: int, exhibit: EvidenceItem) -> tuple[str, ...]:
    seen, reading = exhibit.change.observed, exhibit.reading
    object_id = (seen.object_id if seen else None) or exhibit.change.place.object_id
    is_there = reading is not None and reading.status is not None
    return (
        _account(exhibit),
        code(object_id) if object_id else "",
        _state(exhibit),
        escape((seen.partner_name if seen else None) or ""),
        escape((seen.updated_at if seen else None) or ""),
        iso(reading.read_at) if reading else "",
        f"`{ANSWER.format(number=number)}`" if is_there else "",
    )


def _account(exhibit: EvidenceItem) -> str:
    identity = exhibit.identity
    if identity.username:
        return escape(identity.username)
    return f"app {code(identity.client_id)}" if identity.client_id else escape(identity.name)


def _state(exhibit: EvidenceItem) -> str:
    seen = exhibit.change.observed
    if seen is None:
        return "not read"
    if seen.state is ObservedState.LINKED:
        return code(seen.partner_id or "")
    return "nothing" if seen.state is ObservedState.NOT_LINKED else "could not be read"


def _remark(exhibit: EvidenceItem, evidence: Evidence) -> Iterator[str]:
    """What to say of a link that is not simply there."""
    change = exhibit.change
    own = (evidence.customer, change.place.tenant)
    if change.problem:
        message = without_others(change.problem.message, evidence.others, own)
        yield (
            f"The link of {_account(exhibit)} could not be read "
            f"({code(change.problem.code)}: {escape(message)}). "
            "That does not mean that there is none."
        )
        yield ""
    elif change.observed is None:
        reason = without_others(change.reason, evidence.others, own)
        yield f"The link of {_account(exhibit)} cannot be read any more: {escape(reason)}."
        yield ""
    if evidence.customer in change.wanted.covers:
        yield (
            f"{_account(exhibit)} works from our own tenant, by the delegation that you gave it "
            "(Azure Lighthouse). The link stands there, and ends for you with the delegation."
        )
        yield ""


def _past(evidence: Evidence) -> Iterator[str]:
    writes = [
        write for link_history in evidence.link_histories or () for write in link_history.writes
    ]
    yield "## What we changed"
    yield ""
    if evidence.link_histories is None:
        yield "Our history could not be read; `journal.jsonl` has what was written."
    elif not writes:
        yield "Nothing that our history knows of."
    else:
        rows = [
            (
                iso(write.at),
                escape(write.action.value),
                code(write.before) if write.before else "nothing",
                code(write.after) if write.after else "nothing",
                escape(write.outcome.value if write.outcome else "unknown"),
            )
            for write in writes
        ]
        yield from table(("when", "what", "from", "to", "came to"), rows)
    yield ""
