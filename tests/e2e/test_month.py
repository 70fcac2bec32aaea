"""A month of nightly runs with frozen time: notifications, metrics and history are correct."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.azure import session
from reconciler.cli.main import run
from reconciler.core.history.link_history import Health
from reconciler.emulator.seed.seed import read as seed
from reconciler.emulator.server import Emulator
from reconciler.store.history.repository import open_own
from tests.clocks import frozen
from tests.e2e.command import APP, FOREIGN, OLD, OURS, SECRET, tenant_id
from tests.receivers import Receiver, listening

FIRST = datetime(2026, 11, 1, 2, tzinfo=UTC)
CUSTOMERS = range(1, 13)
FILE = f"""version: 1
partners: {{uk: {{id: "{OURS}"}}, old: {{id: "{OLD}"}}}}
identities: {{app: {{kind: client_secret, client_id: {APP}, secret: {{env: PAL_SECRET}}}}}}
defaults: {{partner: uk, identities: [app]}}
notify:
  - {{to: {{env: PAL_AT_ONCE}}}}
  - {{to: {{env: PAL_PATIENT}}, when: [unreadable, failure, recovery], after: 2}}
tenants:
""" + "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in CUSTOMERS)


@dataclass
class Month:
    """Nightly runs of one machine, one after the other.

    notified  what each subscriber got: the number of the run and the title of the message
    """

    path: Path
    azure: Emulator
    receiver: Receiver
    faults: list[dict[str, Any]] = field(default_factory=list)
    carried: dict[int, str | None] = field(default_factory=lambda: dict.fromkeys(CUSTOMERS, OURS))
    notified: dict[str, list[tuple[int, str]]] = field(
        default_factory=lambda: {"at-once": [], "patient": []}
    )
    bodies: list[str] = field(default_factory=list)

    def nightly(self, number: int, *more: str) -> int:
        """One run at 02:00; returns its status. Azure has the links and faults of the month."""
        links = [
            {"tenant": tenant_id(n), "client_id": APP, "partner_id": partner_id}
            for n, partner_id in self.carried.items()
            if partner_id
        ]
        self.azure.state.reset(seed({"links": links, "faults": self.faults}))
        before = len(self.receiver.got)
        with frozen(FIRST + timedelta(days=number - 1), tick=True):
            status = run(["nightly", "-q", "--metrics", "pal.prom", *more])
        for path, body in self.receiver.got[before:]:
            title = json.loads(body)["title"].removeprefix("pal-reconcile: ")
            self.notified[path.strip("/")].append((number, title))
            self.bodies.append(json.loads(body)["message"])
        return status

    def metric(self, name: str, **labels: str) -> float:
        """One value of the textfile."""
        written = (self.path / "pal.prom").read_text()
        inner = ",".join(f'{key}="{value}"' for key, value in labels.items())
        full = f"{name}{{{inner}}}" if inner else name
        found = re.search(rf"^{re.escape(full)} (\S+)$", written, re.MULTILINE)
        assert found, f"{full} is not in\n{written}"
        return float(found[1])

    def standings(self) -> dict[Health, int]:
        """The number of links in each state, from the history."""
        (path,) = (self.path / "state").glob("*.history.sqlite3")
        with closing(open_own(path)) as book:
            found = [period.health for period in book.latest().values()]
        return {each: found.count(each) for each in Health}

    def drop(self, remedy: Callable[[dict[str, Any]], bool]) -> None:
        """Remove the faults for which this returns true."""
        self.faults = [fault for fault in self.faults if not remedy(fault)]


@pytest.fixture
def month(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    with listening() as receiver:
        webhook = receiver.url.replace("http://", "json://")
        monkeypatch.chdir(tmp_path)
        # A refused secret is tried once more when it has had time to spread: not in this clock.
        monkeypatch.setattr(session, "FRESH_SECRET_S", 0.01)
        for name, value in {
            "PAL_RECONCILE_ARM_ENDPOINT": emulator.endpoint,
            "REQUESTS_CA_BUNDLE": str(emulator.ca_path),
            "PAL_RECONCILE_STATE_DIR": str(tmp_path / "state"),
            "PAL_SECRET": SECRET,
            "PAL_AT_ONCE": f"{webhook}/at-once",
            "PAL_PATIENT": f"{webhook}/patient",
        }.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "tenants.yaml").write_text(FILE)
        yield Month(tmp_path, emulator, receiver)


def test_a_month_notifies_changes_only(month: Month) -> None:
    """Thirty runs: drift, outages, a leaver, an expired secret, a broken file, a repair."""
    file = month.path / "tenants.yaml"
    statuses = {}
    for number in range(1, 31):
        more: tuple[str, ...] = ()
        match number:
            case 4:
                month.carried[1] = FOREIGN  # another partner takes a link
            case 7:
                month.carried[1] = OURS
            case 9:  # four customers are unreadable in one run
                month.faults = [
                    {"tenant": tenant_id(n), "operation": "read", "status": 403}
                    for n in (2, 4, 6, 8)
                ]
            case 10:
                month.faults = []
            case 12:  # Azure itself is down for two runs
                month.faults = [{"operation": "metadata", "status": 404}]
            case 14:
                month.faults = []
            case 16:  # the secret expired, and is renewed three runs later
                month.faults = [{"operation": "token", "aadsts": 7000222}]
            case 19:
                month.faults = []
            case 21:  # a customer removes our app, for good
                month.faults = [{"tenant": tenant_id(3), "operation": "token", "aadsts": 700016}]
            case 24:
                file.write_text(FILE.replace("version: 1", "version: 7"))
            case 25:
                file.write_text(FILE)
            case 27:
                month.carried[5] = OLD
                more = ("--repair",)
            case 28:
                month.carried[5] = OURS  # the result of the repair
        statuses[number] = month.nightly(number, *more)
        check_truth(month, number, statuses[number])
    assert month.notified == {
        "at-once": [
            (4, "1 new drift"),
            (7, "1 recovered"),
            (9, "4 newly unreadable"),
            (10, "4 recovered"),
            (12, "the run failed"),
            (14, "the run works again"),
            (16, "12 newly unreadable"),
            (19, "12 recovered"),
            (21, "1 newly unreadable"),
            (24, "the run failed"),
            (25, "the run works again"),
            (27, "1 repaired"),
        ],
        "patient": [
            (7, "1 recovered"),
            (12, "the run failed"),
            (14, "the run works again"),
            (17, "12 newly unreadable"),
            (19, "12 recovered"),
            (22, "1 newly unreadable"),
            (24, "the run failed"),
            (25, "the run works again"),
        ],
    }
    assert [len(body.splitlines()) for body in month.bodies] == [5] * len(month.bodies)
    assert {number for number, status in statuses.items() if status == 1} == {12, 13}
    assert statuses[24] == 78
    assert SECRET not in "".join(month.bodies)


def check_truth(month: Month, number: int, status: int) -> None:
    """Metrics and history of this run match what Azure held."""
    if status in (1, 78):
        assert month.metric("pal_reconcile_run_status") == status
        return
    lost = {2, 4, 6, 8} if number == 9 else set()
    lost |= set(CUSTOMERS) if 16 <= number < 19 else set()
    lost |= {3} if number >= 21 else set()
    moved = {n for n, partner_id in month.carried.items() if partner_id != OURS} - lost
    if number == 27:
        moved = set()  # repaired
    in_sync = len(CUSTOMERS) - len(lost) - len(moved)
    assert month.standings() == {
        Health.IN_SYNC: in_sync,
        Health.DRIFT: len(moved),
        Health.UNREADABLE: len(lost),
        Health.LEFT_ALONE: 0,
    }, number
    assert month.metric("pal_reconcile_links", state="unknown") == len(lost), number
    assert month.metric("pal_reconcile_links", state="linked") == len(CUSTOMERS) - len(lost)
