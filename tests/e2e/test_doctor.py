"""`doctor` as on-call engineers and programs use it."""

import csv
import io
import json
import signal

from tests.e2e.certificates import PASSWORD, write_certificates, write_pair
from tests.e2e.command import APP, HELD_S, OURS, SECRET, Desk, Ran, tenant_id

STEPS = [
    *("authority", "arm", "clock", "secret", "certificate"),
    *("openid", "token", "claims", "link"),
]


def doctor(desk: Desk, *arguments: str, **env: str) -> Ran:
    """`doctor --format json`."""
    return desk.run("doctor", "--format", "json", *arguments, **env)


def steps(ran: Ran, tenant: str) -> dict[str, str]:
    """Each step's state for a tenant."""
    check = next(check for check in ran.data["checks"] if check["tenant"] == tenant)
    return {step["step"]: step["state"] for step in check["steps"]}


def problem(ran: Ran, tenant: str, step: str) -> dict[str, str]:
    """Why a step failed for a tenant."""
    check = next(check for check in ran.data["checks"] if check["tenant"] == tenant)
    found = next(found for found in check["steps"] if found["step"] == step)
    assert found["state"] == "failed"
    return dict(found["problem"])


def test_a_checkup_has_the_shape_that_programs_rely_on(desk: Desk) -> None:
    """Every key of the public format is there; every check has every step, in order."""
    desk.seed({1: OURS})
    desk.customers(2)
    ran = doctor(desk)
    data = ran.data
    assert ran.status == 0
    assert (data["kind"], data["format"], data["complete"]) == ("checkup", 1, True)
    assert data["created_at"].endswith("Z")
    assert data["config_digest"].startswith("sha256:")
    assert data["findings"] == []
    assert [endpoint["endpoint"] for endpoint in data["endpoints"]] == ["authority", "arm"]
    check = data["checks"][0]
    assert (check["tenant"], check["tenant_id"], check["identity"]) == ("C1", tenant_id(1), "app")
    assert check["object_id"]
    assert [step["step"] for step in check["steps"]] == STEPS
    assert steps(ran, "C2") == {**dict.fromkeys(STEPS, "ok"), "certificate": "skipped"}
    assert all(set(step) >= {"step", "state", "problem"} for step in check["steps"])


def test_nothing_is_written(desk: Desk) -> None:
    """ARM gets only GET, each endpoint is checked once per run, and no journal is created."""
    desk.customers(5)
    doctor(desk)
    assert desk.requests("create", "update", "remove", "read_by_id") == []
    assert len(desk.requests("read")) == 5
    assert len(desk.requests("other")) == 2
    assert not list((desk.path / "state").glob("*.jsonl"))


def test_a_failed_step_of_one_customer_stops_no_other(desk: Desk) -> None:
    """Each problem is at its own step, with cause and remedy; the status is 4."""
    desk.seed(
        clients=[{"client_id": APP, "secret": SECRET, "absent_from": [tenant_id(2)]}],
        faults=[
            {"tenant": tenant_id(1), "aadsts": 53003},
            {"tenant": tenant_id(3), "claims": {"tid": tenant_id(9)}},
            {"tenant": tenant_id(4), "operation": "read", "html": True, "status": 200},
            {"tenant": tenant_id(5), "operation": "openid", "aadsts": 90002},
        ],
    )
    desk.customers(6)
    ran = doctor(desk)
    assert (ran.status, ran.data["complete"]) == (4, False)
    assert problem(ran, "C1", "token")["code"] == "conditional_access"
    missing = problem(ran, "C2", "token")
    assert missing["code"] == "app_not_in_tenant"
    assert f"adminconsent?client_id={APP}" in missing["hint"]
    assert problem(ran, "C3", "claims")["code"] == "wrong_tenant_token"
    assert problem(ran, "C4", "link")["code"] == "unexpected_answer"
    assert problem(ran, "C5", "openid")["code"] == "no_such_tenant"
    assert [steps(ran, "C5")[name] for name in STEPS[6:]] == ["skipped"] * 3
    assert steps(ran, "C6")["link"] == "ok"


def test_a_missing_secret_is_a_failed_step(desk: Desk) -> None:
    """`plan` exits with 78 here; `doctor` continues with all other steps."""
    desk.customers(2)
    del desk.env["PAL_SECRET"]
    assert desk.run("plan").status == 78
    ran = doctor(desk)
    assert ran.status == 4
    assert "PAL_SECRET is not set" in problem(ran, "C1", "secret")["message"]
    assert (steps(ran, "C1")["openid"], steps(ran, "C1")["token"]) == ("ok", "skipped")


