"""Checkups in every format, with hostile names."""

import csv as reader
import io
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.doctor.checkup import (
    Checkup,
    CredentialCheck,
    CustomerRequest,
    EndpointCheck,
    LinkCheck,
    not_tried,
)
from reconciler.core.doctor.steps import LINK_STEPS, State, Step, StepName, StepResults
from reconciler.core.findings import Finding
from reconciler.core.links import Observed, ObservedState, Place, Problem
from reconciler.core.text import visible
from reconciler.views.checkup import COLUMNS
from reconciler.views.formats import Format, View
from reconciler.views.registry import RENDERERS, render
from tests.views.facts import HOSTILE, INTERRUPTED, guid

GOLDEN = Path(__file__).parent / "golden_checkup"
APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
NAMES = st.one_of(st.text(st.characters()), st.sampled_from(list(HOSTILE.values())))

BLOCKED = Problem("conditional_access", "AADSTS53003: blocked", "ask them to exclude the app")
OURS = Problem("invalid_client_secret", "AADSTS7000215: wrong", "put the current secret there")
GONE = Problem("certificate_expired", "it ended on 2026-11-01", "make a new one")
DOWN = Problem("unavailable", "no answer from management.azure.com", "check the network")
SKEW = Problem("clock_skew", "this machine's clock is 7 min 2 s ahead", "set the clock")


def missing(number: int) -> Problem:
    """The refusal of a tenant without the app; its hint names the tenant."""
    return Problem(
        "app_not_in_tenant",
        f"AADSTS700016: not found in {guid(number)}",
        f"add the app to {guid(number)}: az ad sp create --id {APP}",
    )


def rendered(form: str, found: Checkup, *, width: int = 80, color: bool = False) -> str:
    """Render a checkup."""
    return render(View.CHECKUP, Format(form), found, width=width, color=color)


def shared(arm: Problem | None = None, clock: Problem | None = None) -> tuple[Step, ...]:
    """The steps of the run."""
    return (
        Step(StepName.AUTHORITY, State.OK),
        Step(StepName.ARM, State.FAILED if arm else State.OK, arm),
        Step(StepName.CLOCK, State.FAILED if clock else State.OK, clock),
    )


def credential(name: str = "automation", problem: Problem | None = None) -> CredentialCheck:
    """An identity with a certificate, which may have a problem."""
    state = State.FAILED if problem else State.OK
    steps = (Step(StepName.SECRET, State.OK), Step(StepName.CERTIFICATE, state, problem))
    return CredentialCheck(name, "client_certificate", APP, steps, date(2027, 3, 1))


def check(
    tenant: str,
    number: int,
    step: StepName | None = None,
    problem: Problem | None = None,
    *,
    who: CredentialCheck | None = None,
    run: tuple[Step, ...] | None = None,
    request: CustomerRequest | None = None,
) -> LinkCheck:
    """A link that fails at a step, or at none."""
    who = who or credential()
    link_timeline = StepResults((*(run or shared()), *who.steps))
    for name in LINK_STEPS:
        link_timeline.take(name, lambda name=name: problem if name is step else None)  # type: ignore[misc]
    cause = link_timeline.problem
    seen = (
        Observed.unknown(cause) if cause else Observed(ObservedState.NOT_LINKED, guid(number), "o")
    )
    return LinkCheck(Place(tenant, guid(number), who.identity), link_timeline.steps, seen, request)


def checkup(*checks: LinkCheck, **more: object) -> Checkup:
    """A checkup of these links; the endpoints are those of the first."""
    run = checks[0].steps if checks else shared()
    values: dict[str, object] = {
        "endpoints": (
            _endpoint(run[0], "https://login.microsoftonline.com", 1),
            _endpoint(run[1], "https://management.azure.com", -2),
        ),
        "clock": run[2],
        "credentials": (credential(),),
        "checks": checks,
        "config_digest": "sha256:" + "c0" * 32,
        "created_at": datetime(2026, 11, 23, 2, tzinfo=UTC),
        "tool_version": "1.2.3",
    }
    return Checkup(**(values | more))  # type: ignore[arg-type]


