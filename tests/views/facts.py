"""Facts for the tests of views: a small ordinary world, and a hostile one.

Everything is made by the core itself: reads go through `diff`, writes through `results`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from reconciler.core.diff import diff
from reconciler.core.findings import Finding
from reconciler.core.history.changes_since import ChangeKind, ChangesSince, LinkChange, latest_noon
from reconciler.core.history.link_history import (
    Key,
    Observation,
    Write,
    count_health,
)
from reconciler.core.history.overview import Overview, PastRuns, overview
from reconciler.core.history.recording import RecordedRun, observations_of_plan
from reconciler.core.inventory.inventory import known_of, with_known
from reconciler.core.links import (
    Action,
    Change,
    Observed,
    ObservedState,
    Place,
    Problem,
    Settled,
    Wanted,
    WantedState,
)
from reconciler.core.plan import Plan, Refusal, Report
from reconciler.core.plan_review import PersonFolder, PlanReview
from reconciler.core.results import (
    Answer,
    Outcome,
    Reply,
    Result,
    after_write,
    before_write,
    not_written,
    skipped,
)
from reconciler.views.formats import View
from tests.periods import periods_of

VIEWS = (View.PLAN, View.REPORT, View.INVENTORY)
"""The views of plans and reports."""

OURS, OLD, FOREIGN = "4936128", "1158331", "9999999"

AZURE_TIME = "2026-03-21T00:36:59.1015478Z"

APP_MISSING = Problem(
    "app_not_in_tenant",
    "AADSTS700016: the application is not in the tenant",
    "the customer's administrator runs: az ad sp create --id 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11",
)

SECRET_EXPIRED = Problem(
    "expired_client_secret",
    "AADSTS7000222: the secret of automation has expired",
    "make a new secret for the application and put it where PAL_AUTOMATION_SECRET points",
)

INTERRUPTED = Problem("interrupted", "the run was interrupted before this", "run it again")

HOSTILE = {
    "markup": "<b>Fabrikam</b> & Söhne",
    "pipe": "North|wind `code` [link](https://evil.example)",
    "newline": "Tail\nspin\r\n\t+ Forged  automation",
    "direction": "Ade\u202etum\u2069 Ltd",
    "ansi": "Wing\x1b[2J\x1b[31mtip\x9b1A",
    "formula": "=cmd()|'/C calc'!A0",
    "formula_late": " \t@SUM(1)",
    "hidden": "Pro\u200bse\ufeffware\U000e0041",
    "wide": "東京テイルスピン株式会社",
    "lone": "Relecloud\ud800",
    "mention": "@contoso/admins #12 https://evil.example www.evil.example",
}


def guid(number: int) -> str:
    """Return a distinct GUID of a tenant or principal."""
    return f"00000000-0000-4000-8000-{number:012d}"


def wanted(
    tenant: str,
    number: int,
    *,
    identity: str = "automation",
    aim: WantedState = WantedState.LINKED,
    **more: object,
) -> Wanted:
    """A link as a file wants it; the old ID may be replaced."""
    return Wanted(
        Place(tenant, guid(number), identity),
        aim,
        OURS if aim is WantedState.LINKED else None,
        **{"replaceable": frozenset({OURS, OLD}), **more},  # type: ignore[arg-type]
    )


def linked(number: int, partner_id: str, name: str | None = None) -> Observed:
    """A read that showed a link."""
    return Observed(
        ObservedState.LINKED,
        guid(number),
        guid(number + 500),
        partner_id,
        name,
        3,
        AZURE_TIME,
        AZURE_TIME,
    )


def unlinked(number: int) -> Observed:
    """A read that showed no link."""
    return Observed(ObservedState.NOT_LINKED, guid(number), guid(number + 500))


def plan_of(*pairs: tuple[Wanted, Observed | None], **more: object) -> Plan:
    """The plan for these wanted links and reads."""
    observed = {want.place: seen for want, seen in pairs if seen}
    return Plan(
        changes=diff([want for want, _ in pairs], observed),
        config_digest="sha256:" + "c0" * 32,
        created_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        tool_version="1.2.3",
        **more,  # type: ignore[arg-type]
        cloud="public",
        endpoint="https://management.azure.com",
    )


def inventory() -> Plan:
    """The ordinary plan, with a history that knew two of its links, and a credential that ends."""
    plan = ordinary_plan()
    earlier = replace(
        plan,
        created_at=plan.created_at - timedelta(days=30),
        changes=tuple(
            replace(change, observed=linked(5, OURS))
            if change.place.tenant == "Proseware"
            else change
            for change in plan.changes
        ),
    )
    latest = {
        observation.key: periods_of([observation])[-1]
        for observation in observations_of_plan(earlier)
    }
    return with_known(plan, known_of(plan, latest, {"automation": date(2027, 3, 1)}))


def ordinary_plan() -> Plan:
    """Every action once."""
    held = Settled(Action.HELD, "held until 2026-12-31: merger, see the ticket")
    attested = Settled(Action.ATTESTED, "attested by Ana on 2026-01-04 for 4936128")
    return plan_of(
        (wanted("Fabrikam", 1, tags=("emea", "powerapps")), linked(1, OLD, "Contoso Old Limited")),
        (wanted("Northwind Traders", 2), unlinked(2)),
        (
            wanted("Tailspin Toys", 3, aim=WantedState.ABSENT),
            linked(3, OURS, "Contoso Consulting UK"),
        ),
        (wanted("Wingtip", 4), linked(4, FOREIGN, "Litware Partners")),
        (wanted("Proseware", 5), Observed.unknown(APP_MISSING)),
        (wanted("Adatum", 6), linked(6, OURS, "Contoso Consulting UK")),
        (wanted("Relecloud", 7, settled=held), linked(7, OLD)),
        (wanted("Lamna Healthcare", 8, identity="alice", settled=attested), None),
        (
            wanted("Trey Research", 9, aim=WantedState.UNMANAGED),
            linked(9, FOREIGN, "Litware Partners"),
        ),
        (wanted("Margie's Travel", 10, identity="alice"), linked(10, OURS)),
        findings=(
            Finding(
                "partner_name_differs",
                "Azure calls 4936128 Contoso Consulting GB, the file Contoso Consulting UK",
                "look the ID up in Partner Center, then correct name: under partners:",
                "Adatum",
                "automation",
            ),
        ),
    )


def in_sync_plan() -> Plan:
    """No changes and no problems."""
    held = Settled(Action.HELD, "held until 2026-12-31: merger")
    return plan_of(
        *((wanted(f"Customer {n}", n), linked(n, OURS, "Contoso")) for n in range(1, 4)),
        (wanted("Relecloud", 7, settled=held), linked(7, OLD)),
    )


def people_plan() -> Plan:
    """Links that only people can read, one of which needs another command than login."""
    needed = Problem(
        "person_needed",
        "only alice@contoso.example reads and writes this link, and there is no terminal",
        "alice@contoso.example runs in a terminal: pal-reconcile login alice, then: …",
    )
    elsewhere = Problem("person_needed", "AADSTS50076: MFA is due", "run az login")
    return plan_of(
        (wanted("Fabrikam", 1, identity="alice"), Observed.unknown(needed)),
        (wanted("Margie's Travel", 2, identity="alice"), Observed.unknown(needed)),
        (wanted("Adatum", 3, identity="alice"), linked(3, OURS)),
        (wanted(HOSTILE["newline"], 4, identity="~~~ $(b)"), Observed.unknown(needed)),
        (wanted("Wingtip", 5, identity="cli"), Observed.unknown(elsewhere)),
    )


def folders_plan() -> Plan:
    """The same after a folder was written for two of the people."""
    plan = people_plan()
    return replace(
        PlanReview.of(plan),
        folders=tuple(
            PersonFolder(
                *(identity, f"{identity}@contoso.example", f"people/{number}"),
                tuple(c.wanted for c in plan.changes if c.place.identity == identity),
                f"report-{number}.json",
            )
            for number, identity in enumerate(("alice", "~~~ $(b)"))
        ),
    )


def hostile_plan() -> Plan:
    """Hostile names in each place where a name can occur."""
    names = HOSTILE
    bad = Problem("sign_in_refused", f"Entra said: {names['ansi']}", f"ask {names['direction']}")
    return plan_of(
        (wanted(names["markup"], 1), linked(1, OLD, names["pipe"])),
        (wanted(names["newline"], 2, identity=names["direction"]), unlinked(2)),
        (
            wanted(names["formula"], 3, aim=WantedState.ABSENT),
            linked(3, OURS, names["formula_late"]),
        ),
        (wanted(names["formula_late"], 4), linked(4, FOREIGN, names["newline"])),
        (wanted(names["hidden"], 5), Observed.unknown(bad)),
        (wanted(names["wide"], 6, tags=("=tag", "b|c")), linked(6, OLD, names["mention"])),
        (wanted(names["lone"], 7, aim=WantedState.UNMANAGED), linked(7, FOREIGN, names["wide"])),
        (wanted(names["mention"], 8), linked(8, OURS, names["markup"])),
        findings=(Finding("odd", names["ansi"], names["pipe"], names["newline"], None),),
    )


def many_plan(unreadable: int = 400, changes: int = 3) -> Plan:
    """A broken identity: a few changes, and hundreds of links with one cause."""
    return plan_of(
        *((wanted(f"Changed {n}", n), linked(n, OLD)) for n in range(changes)),
        *(
            (wanted(f"Customer {n:03d}", 1000 + n), Observed.unknown(SECRET_EXPIRED))
            for n in range(unreadable)
        ),
    )


def report_of(plan: Plan, **more: object) -> Report:
    """A report in which the plan's writes come to each outcome in turn."""
    turn = iter(_outcomes() * len(plan.writes))
    results = tuple(
        next(turn)(change) if change in plan.writes else not_written(change)
        for change in plan.changes
    )
    journal = "sha256:" + "a1" * 32
    return Report(plan, results, findings=plan.findings, journal=journal, **more)  # type: ignore[arg-type]