def test_a_certificate_that_ends_soon_is_a_finding(desk: Desk) -> None:
    """The certificate's own expiry counts, without `expires_on`; 90 days left are no finding."""
    write_pair(desk.path / "soon.pem", ends=10)
    desk.customers(1)
    path = desk.path / "tenants.yaml"
    path.write_text(
        path.read_text()
        .replace("kind: client_secret", "kind: client_certificate, certificate: {file: soon.pem}")
        .replace(", secret: {env: PAL_SECRET}", "")
    )
    ran = doctor(desk)
    assert ran.status == 0
    assert [finding["code"] for finding in ran.data["findings"]] == ["certificate_expiring"]
    assert ran.data["identities"][0]["expires_on"]
    assert steps(ran, "C1")["certificate"] == "ok"
    for command in ("plan", "show"):
        found = desk.run(command, "--format", "json").data["findings"]
        assert ran.data["findings"][0] in found
    write_pair(desk.path / "soon.pem", begins=-20, ends=-10)
    for command in ("plan", "show"):
        ran = desk.run(command, "--format", "json")
        assert "certificate_expired" in [finding["code"] for finding in ran.data["findings"]]
    write_certificates(desk.path)
    path.write_text(path.read_text().replace("soon.pem}", "locked.pem}, password: {env: PAL_PW}"))
    assert doctor(desk, PAL_PW=PASSWORD).data["findings"] == []


def test_healthy_customers_are_counted(desk: Desk) -> None:
    """Four hundred healthy customers are one line and do not hide the failed one."""
    desk.seed(faults=[{"tenant": tenant_id(200), "aadsts": 53003}])
    desk.customers(400)
    ran = desk.run("doctor")
    assert ran.status == 4
    assert len(ran.out.splitlines()) < 15
    assert "399 ready" in ran.out
    assert "C200" in ran.out
    assert ran.out.endswith("Checkup: 399 of 400 links ready; 1 failed.\n")


def test_quiet_prints_nothing_if_no_step_fails(desk: Desk) -> None:
    """-q prints nothing for a healthy file, and the table for any other."""
    desk.customers(1)
    ran = desk.run("doctor", "-q")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    desk.seed(faults=[{"aadsts": 53003}])
    assert "conditional_access" in desk.run("doctor", "-q").out


def test_a_note_names_its_customer_only(desk: Desk) -> None:
    """It says what is missing, who can add it, and the link; it can be sent as it is."""
    desk.seed(
        clients=[{"client_id": APP, "secret": SECRET, "absent_from": [tenant_id(1), tenant_id(2)]}]
    )
    desk.customers(3)
    ran = desk.run("doctor", "--format", "markdown")
    first, second = ran.out.split("\n\n---\n\n")
    assert ran.status == 4
    link = f"{desk.azure.endpoint}/{tenant_id(1)}/adminconsent?client_id={APP}"
    assert f"- **Consent link:** <{link}>\n" in first
    assert f"az ad sp create --id {APP}" in first
    assert "administrator" in first
    assert "C1" in first
    for other in ("C2", "C3", tenant_id(2), tenant_id(3)):
        assert other not in first
    assert tenant_id(1) not in second
    ready = desk.run("doctor", "--format", "markdown", "--only", "C3")
    assert (ready.status, ready.out) == (0, "Checkup: 1 of 1 link ready.\n")


def test_the_partners_own_problems_are_in_no_note(desk: Desk) -> None:
    """A wrong secret is the partner's problem and is in no customer's note."""
    desk.seed(clients=[{"client_id": APP, "secret": "another"}])
    desk.customers(9)
    out = desk.run("doctor", "--format", "markdown").out
    assert out.startswith("## For us, not for customers\n")
    assert "invalid_client_secret" in out


def test_csv_has_a_row_for_each_link(desk: Desk) -> None:
    """And a column for each step."""
    desk.seed(faults=[{"tenant": tenant_id(2), "aadsts": 53003}])
    desk.customers(2)
    heading, first, second = desk.run("doctor", "--format", "csv").out.splitlines()
    assert heading.startswith(f"tenant,tenant_id,identity,object_id,{','.join(STEPS)},step")
    assert first.startswith(f"C1,{tenant_id(1)},app,")
    assert ",failed,skipped,skipped,token,conditional_access," in second


def test_output_has_no_secrets_and_no_control_characters(desk: Desk) -> None:
    """No secret or token is printed, and control characters in Azure's text are escaped."""
    desk.seed(
        faults=[{"tenant": tenant_id(1), "aadsts": 53003, "message": "\x1b[2JEvil\u202e"}],
    )
    desk.customers(2)
    for form in ("table", "json", "markdown", "csv"):
        ran = desk.run("doctor", "--format", form, "--log-level", "debug")
        assert "Evil" in ran.out
        for hidden in (SECRET, "\x1b", "\u202e", "eyJ"):
            assert hidden not in ran.out
            assert hidden not in ran.err


