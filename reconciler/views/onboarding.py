"""What has to happen before a customer's link can be read? A note for each, ready to be mailed.

A note is about its customer and nobody else. What we have to mend ourselves is no customer's
business and stands in a section of its own, after the notes.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from reconciler.core.checkup import Check, Checkup
from reconciler.core.steps import Step
from reconciler.views.faults import WHERE, faults, recap, tenant_id, waiting
from reconciler.views.markup import code, escape

_ADMINISTRATOR = "an administrator of {tenant}"
_MISSING = {
    "app_not_in_tenant": (
        "Our application is not in the directory.",
        _ADMINISTRATOR + "; where GDAP gives us Cloud Application Administrator, we can do it",
    ),
    "app_disabled": ("Our application may not sign in.", _ADMINISTRATOR),
    "conditional_access": ("A Conditional Access policy blocks our sign-in.", _ADMINISTRATOR),
    "forbidden": ("A policy denies our request.", _ADMINISTRATOR),
    "foreign_principal": (
        "Our account has no object of its own in the directory.",
        _ADMINISTRATOR + ", together with us",
    ),
    "person_needed": (
        "A person has to sign in, or to consent.",
        "the person who signs in as {identity}",
    ),
    "user_gone": ("Our user is not in the directory, or is disabled.", _ADMINISTRATOR),
}
"""What a customer can mend: what is missing, and who must see to it. All else is ours."""

_NEEDS_APP = frozenset({"app_not_in_tenant", "foreign_principal"})
"""Here the customer's consent puts the app's own principal into the directory."""


def render(checkup: Checkup) -> str:
    """A note for each customer that has something to mend, then what is ours."""
    tenants = dict.fromkeys(check.place.tenant for check in checkup.checks)
    by_tenant: dict[str, list[Check]] = {tenant: [] for tenant in tenants}
    for check in checkup.checks:
        if _is_customers(check):
            by_tenant[check.place.tenant].append(check)
    notes = [_note(checkup, checks) for checks in by_tenant.values() if checks]
    ours = _ours(checkup)
    if not (notes or ours):
        notes = [[escape(recap(checkup))]]
    return "\n\n---\n\n".join("\n".join(part) for part in (*notes, ours) if part) + "\n"


def consent_link(authority: str, tenant: str, client_id: str) -> str:
    """Where an administrator consents to the app; it needs a redirect URI of its own.

    Source: Microsoft's "Construct the URL for granting tenant-wide admin consent".
    """
    path = f"{quote(tenant, safe='')}/adminconsent?client_id={quote(client_id, safe='')}"
    return f"{quote(authority, safe=':/[]')}/{path}"


def _is_customers(check: Check) -> bool:
    fault = check.fault
    return bool(fault and fault.problem and fault.problem.code in _MISSING)


def _note(checkup: Checkup, checks: Sequence[Check]) -> list[str]:
    """The note for one customer, about all identities that wait for it."""
    place = checks[0].place
    lines = [
        f"## {escape(place.tenant)}: what we need for the Partner Admin Link",
        "",
        "We record in your Microsoft Entra directory, for our own account, which partner works",
        "for you. The link changes no permission and shows us no data that we do not see today.",
        "",
        f"Directory: {code(tenant_id(checks[0]) or place.directory)}",
    ]
    clients = {c.identity: c.client_id for c in checkup.credentials}
    for check in checks:
        lines += ["", *_needs(checkup.authority, check, clients.get(check.place.identity))]
    return lines


def _needs(authority: str, check: Check, client_id: str | None) -> Iterator[str]:
    place, fault = check.place, check.fault
    if fault is None or fault.problem is None:
        return
    problem = fault.problem
    missing, who = _MISSING[problem.code]
    account = f"application {code(client_id)}" if client_id else f"account {escape(place.identity)}"
    yield f"- **Account:** {account}"
    yield f"- **What is missing:** {missing} ({code(problem.code)}: {escape(problem.message)})"
    yield f"- **Who:** {escape(who.format(tenant=place.tenant, identity=place.identity))}"
    yield f"- **What to do:** {escape(problem.hint)}"
    if client_id and problem.code in _NEEDS_APP:
        link = consent_link(authority, tenant_id(check) or place.directory, client_id)
        yield f"- **Consent link:** <{link}>"


def _ours(checkup: Checkup) -> list[str]:
    """What no customer can mend."""
    items = [*_shared(checkup), *_own(checkup)]
    for finding in checkup.findings:
        about = " / ".join(filter(None, (finding.tenant, finding.identity)))
        items.append(_item(about, finding.code, finding.message, finding.hint))
    if not items:
        return []
    return ["## For us, not for customers", "", f"**{escape(recap(checkup))}**", "", *items]


def _shared(checkup: Checkup) -> Iterator[str]:
    steps: list[tuple[str, Step, str | None]] = [
        (e.name.value, e.step, None) for e in checkup.endpoints
    ]
    steps.append((checkup.clock.name.value, checkup.clock, None))
    steps += [(c.identity, step, c.identity) for c in checkup.credentials for step in c.steps]
    for about, step, identity in steps:
        if step.problem:
            hurt = waiting(checkup, step, identity)
            yield _item(about, step.problem.code, step.problem.message, step.problem.hint, hurt)


def _own(checkup: Checkup) -> Iterator[str]:
    ours = [check for check in checkup.checks if not _is_customers(check)]
    for step, group in faults(ours):
        cause = group.cause
        yield _item(step.name, cause.code, group.message, cause.hint, group.named(WHERE))


def _item(about: str, word: str, message: str, hint: str, concerned: str = "") -> str:
    lead = f"**{escape(about)}** " if about else ""
    parts = [f"- {lead}{code(word)}: {escape(message)}", f"→ {escape(hint)}", escape(concerned)]
    return "<br>".join(filter(None, parts))