def refused_report() -> Report:
    """A report of a plan that guards refused."""
    plan = ordinary_plan()
    refusals = (
        Refusal(
            "remove-count",
            "12 removals, at most 10 in one run; go on with --only, --max-changes 10 "
            "or --allow remove-count",
        ),
        Refusal("incomplete", "6 of 10 links unreadable, at most 50 %; --allow incomplete"),
    )
    return Report(plan, tuple(map(not_written, plan.changes)), refusals, findings=plan.findings)


def busy_plan() -> Plan:
    """Seven writes, for a report with each outcome."""
    return plan_of(
        *((wanted(f"Customer {n}", n), linked(n, OLD, "Contoso Old")) for n in range(1, 8)),
        (wanted("Wingtip", 8), linked(8, FOREIGN, "Litware Partners")),
        (wanted("Proseware", 9), Observed.unknown(APP_MISSING)),
        (wanted("Adatum", 10), linked(10, OURS)),
    )


def _outcomes() -> list[Callable[[Change], Result]]:
    return [_applied, _already, _stale, _failed, _unverified, _skipped]


def _number(change: Change) -> int:
    return int(change.place.directory[-4:])


def _wanted_now(change: Change) -> Observed:
    if change.action is Action.REMOVE:
        return unlinked(_number(change))
    return linked(_number(change), OURS, "Contoso Consulting UK")