def test_a_deadline_leaves_the_rest_untried(desk: Desk) -> None:
    """Each skipped link is reported, and the status is 4."""
    desk.customers(3)
    ran = doctor(desk, "--deadline", "0")
    assert (ran.status, ran.data["interrupted"], ran.data["complete"]) == (4, True, False)
    assert desk.requests("token") == []


def test_a_signal_ends_the_run(desk: Desk) -> None:
    """Requests under way finish, the rest is skipped, and the status is the signal's."""
    desk.seed(faults=[{"operation": "token", "latency_s": HELD_S}])
    desk.customers(60)
    process = desk.start("doctor", "--format", "json", "--concurrency", "2")
    desk.wait_for("token", 2)
    process.send_signal(signal.SIGTERM)
    desk.release()
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 143
    data = json.loads(out)
    assert data["interrupted"]
    assert len(data["checks"]) == 60


def test_an_unreachable_endpoint_ends_the_run(desk: Desk) -> None:
    """No host is known without the metadata document: status 1, as for a plan."""
    desk.customers(1)
    ran = desk.run("doctor", "--arm-endpoint", "https://127.0.0.1:1")
    assert (ran.status, ran.out) == (1, "")
    assert "connection refused" in ran.err


def test_customers_without_the_app_are_one_block(desk: Desk) -> None:
    """One remedy and the first customers; --full names all, and CSV has each consent link."""
    absent = [tenant_id(n) for n in range(1, 61)]
    desk.seed(clients=[{"client_id": APP, "secret": SECRET, "absent_from": absent}])
    desk.customers(62)
    ran = desk.run("doctor")
    assert ran.status == 4
    assert "60 customers  have not consented" in ran.out
    assert ran.out.count("az ad sp create") == 1
    assert "C60" not in ran.out
    assert len(ran.out.splitlines()) < 20
    assert "doctor --format markdown --out notes" in ran.err
    assert "C60" in desk.run("doctor", "--full").out
    rows = list(csv.DictReader(io.StringIO(desk.run("doctor", "--format", "csv").out)))
    consent = f"{desk.azure.endpoint}/{tenant_id(7)}/adminconsent?client_id={APP}"
    assert (rows[6]["tenant"], rows[6]["consent_link"]) == ("C7", consent)
    assert {row["client_id"] for row in rows} == {APP}
    assert [row["consent_link"] for row in rows[60:]] == ["", ""]
    assert doctor(desk).data["checks"][6]["request"]["link"] == consent


def test_each_customer_gets_a_private_note(desk: Desk) -> None:
    """Names become safe file names in a new folder, which only the owner can read."""
    hostile = ["../up", "A/B", "a b", "A B?", "NUL"]
    desk.seed(
        clients=[
            {
                "client_id": APP,
                "secret": SECRET,
                "absent_from": [tenant_id(n) for n in range(len(hostile))],
            }
        ],
        faults=[{"tenant": tenant_id(9), "aadsts": 53003}],
    )
    rows = [
        f"  - {{name: {json.dumps(n)}, tenant: {tenant_id(i)}}}\n" for i, n in enumerate(hostile)
    ]
    desk.write("".join(rows) + f"  - {{name: Nine, tenant: {tenant_id(9)}}}\n")
    before = set(desk.path.rglob("*"))
    ran = desk.run("doctor", "--format", "markdown", "--out", "notes")
    assert (ran.status, ran.out) == (4, "Checkup: 0 of 6 links ready; 6 failed.\n")
    folder = desk.path / "notes"
    notes = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(notes) == {"up.md", "A-B.md", "a-b-2.md", "A-B-3.md", "NUL_.md", "Nine.md"}
    assert set(desk.path.rglob("*")) - before >= {folder, *folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert tenant_id(1) in notes["A-B.md"]
    assert sum(tenant_id(1) in text for text in notes.values()) == 1
    assert "AADSTS500113" in notes["A-B.md"]
    assert "redirect URI" not in notes["Nine.md"]
    again = desk.run("doctor", "--format", "markdown", "--out", "notes")
    assert (again.status, "is not empty and is left as it is" in again.err) == (64, True)
    assert desk.run("doctor", "--out", "others").status == 64
    assert desk.run("doctor", "--format", "markdown", "--out", "tenants.yaml").status == 64


def test_without_requests_no_folder_is_written(desk: Desk) -> None:
    """A folder without notes would look like a failure."""
    desk.customers(1)
    ran = desk.run("doctor", "--format", "markdown", "--out", "notes")
    assert (ran.status, ran.out) == (0, "Checkup: 1 of 1 link ready.\n")
    assert "No customer has anything to do" in ran.err
    assert not (desk.path / "notes").exists()
