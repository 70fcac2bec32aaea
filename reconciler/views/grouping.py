"""Groups of links that share one cause, so that 400 unreadable tenants are one entry."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from shlex import quote

from reconciler.core.findings import Finding
from reconciler.core.links import Place
from reconciler.views.notes import left_alone
from reconciler.views.rows import QUIET, Cause, Row

Member = tuple[str, str]
"""Tenant and identity; empty where a finding names none."""

MANY = 5
"""Up to this many links with one cause have a line each; more are shown as one group."""

FINDING = "finding"

NAMED = 20
"""How many of its members a group names; JSON, CSV and the inventory have them all."""

PLACEHOLDERS = ("TENANT", "CLIENT_ID", "OBJECT_ID", "SUBSCRIPTION_ID")
TENANT, CLIENT_ID, OBJECT_ID, SUBSCRIPTION_ID = PLACEHOLDERS
"""What a shared text has in place of each customer's own tenant, app, principal and scopes."""

_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_OWN_IDS = (
    (re.compile(f"(--assignee-object-id ){_GUID}"), rf"\1{OBJECT_ID}"),
    (re.compile(f"(/subscriptions/){_GUID}"), rf"\1{SUBSCRIPTION_ID}"),
    (re.compile(r"(az [^&]+)(?: && \1)+"), r"\1"),
    (re.compile(r" \(and for [0-9]+ more subscriptions\)"), ""),
)

PER_CUSTOMER = "for each customer's own values: pal-reconcile doctor --format csv"
IN_JSON = "for each customer's own values: --format json"


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """One cause and the links that have it, in file order.

    entries         each link with its own message and hint
    cause           what the links share: `TENANT` stands for each customer's own tenant
    is_one_message  whether the message is that of every link, and not an example
    """

    entries: tuple[tuple[Cause, Member], ...]
    cause: Cause
    is_one_message: bool = True

    @property
    def members(self) -> tuple[Member, ...]:
        """The tenant and identity of each link."""
        return tuple(member for _, member in self.entries)

    @property
    def is_large(self) -> bool:
        """Whether its links have no line each."""
        return len(self.entries) > MANY

    @property
    def is_said_once(self) -> bool:
        """Whether one sentence says all of it: a large group, or several with the same message."""
        return self.is_large or (len(self.entries) > 1 and self.is_one_message)

    @property
    def is_finding(self) -> bool:
        """Whether it consists of findings and not of links that need a change."""
        return self.cause.label == FINDING

    @property
    def counted(self) -> str:
        """How many: `2 conflicts`, `388 unreadable`, `3 times` for findings."""
        number = len(self.entries)
        if self.is_finding:
            return f"{number} times"
        return f"{number} {self.cause.label}{'s' * (self.cause.label == 'conflict' and number > 1)}"

    def named(self, where: str = "show lists every link", most: int = NAMED) -> str:
        """Return the first members in one sentence, and how many more there are.

        where  how the reader finds the other members
        most   how many members to name
        """
        return named(self.members, where, most)


def named(members: Sequence[Member], where: str, most: int = NAMED) -> str:
    """Return the first links in one sentence, and how many more there are."""
    shown = members[:most]
    identities = {identity for _, identity in members}
    if len(identities) == 1 and "" not in identities:
        names = f"{identities.pop()} in {', '.join(tenant for tenant, _ in shown)}"
    else:
        names = ", ".join(member_label(member) for member in shown)
    more = len(members) - len(shown)
    return f"{names} and {more} more ({where})" if more else names


def why(row: Row) -> Cause | None:
    """Return the row's cause, or why the file leaves its link alone; None for other rows."""
    if row.cause or row.action not in QUIET:
        return row.cause
    word = row.action.value
    return Cause(word, word, f"{row.before}; {left_alone(row)}", "")


def shared_finding(cause: Cause, tenant_id: str | None) -> Cause:
    """Return the cause of a finding without this customer's own tenant, principal and scopes.

    A command that is repeated for each of a customer's subscriptions is left once.
    """
    message, hint = (_general(text, tenant_id) for text in (cause.message, cause.hint))
    return replace(cause, message=message, hint=hint)


def _general(text: str, tenant_id: str | None) -> str:
    for pattern, general in _OWN_IDS:
        text = pattern.sub(general, text)
    return text.replace(tenant_id, TENANT) if tenant_id else text


def shared_cause(cause: Cause, place: Place, tenant_id: str | None) -> Cause:
    """Return the cause with `TENANT` and `CLIENT_ID` in place of this customer's own.

    Equal causes of two customers are equal afterwards. A command that names the customer as an
    option becomes the command for all customers.
    """
    option = place.directory if place.tenant.startswith("-") else place.tenant
    own = {f" --tenant {quote(option)}": ""}
    # A link that a saved plan could not read has no directory.
    own |= dict.fromkeys(filter(None, (place.directory, tenant_id)), TENANT)
    if place.app:
        own[place.app.client_id] = CLIENT_ID
    message, hint = cause.message, cause.hint
    for word, general in own.items():
        message, hint = message.replace(word, general), hint.replace(word, general)
    return replace(cause, message=message, hint=hint, correlation_id=None)


def group_rows(rows: Iterable[Row]) -> list[CauseGroup]:
    """Group the rows that have a cause or are left alone, in the order of their first rows."""
    return group_causes(
        (cause, shared_cause(cause, row.change.place, row.tenant_id), row.key)
        for row in rows
        if (cause := why(row))
    )


def attention_groups(rows: Iterable[Row]) -> list[CauseGroup]:
    """Group only the rows on which a person has to act."""
    return [group for group in group_rows(rows) if not group.cause.is_quiet]


def group_findings(findings: Sequence[Finding]) -> list[CauseGroup]:
    """Group the findings by code and hint, in their order."""
    items = []
    for finding in findings:
        cause = Cause(FINDING, finding.code, finding.message, finding.hint)
        member = (finding.tenant or "", finding.identity or "")
        items.append((cause, shared_finding(cause, finding.tenant_id), member))
    return group_causes(items)


def member_label(member: Member) -> str:
    """Return `tenant / identity`; empty for a finding about the whole file."""
    return " / ".join(name for name in member if name)


def group_causes(items: Iterable[tuple[Cause, Cause, Member]]) -> list[CauseGroup]:
    """Group links by label, code and hint, in the order of the first link of each group.

    items  each link's own cause, the same without the customer's own names, and the link
    """
    found: dict[tuple[str, ...], list[tuple[Cause, Cause, Member]]] = {}
    for item in items:
        general = item[1]
        found.setdefault((general.label, general.code, general.hint), []).append(item)
    return [_group(same) for same in found.values()]


def _group(same: Sequence[tuple[Cause, Cause, Member]]) -> CauseGroup:
    entries = tuple((cause, member) for cause, _, member in same)
    if len(same) == 1:
        return CauseGroup(entries, entries[0][0])
    general = same[0][1]
    is_one_message = len({shared.message for _, shared, _ in same}) == 1
    message = entries[0][0].message
    if any(cause.message != message for cause, _ in entries):
        message = general.message if is_one_message else f"for example: {message}"
    hint = entries[0][0].hint
    if any(cause.hint != hint for cause, _ in entries):
        has_placeholder = any(word in general.hint for word in PLACEHOLDERS)
        where = IN_JSON if general.label == FINDING else PER_CUSTOMER
        hint = f"{general.hint} ({where})" if has_placeholder else general.hint
    cause = replace(general, message=message, hint=hint)
    return CauseGroup(entries, cause, is_one_message)