def _applied(change: Change) -> Result:
    answer = Answer(Reply.ACCEPTED, correlation_id="c0ffee00-0000-4000-8000-000000000001")
    return after_write(change, answer, _wanted_now(change))


def _already(change: Change) -> Result:
    return before_write(change, _wanted_now(change)) or _skipped(change)


def _stale(change: Change) -> Result:
    return before_write(change, linked(_number(change), FOREIGN)) or _skipped(change)


def _failed(change: Change) -> Result:
    problem = Problem(
        "invalid_partner_id",
        f"PartnerIdInvalid: {OURS} is not a partner ID",
        "copy the Associated PartnerID of a location account from Partner Center",
    )
    answer = Answer(Reply.REFUSED, problem, "c0ffee00-0000-4000-8000-000000000002")
    return after_write(change, answer, change.observed or unlinked(0))


def _unverified(change: Change) -> Result:
    lost = Problem("unavailable", "no answer within 60 s", "run apply again: it looks first")
    return after_write(change, Answer(Reply.SILENT, lost), change.observed or unlinked(0))


def _skipped(change: Change) -> Result:
    return skipped(change, INTERRUPTED)


def plan_with_changes() -> Plan:
    """The hostile plan, compared with three days ago: each kind of change once."""
    plan = hostile_plan()
    since = plan.created_at - timedelta(days=3)
    observations = observations_of_plan(plan)
    items = tuple(
        LinkChange(word, observation, plan.created_at - timedelta(days=number), number + 1)
        for number, (word, observation) in enumerate(zip(ChangeKind, observations, strict=False))
    )
    return replace(PlanReview.of(plan), changes_since=ChangesSince(since, True, items))


