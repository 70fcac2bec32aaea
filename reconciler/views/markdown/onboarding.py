"""Onboarding notes: what each customer has to do before its link can be read, ready to be mailed.

A note mentions no other customer. What the partner has to fix follows in a section of its own.
"""

from collections.abc import Iterator, Sequence

from reconciler.core.doctor.checkup import Checkup, CredentialCheck, CustomerRequest
from reconciler.core.doctor.steps import Step
from reconciler.core.text import visible
from reconciler.views.checkup import WHERE, affected, checkup_summary, faults, tenant_id
from reconciler.views.markdown.escape import code, escape

_NO_REDIRECT_URI = (
    "our application has no redirect URI, which the consent link needs. Tell us, and we add one"
)
"""Only a note with a consent link says so."""


def render(checkup: Checkup) -> str:
    """Render a note for each customer that has to act, then what the partner has to fix."""
    parts = [note.rstrip("\n") for note in customer_notes(checkup).values()]
    ours = _ours(checkup)
    if ours or not parts:
        parts.append(render_own(checkup).rstrip("\n"))
    return "\n\n---\n\n".join(parts) + "\n"


def customer_notes(checkup: Checkup) -> dict[str, str]:
    """Return the note for each customer that has to act, by the customer's name."""
    directories: dict[str, str] = {}
    needs: dict[str, list[list[str]]] = {}
    for check in checkup.checks:
        if check.request:
            tenant = check.place.tenant
            directories.setdefault(tenant, tenant_id(check) or check.place.directory)
            needs.setdefault(tenant, []).append([*_needs(check.request, check.own_failure)])
    linked_here = frozenset(needs)
    for covered in checkup.covered:
        directories.setdefault(covered.tenant, covered.tenant_id)
        needs.setdefault(covered.tenant, []).append([*_needs(covered.request, None)])
    return {
        tenant: "\n".join(
            _note(tenant, directories[tenant], items, is_linked_here=tenant in linked_here)
        )
        + "\n"
        for tenant, items in needs.items()
    }


def render_own(checkup: Checkup) -> str:
    """Render what the partner has to fix; without that, the summary."""
    return "\n".join(_ours(checkup) or [escape(checkup_summary(checkup))]) + "\n"


_IN_THEIR_DIRECTORY = (
    "We record in your Microsoft Entra directory that we work for you as a Microsoft partner",
    "(Partner Admin Link). It changes no permission and collects no new data.",
)
_IN_OUR_DIRECTORY = (
    "We work for you through Azure Lighthouse, and record in our own directory that we are your",
    "Microsoft partner (Partner Admin Link). It changes no permission and collects no new data.",
)


def _note(
    tenant: str, directory: str, items: Sequence[Sequence[str]], *, is_linked_here: bool
) -> list[str]:
    """Return the note for one customer, about every account that needs something from it.

    is_linked_here  whether a link is in the customer's own directory
    """
    lines = [
        f"## {escape(tenant)}: what our partner link needs",
        "",
        *(_IN_THEIR_DIRECTORY if is_linked_here else _IN_OUR_DIRECTORY),
        "",
        f"Directory: {code(directory)}",
    ]
    for item in items:
        lines += ["", *item]
    return lines


def _needs(request: CustomerRequest, fault: Step | None) -> Iterator[str]:
    yield f"- **What is missing:** {_prose(request.missing)}"
    yield f"- **Who can do it:** {_prose(request.who)}"
    yield f"- **What to do:** {_prose(request.remedy)}"
    if request.link:
        yield f"- **Consent link:** <{request.link}>"
        yield f"- **If that page shows AADSTS500113:** {_NO_REDIRECT_URI}"
    if fault and fault.problem:
        yield f"- **What Microsoft answered:** {escape(fault.problem.message)}"


def _prose(text: str) -> str:
    """Escape our own text; a command between two backticks stays code."""
    words = text.split("`")
    if len(words) % 2 == 0:
        return escape(text)
    words[::2] = map(escape, words[::2])
    words[1::2] = (f"`{visible(command)}`" for command in words[1::2])
    return "".join(words)


def _ours(checkup: Checkup) -> list[str]:
    """Return what only the partner can fix."""
    items = [*_shared(checkup), *_own(checkup)]
    for finding in checkup.findings:
        about = " / ".join(filter(None, (finding.tenant, finding.identity)))
        items.append(_item(about, finding.code, finding.message, finding.hint))
    if not items:
        return []
    return [
        "## For us, not for customers",
        "",
        f"**{escape(checkup_summary(checkup))}**",
        "",
        *items,
    ]


def _shared(checkup: Checkup) -> Iterator[str]:
    steps: list[tuple[str, Step, CredentialCheck | None]] = [
        (e.name.value, e.step, None) for e in checkup.endpoints
    ]
    steps.append((checkup.clock.name.value, checkup.clock, None))
    steps += [(c.label, step, c) for c in checkup.credentials for step in c.steps]
    for about, step, whose in steps:
        if step.problem:
            links = affected(checkup, step, whose)
            yield _item(about, step.problem.code, step.problem.message, step.problem.hint, links)


def _own(checkup: Checkup) -> Iterator[str]:
    ours = [check for check in checkup.checks if check.request is None]
    for step, group in faults(ours):
        cause = group.cause
        yield _item(step.name, cause.code, cause.message, cause.hint, group.named(WHERE))


def _item(about: str, word: str, message: str, hint: str, links: str = "") -> str:
    lead = f"**{escape(about)}** " if about else ""
    parts = [f"- {lead}{code(word)}: {escape(message)}", f"→ {escape(hint)}", escape(links)]
    return "<br>".join(filter(None, parts))
