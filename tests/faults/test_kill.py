"""After kill -9 at any time no write is lost or repeated, and the next run recovers."""

import random
import time
from pathlib import Path

import pytest

from reconciler.emulator.state.links import Place
from reconciler.store.journal import lines
from tests.e2e.command import APP, OLD, OURS, Desk, tenant_id

CUSTOMERS = 60
KILLS = 10


def versions(desk: Desk) -> dict[int, int]:
    """The number of writes to each customer's link."""
    state = desk.azure.state
    found = {}
    for number in range(1, CUSTOMERS + 1):
        object_id = state.directory.object_id(tenant_id(number), APP)
        found[number] = state.links.records[Place(tenant_id(number), object_id)].version
    return found


@pytest.mark.parametrize("chance", [1, 2])
def test_kill_9_at_random_moments(desk: Desk, chance: int) -> None:
    """Ten applies are killed, half of them during their writes. Then one runs to its end."""
    moments = random.Random(chance)
    relinked = dict.fromkeys(range(1, CUSTOMERS + 1, 2), OLD)
    desk.seed({0: OURS} | relinked, faults=[{"operation": "write", "latency_s": 0.25}])
    desk.write(
        "".join(f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(CUSTOMERS + 1))
    )
    desk.do_not_measure()
    for kill in range(KILLS):
        sent = len(desk.requests("create", "update"))
        process = desk.start("apply", "--yes", "--concurrency=3", "--allow=change-share")
        if kill % 2:
            while len(desk.requests("create", "update")) == sent and process.poll() is None:
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.5))
        else:
            time.sleep(moments.uniform(0.3, 1.5))
        process.kill()
        process.communicate()
    desk.release()  # writes in progress are completed, as in Azure
    ran = desk.apply("--allow=change-share")
    assert ran.status == 0, ran.err
    assert {desk.truth(number) for number in range(CUSTOMERS + 1)} == {OURS}
    assert versions(desk) == {n: 2 if n in relinked else 1 for n in range(1, CUSTOMERS + 1)}
    check_journal(desk)


def check_journal(desk: Desk) -> None:
    """Verify the journal: each sent write has an intent, and each intent an outcome."""
    verified = desk.run("journal", "verify")
    assert (verified.status, "complete" in verified.out) == (0, True), verified.err
    (path,) = Path(desk.env["PAL_RECONCILE_STATE_DIR"]).glob("*.journal.jsonl")
    unfinished: set[str] = set()
    recovered, intents = 0, 0
    for line in lines(path):
        if line["event"] == "intent":
            unfinished.add(line["tenant"])
            intents += 1
        elif line["event"] in ("outcome", "recovered"):
            unfinished.discard(line["tenant"])
            recovered += line["event"] == "recovered"
    assert unfinished == set()
    assert recovered > 0
    assert intents >= len(desk.requests("create", "update"))