def _endpoint(step: Step, url: str, skew_s: int) -> EndpointCheck:
    tls = Step(StepName.TLS, step.state, step.problem)
    dns = Step(StepName.DNS, State.OK)
    return EndpointCheck(step.name, url, (dns, tls), None if step.problem else skew_s)


def asked(number: int) -> CustomerRequest:
    """What a customer without the app is asked for."""
    link = f"https://login.microsoftonline.com/{guid(number)}/adminconsent?client_id={APP}"
    return CustomerRequest(
        f"the application {APP} is not in your directory",
        "an administrator of your directory",
        f"run `az ad sp create --id {APP}`, which grants nothing",
        link,
    )


def ordinary() -> Checkup:
    """A common checkup: most links are ready; an app is missing, a certificate has expired."""
    old = credential("legacy", GONE)
    return checkup(
        *(check(f"Customer {n}", n) for n in range(1, 301)),
        check("Fabrikam", 301, StepName.TOKEN, missing(301), request=asked(301)),
        check("Northwind Traders", 302, StepName.TOKEN, BLOCKED),
        check("Adatum", 303, who=old),
        check("Wingtip", 304, StepName.LINK, DOWN),
        credentials=(credential(), old),
        findings=(
            Finding(
                "credential_expiring",
                "the credential of automation ends on 2026-12-10",
                "renew it, and note its new end under expires_on:",
                identity="automation",
            ),
        ),
    )


def hostile(name: str) -> Checkup:
    """A name in every place where a name can occur."""
    bad = Problem(name, name, name)
    who = CredentialCheck(name, name, None, (Step(StepName.SECRET, State.FAILED, bad),))
    return checkup(
        check(name, 1, StepName.TOKEN, bad, who=replace(credential(), identity=name)),
        replace(
            check(name + "2", 2, StepName.LINK, bad), request=CustomerRequest(name, name, name)
        ),
        check(name + "3", 3, who=who),
        credentials=(who,),
        findings=(Finding(name, name, name, name, name),),
    )


@pytest.mark.parametrize(
    ("form", "width", "file"),
    [("table", 80, "80.txt"), ("table", 120, "120.txt"), ("markdown", 80, "md")],
)
def test_a_checkup_renders_as_its_golden_file(form: str, width: int, file: str) -> None:
    """The bytes were reviewed; PAL_RECONCILE_GOLDEN=write regenerates them."""
    text = rendered(form, ordinary(), width=width)
    path = GOLDEN / f"checkup.{file}"
    if os.environ.get("PAL_RECONCILE_GOLDEN") == "write":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("form", RENDERERS[View.CHECKUP])
@given(name=NAMES)
@settings(max_examples=60, deadline=None)
def test_no_name_brings_a_hidden_character_out(form: Format, name: str) -> None:
    """Except for its line ends, the text has no character that controls a terminal."""
    text = rendered(form, hostile(name), width=80)
    assert text.endswith("\n")
    flat = text.replace("\n", "")
    assert visible(flat) == flat
    text.encode()


@given(NAMES)
@settings(max_examples=60, deadline=None)
def test_a_row_of_csv_is_a_link(name: str) -> None:
    """Each row has all columns, whatever the names contain."""
    text = rendered("csv", hostile(name))
    rows = list(reader.reader(io.StringIO(text)))
    assert len(text.split("\n")) == 5
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_a_note_has_no_markup_of_the_customers() -> None:
    """A name adds no heading and no link, and ends no note."""
    for name in HOSTILE.values():
        request = replace(asked(1), missing=name, remedy=name)
        bad = Problem("app_not_in_tenant", name, name)
        found = checkup(check(name, 1, StepName.TOKEN, bad, request=request))
        text = rendered("markdown", found)
        assert text.count("\n## ") + text.startswith("## ") == 1
        assert text.count("https://") == 1
        assert "<b>" not in text
        assert "---" not in text


def test_colour_is_for_terminals_that_take_it() -> None:
    """The words are the same with and without it."""
    plain, coloured = (rendered("table", ordinary(), color=color) for color in (False, True))
    assert "\x1b[" not in plain
    assert "\x1b[1;31mfailed\x1b[0m" in coloured


