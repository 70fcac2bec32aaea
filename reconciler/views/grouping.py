"""Which links share one cause? So that four hundred unreadable tenants do not bury the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.core.findings import Finding
from reconciler.views.notes import left_alone
from reconciler.views.rows import QUIET, Cause, Row

Member = tuple[str, str]
Key = tuple[str, str, str]

MANY = 5
"""Up to so many links with one cause are shown a link a time; more are shown as one group."""

FINDING = "finding"

NAMED = 20
"""A group names so many of its members; JSON, CSV and the inventory have them all."""


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """One cause and all that it concerns: each with its own message, in the file's order."""

    entries: tuple[tuple[Cause, Member], ...]

    @property
    def cause(self) -> Cause:
        """The first of the causes; the others differ at most in their message."""
        return self.entries[0][0]

    @property
    def members(self) -> tuple[Member, ...]:
        """(tenant, identity) of each link; a finding may name neither."""
        return tuple(member for _, member in self.entries)

    @property
    def is_large(self) -> bool:
        """Whether it is better shown once than link by link."""
        return len(self.entries) > MANY

    @property
    def is_said_once(self) -> bool:
        """Whether one sentence says all of it: a large group, or several with the same message."""
        return self.is_large or (len(self.entries) > 1 and self._is_one_message)

    @property
    def is_finding(self) -> bool:
        """Whether no link of the plan is meant, but something found on the way."""
        return self.cause.label == FINDING

    @property
    def message(self) -> str:
        """The one message, or the first of several that differ in details such as a name."""
        first = self.cause.message
        return first if self._is_one_message else f"for example: {first}"

    @property
    def _is_one_message(self) -> bool:
        return all(cause.message == self.cause.message for cause, _ in self.entries)

    def named(self, where: str = "show lists every link") -> str:
        """The members in one sentence: as few words as keep each of them findable.

        where  how the reader finds those that are not named
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
    """The row's cause, or the word for what is left alone on purpose; None for other rows."""
    if row.cause or row.action not in QUIET:
        return row.cause
    word = row.action.value
    return Cause(word, word, f"{row.before}; {left_alone(row)}", "")


def key_of(cause: Cause) -> Key:
    """What makes two causes one: the same word, code and remedy; messages may name the tenant."""
    return cause.label, cause.code, cause.hint


def group_rows(rows: Iterable[Row]) -> list[CauseGroup]:
    """The rows that need somebody or are left alone, by cause, in the order of first rows."""
    return _group((cause, (row.tenant, row.identity)) for row in rows if (cause := why(row)))


def group_findings(findings: Sequence[Finding]) -> list[CauseGroup]:
    """The findings by code and hint, in the order they were found."""
    return _group(
        (
            Cause(FINDING, finding.code, finding.message, finding.hint),
            (finding.tenant or "", finding.identity or ""),
        )
        for finding in findings
    )


def member_label(member: Member) -> str:
    """The link as the file names it; empty for a finding about the whole file."""
    return " / ".join(name for name in member if name)


def _group(items: Iterable[tuple[Cause, Member]]) -> list[CauseGroup]:
    found: dict[Key, list[tuple[Cause, Member]]] = {}
    for cause, member in items:
        found.setdefault(key_of(cause), []).append((cause, member))
    return [CauseGroup(tuple(same)) for same in found.values()]
