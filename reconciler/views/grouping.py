"""Groups of links that share one cause, so that 400 unreadable tenants are one entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.core.findings import Finding
from reconciler.views.notes import left_alone
from reconciler.views.rows import QUIET, Cause, Row

Member = tuple[str, str]
"""Tenant and identity; empty where a finding names none."""

Key = tuple[str, str, str]

MANY = 5
"""Up to this many links with one cause are shown one by one; more are shown as one group."""

FINDING = "finding"

NAMED = 20
"""How many of its members a group names; JSON, CSV and the inventory have them all."""


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """One cause and the links that have it, each with its own message, in file order."""

    entries: tuple[tuple[Cause, Member], ...]

    @property
    def cause(self) -> Cause:
        """The first of the causes; the others differ at most in their message."""
        return self.entries[0][0]

    @property
    def members(self) -> tuple[Member, ...]:
        """The tenant and identity of each link."""
        return tuple(member for _, member in self.entries)

    @property
    def is_large(self) -> bool:
        """Whether it is shown once instead of link by link."""
        return len(self.entries) > MANY

    @property
    def is_said_once(self) -> bool:
        """Whether one sentence says all of it: a large group, or several with the same message."""
        return self.is_large or (len(self.entries) > 1 and self._is_one_message)

    @property
    def is_finding(self) -> bool:
        """Whether it consists of findings and not of links that need a change."""
        return self.cause.label == FINDING

    @property
    def message(self) -> str:
        """The message, or the first of several that differ in details such as a name."""
        first = self.cause.message
        return first if self._is_one_message else f"for example: {first}"

    @property
    def _is_one_message(self) -> bool:
        return all(cause.message == self.cause.message for cause, _ in self.entries)

    def named(self, where: str = "show lists every link") -> str:
        """Return the first members in one sentence, and how many more there are.

        where  how the reader finds the other members
        """
        members = self.members
        shown = members[:NAMED]
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


def key_of(cause: Cause) -> Key:
    """Return what equal causes share: label, code and hint. Messages may name the tenant."""
    return cause.label, cause.code, cause.hint


def group_rows(rows: Iterable[Row]) -> list[CauseGroup]:
    """Group the rows that have a cause or are left alone, in the order of their first rows."""
    return _group((cause, (row.tenant, row.identity)) for row in rows if (cause := why(row)))


def attention_groups(rows: Iterable[Row]) -> list[CauseGroup]:
    """Group only the rows on which a person has to act."""
    return [group for group in group_rows(rows) if not group.cause.is_quiet]


def group_findings(findings: Sequence[Finding]) -> list[CauseGroup]:
    """Group the findings by code and hint, in their order."""
    return _group(
        (
            Cause(FINDING, finding.code, finding.message, finding.hint),
            (finding.tenant or "", finding.identity or ""),
        )
        for finding in findings
    )


def member_label(member: Member) -> str:
    """Return `tenant / identity`; empty for a finding about the whole file."""
    return " / ".join(name for name in member if name)


def _group(items: Iterable[tuple[Cause, Member]]) -> list[CauseGroup]:
    found: dict[Key, list[tuple[Cause, Member]]] = {}
    for cause, member in items:
        found.setdefault(key_of(cause), []).append((cause, member))
    return [CauseGroup(tuple(same)) for same in found.values()]