def test_a_cause_that_many_share_is_said_once() -> None:
    """The remedy has TENANT in place of each customer's own; CSV and notes have every customer."""
    checks = [check(f"C{n}", n, StepName.TOKEN, missing(n), request=asked(n)) for n in range(60)]
    text = rendered("table", checkup(*checks), width=200)
    assert text.count("app_not_in_tenant") == 1
    assert "60 customers  have not consented" in text
    assert "-> add the app to TENANT: az ad sp create" in text
    assert text.count("doctor --format csv") == 1
    assert "C4 and 55 more (--full lists all; --format csv has a row for each)" in text
    assert rendered("markdown", checkup(*checks)).count("## ") == 60
    same = [check(f"C{n}", n, StepName.TOKEN, BLOCKED) for n in range(60)]
    assert "for example" not in rendered("table", checkup(*same))


def test_a_shared_problem_is_reported_once_and_not_at_each_link() -> None:
    """An endpoint that is down is one problem, with the number of affected links."""
    run = shared(DOWN, SKEW)
    checks = [check(f"C{n}", n, run=run) for n in range(50)]
    text = rendered("table", checkup(*checks), width=120)
    assert text.count("unavailable") == 1
    assert "50 links cannot be read because of this: C0, " in text
    assert "30 more" in text
    assert "clock_skew" in text
    assert "0 of 50 links ready; 50 blocked; 2 shared steps failed." in text
    notes = rendered("markdown", checkup(*checks))
    assert notes.startswith("## For us")
    assert "clock\\_skew" in notes or "clock_skew" in notes


@pytest.mark.parametrize(
    ("skews", "words"),
    [
        ((2, -2), "correct"),
        ((3, -1), "3 s ahead"),
        ((0, -4), "4 s behind"),
        ((None, None), "not compared"),
    ],
)
def test_the_clock_is_described_in_words(skews: tuple[int | None, ...], words: str) -> None:
    """The largest difference to any endpoint counts."""
    found = checkup(check("A", 1))
    hosts = zip(found.endpoints, skews, strict=True)
    found = replace(found, endpoints=tuple(replace(e, skew_s=s) for e, s in hosts))
    (line,) = (line for line in rendered("table", found).splitlines() if " clock " in line)
    assert words in line


def test_an_interrupted_checkup_says_so() -> None:
    """A link that was not tried is neither a failure nor a success."""
    place = Place("Late", "late.example", "automation")
    left = not_tried(place, (*shared(), *credential().steps), INTERRUPTED)
    found = checkup(check("A", 1), left, interrupted=True)
    text = rendered("table", found)
    assert "skipped" in text
    assert "1 of 2 links ready; 1 not tried. Interrupted" in text
    data = json.loads(rendered("json", found))
    assert (data["complete"], data["interrupted"]) == (False, True)
    assert data["checks"][1]["tenant_id"] is None
    assert data["checks"][1]["steps"][5]["problem"]["code"] == "interrupted"
    assert data["checks"][1]["steps"][6]["blocked_by"] == "openid"


def test_an_empty_selection_has_no_problems() -> None:
    """Without links there is no block of links."""
    found = checkup(credentials=())
    assert rendered("table", found).endswith("correct\n\nCheckup: 0 of 0 links ready.\n")
    assert rendered("markdown", found) == "Checkup: 0 of 0 links ready.\n"


def test_two_accounts_of_one_customer_share_a_note() -> None:
    """A customer gets one mail with everything that is missing."""
    other = credential("alice")
    found = checkup(
        check("Fabrikam", 1, StepName.TOKEN, missing(1), request=asked(1)),
        check(
            "Fabrikam", 1, StepName.TOKEN, BLOCKED, who=other, request=replace(asked(1), link=None)
        ),
        check("Tailspin", 2, StepName.TOKEN, OURS),
    )
    note, ours = rendered("markdown", found).split("\n\n---\n\n")
    assert note.count("What is missing") == 2
    assert note.count("Consent link") == 1
    assert "Tailspin" not in note
    assert "invalid_client_secret" in ours