def days_of(*plans: Plan) -> tuple[Plan, ...]:
    """The same customers on successive days at 02:00, the last on 2026-11-23."""
    last = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    return tuple(
        replace(plan, created_at=last - timedelta(days=len(plans) - 1 - number))
        for number, plan in enumerate(plans)
    )


def past_of(*earlier: Plan) -> PastRuns:
    """The history after these plans, oldest first, were recorded."""
    since = latest_noon(earlier[0].created_at + timedelta(days=len(earlier)))
    seen = [observations_of_plan(plan) for plan in earlier]
    by_link: dict[Key, list[Observation]] = {}
    for observation in chain.from_iterable(seen):
        by_link.setdefault(observation.key, []).append(observation)
    runs = tuple(
        RecordedRun(
            f"run{number}",
            "plan",
            plan.created_at,
            "1.2.3",
            plan.config_digest,
            0,
            True,
            count_health(observations),
        )
        for number, (plan, observations) in enumerate(zip(earlier, seen, strict=True))
    )
    periods = chain.from_iterable(map(periods_of, by_link.values()))
    return PastRuns(since, runs, tuple(sorted(periods, key=lambda period: period.first_at)), ())


def overview_of(*plans: Plan, writes: tuple[Write, ...] = ()) -> Overview:
    """The report of the last of these plans, after the others were recorded."""
    *earlier, today = days_of(*plans)
    if not earlier:
        return overview(today, None, is_whole=True, failure=None)
    past = replace(past_of(*earlier), since=latest_noon(today.created_at), writes=writes)
    return overview(today, past, is_whole=True, failure=None)


def month() -> Overview:
    """A month of runs: calm, then an expired secret, then a link changed by another program."""

    def day(number: int) -> Plan:
        failed = 18 <= number < 22
        return plan_of(
            *(
                (
                    wanted(f"Customer {n:02d}", 100 + n),
                    Observed.unknown(SECRET_EXPIRED)
                    if failed and n < 7
                    else linked(100 + n, OURS, "Contoso Consulting UK"),
                )
                for n in range(12)
            ),
            (
                wanted("Wingtip", 4),
                linked(4, OURS if number < 28 else FOREIGN, "Contoso Consulting UK"),
            ),
            (wanted("Fabrikam", 1), linked(1, OLD if 9 < number < 12 or number == 29 else OURS)),
            (
                wanted("Proseware", 5),
                Observed.unknown(APP_MISSING) if number > 24 else linked(5, OURS),
            ),
            (wanted("Adatum", 6), unlinked(6) if number == 28 else linked(6, OURS)),
        )

    made = Write(
        datetime(2026, 11, 22, 20, tzinfo=UTC),
        "Adatum",
        "automation",
        Action.CREATE,
        None,
        OURS,
        Outcome.APPLIED,
    )
    return overview_of(*map(day, range(30)), writes=(made,))
