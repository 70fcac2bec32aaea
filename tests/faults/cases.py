"""Every fault at every moment of a link: one customer for each pair, all in one file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.e2e.command import FOREIGN, OLD, OURS, Desk, Ran, tenant_id

HTML = {"body": "<html><body>Sign in to the hotel's network</body></html>"}

TRIED_AGAIN: dict[str, dict[str, Any]] = {
    "dropped": {"drop": True},
    "lost": {"drop": True, "takes_effect": True},
    "cut": {"cut_body": True},
    "throttled": {"status": 429, "retry_after_s": 1},
    "gateway": {"html": True},
    "gateway that passed it on": {"html": True, "takes_effect": True},
    "server error": {"status": 500},
    "expired token": {"expired_token": True},
    "slow": {"slow_answer_s": 2},
}
"""What passes: after a second try the link is as it should be."""

BELIEVED_BY_NOBODY: dict[str, dict[str, Any]] = {
    "200 with HTML": {**HTML, "content_type": "text/html"},
    "200 with HTML, and it took": {**HTML, "content_type": "text/html", "takes_effect": True},
    "200 with a list": {"body": "[]"},
    "200 with a list of links": {"body": '{"value": []}'},
    "200 with nothing": {"body": ""},
    "200 cut in two": {"body": '{"id":"/providers/microsoft.managementpar'},
    "200 with a number for an ID": {"body": '{"properties": {"partnerId": 4936128}}'},
    "201": {"status": 201, "body": "{}"},
    "204": {"status": 204, "body": ""},
    "400": {"status": 400, "code": "BadRequest"},
    "403": {"status": 403},
    "403 for a CSP": {"status": 403, "code": "X", "message": "If you are a CSP partner logged in"},
    "404 with HTML": {"status": 404, "html": True},
    "409": {"status": 409, "code": "PartnerIdAlreadyLinked"},
}
"""Ambiguous answers that a retry would not resolve."""


@dataclass(frozen=True)
class Moment:
    """The time at which a fault hits a link.

    link     the ID before the run; `absent` is true if no link is wanted
    after    number of calls of the operation that succeed first
    retried  outcome of a temporary fault; `hard` of a lasting fault whose write was not applied
    """

    operation: str
    link: str | None
    retried: str | None
    hard: str | None
    absent: bool = False
    after: int = 0


MOMENTS = {
    "the plan's read": Moment("read", OLD, "applied", None),
    "the plan's read of what is to go": Moment("read", OURS, "applied", None, absent=True),
    "the plan's read of a foreign link": Moment("read", FOREIGN, None, None),
    "the read before a write": Moment("read", OLD, "applied", "skipped", after=1),
    "the read after a write": Moment("read", None, "applied", "unverified", after=2),
    "create": Moment("create", None, "applied", "failed"),
    "update": Moment("update", OLD, "applied", "failed"),
    "remove": Moment("remove", OURS, "applied", "failed", absent=True),
}

ALLOWED = ("--allow=change-share", "--allow=remove-count", "--allow=remove-share")


@dataclass(frozen=True)
class Case:
    """One customer, one fault, one moment."""

    number: int
    fault: str
    effect: Mapping[str, Any]
    moment: str
    passes: bool

    @property
    def at(self) -> Moment:
        return MOMENTS[self.moment]

    @property
    def name(self) -> str:
        return f"{self.fault} at {self.moment}"

    @property
    def rule(self) -> dict[str, Any]:
        """The fault in the emulator's format."""
        where = {"tenant": tenant_id(self.number), "operation": self.at.operation}
        return where | {"after": self.at.after} | dict(self.effect)

    @property
    def outcome(self) -> str | None:
        """The expected outcome in the report."""
        took = self.at.operation != "read" and self.effect.get("takes_effect", False)
        return self.at.retried if self.passes or took else self.at.hard

    @property
    def wanted(self) -> str | None:
        """The expected state at the end."""
        return None if self.at.absent else OURS


def cases(
    faults: Mapping[str, Mapping[str, Any]],
    *,
    passes: bool,
    first: int = 1,
    moments: Iterable[str] = MOMENTS,
    **more: Any,
) -> list[Case]:
    """Each fault at each moment, with customers numbered from this number."""
    named = {fault: {**effect, **more} for fault, effect in faults.items()}
    pairs = [(fault, effect, moment) for fault, effect in named.items() for moment in moments]
    return [
        Case(number, fault, effect, moment, passes)
        for number, (fault, effect, moment) in enumerate(pairs, start=first)
    ]


def set_up_cases(desk: Desk, given: Sequence[Case]) -> None:
    """Reset Azure with these cases and write their file. Customer 0 is in sync."""
    desk.seed(
        {0: OURS} | {case.number: case.at.link for case in given if case.at.link},
        faults=[case.rule for case in given],
    )
    desk.write(
        f"  - {{name: C0, tenant: {tenant_id(0)}}}\n"
        + "".join(
            f"  - {{name: C{case.number}, tenant: {tenant_id(case.number)}"
            f"{', state: absent' * case.at.absent}}}\n"
            for case in given
        )
    )


def false_claims(desk: Desk, ran: Ran) -> list[str]:
    """The links of a report whose reported state differs from Azure."""
    lies = []
    for link in ran.data["links"]:
        seen, there = link["observed"], desk.truth(int(link["tenant"][1:]))
        if seen["state"] != "unknown" and seen["partner_id"] != there:
            lies.append(f"{link['tenant']}: says {seen['partner_id']}, is {there}")
        if link["outcome"] in ("applied", "already") and link["wanted"]["partner_id"] != there:
            lies.append(f"{link['tenant']}: {link['outcome']}, is {there}")
    return lies


def check_promises(desk: Desk, given: Sequence[Case], ran: Ran) -> None:
    """Check what holds after every run, with any fault."""
    assert false_claims(desk, ran) == []
    for case in given:
        there = desk.truth(case.number)
        if case.at.link == FOREIGN:
            assert there == FOREIGN, f"overwritten: {case.name}"
        if case.at.link and case.wanted:
            assert there, f"lost: {case.name}"


def check_converges(desk: Desk, given: Sequence[Case]) -> None:
    """Check that without faults one run makes the remaining changes, and only conflicts remain."""
    desk.azure.state.faults.clear()
    ran = desk.apply(*ALLOWED)
    conflicts = [case for case in given if case.at.link == FOREIGN and case.wanted]
    assert ran.status == (4 if conflicts else 0), ran.err
    assert false_claims(desk, ran) == []
    for case in given:
        wanted = FOREIGN if case in conflicts else case.wanted
        assert desk.truth(case.number) == wanted, case.name
        assert ran.outcomes[f"C{case.number}"] in ("applied", None), case.name
