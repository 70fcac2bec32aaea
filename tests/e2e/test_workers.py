"""The same run on threads, processes and a cluster gives the same result, even if workers die."""

import os
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.seed.seed import read as seed
from tests.e2e.cluster import Cluster, cluster
from tests.e2e.command import APP, FOREIGN, OLD, OURS, SECRET, Desk, Ran, tenant_id
from tests.engine.chunks import wait_until
from tests.engine.test_processes import is_running

COUNT = 24


def world(desk: Desk, *faults: dict[str, Any]) -> None:
    """Customers to create, to update, with a foreign ID, and unreadable; the same in each test."""
    ids = {1: OURS, 2: FOREIGN} | dict.fromkeys(range(6, COUNT + 1), OLD)
    links = [
        {
            "tenant": tenant_id(number),
            "client_id": APP,
            "partner_id": partner_id,
            "created": "2026-03-20T00:36:59.101Z",
            "updated": "2026-03-21T00:36:59.101Z",
        }
        for number, partner_id in ids.items()
    ]
    refused = {"tenant": tenant_id(3), "aadsts": 53003}
    desk.azure.state.reset(seed({"links": links, "faults": [refused, *faults]}))
    desk.customers(COUNT)


def end(desk: Desk) -> list[str | None]:
    return [desk.truth(number) for number in range(1, COUNT + 1)]


ENDED = [OURS, FOREIGN, None, *[OURS] * (COUNT - 3)]


@pytest.fixture
def dask(desk: Desk, tmp_path: Path) -> Iterator[Cluster]:
    """Two workers with the package and their own secret, without the coordinator's."""
    env: dict[str, str] = {
        name: desk.env[name] for name in ("PATH", "HOME", "PAL_SECRET") if name in desk.env
    }
    with cluster(tmp_path / "dask", env) as running:
        yield running


def both(desk: Desk, *how: str) -> tuple[str, Ran]:
    """Plan, then apply; the plan's digest, and the apply."""
    world(desk)
    planned = desk.plan(*how)
    assert planned.status == 4
    applied = desk.apply("--allow=change-share", *how)
    assert (applied.status, applied.err) == (4, planned.err)
    return planned.data["digest"], applied


def test_threads_processes_and_dask_agree(desk: Desk, dask: Cluster) -> None:
    """The plan's digest, each outcome, the requests and what is linked at the end are the same."""
    seen = []
    for how in (("--processes=1",), ("--processes=2",), (f"--executor=dask:{dask.address}",)):
        digest, applied = both(desk, *how)
        assert end(desk) == ENDED
        counted = desk.azure.state.requests.by_operation()
        counted.pop("metadata")
        seen.append((digest, applied.outcomes, counted))
    assert seen[0] == seen[1] == seen[2]


WAYS = ["processes", "dask"]


@pytest.fixture
def how(request: pytest.FixtureRequest) -> str:
    """The option that spreads reads over two processes, or over the cluster's two workers."""
    if request.param == "processes":
        return "--processes=2"
    return f"--executor=dask:{request.getfixturevalue('dask').address}"


@pytest.mark.parametrize("how", WAYS, indirect=True)
def test_the_coordinator_writes_by_itself(desk: Desk, how: str) -> None:
    """All workers die during the writes: every change is made, without a warning."""
    world(desk, {"operation": "update", "latency_s": 2.0})
    process = desk.start("apply", "--yes", "--format=json", "--allow=change-share", how)
    desk.wait_for("update", 6)
    for pid in children(process.pid):
        os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    ran = Ran(process.returncode, out, err)
    assert (ran.status, "workers_lost" in err) == (4, False), err
    assert set(ran.outcomes.values()) <= {None, "applied"}
    assert end(desk) == ENDED
    assert len(desk.requests("create", "update", "remove")) == COUNT - 3


def test_a_process_that_is_killed_during_the_reads(desk: Desk) -> None:
    """The coordinator reads the missing links, warns once, and the plan is complete."""
    world(desk, {"operation": "read", "latency_s": 2.0})
    process = desk.start("plan", "--format=json", "--processes=2", "--concurrency=4")
    desk.wait_for("token", 4)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    ran = Ran(process.returncode, out, err)
    assert (ran.status, err.count("workers_lost")) == (4, 1), err
    unread = [name for name, action in ran.actions.items() if action == "unknown"]
    assert (unread, "Traceback" in err) == (["C3"], False), err


@pytest.mark.parametrize("lost", ["worker", "scheduler"])
def test_a_cluster_that_breaks_during_the_reads(desk: Desk, dask: Cluster, lost: str) -> None:
    """Another worker reads a lost worker's chunk; without a scheduler the coordinator does."""
    world(desk, {"operation": "read", "latency_s": 2.0})
    process = desk.start(
        *("plan", "--format=json", "--concurrency=4", f"--executor=dask:{dask.address}")
    )
    desk.wait_for("token", 4)
    (dask.scheduler if lost == "scheduler" else dask.workers[0]).kill()
    out, err = process.communicate(timeout=120)
    ran = Ran(process.returncode, out, err)
    assert (ran.status, err.count("workers_lost")) == (4, int(lost == "scheduler")), err
    unread = [name for name, action in ran.actions.items() if action == "unknown"]
    assert (unread, "Traceback" in err) == (["C3"], False), err


@pytest.mark.parametrize("moment", ["read", "update"])
def test_nothing_is_sent_after_the_coordinator_was_killed(desk: Desk, moment: str) -> None:
    """kill -9 during reads or writes ends its processes, and with them their requests."""
    world(desk, {"operation": moment, "latency_s": 1.0})
    process = desk.start(
        *("apply", "--yes", "--allow=change-share", "--processes=2", "--concurrency=4")
    )
    desk.wait_for(moment, 2)
    workers = children(process.pid)
    assert len(workers) == 2
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: not any(map(is_running, workers)))
    assert desk.apply("--processes=1").status == 3  # a guard; the lock is free


def test_discover_reads_with_processes_too(desk: Desk) -> None:
    """Everything that discover sends to a worker process can be pickled."""
    world(desk)
    named = [f"--tenants={tenant_id(number)}" for number in (1, 2, 4)]
    found = desk.run("discover", *named, "--identity=app", "--processes=2", "--format=json")
    assert (found.status, len(found.data["links"])) == (0, 3), found.err


def children(pid: int) -> list[int]:
    """The worker processes of a run, without the one that multiprocessing uses itself."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            command = entry.joinpath("cmdline").read_text()
        except OSError:
            continue
        if parent == pid and "spawn_main" in command:
            found.append(int(entry.name))
    return found


@pytest.mark.parametrize("how", WAYS, indirect=True)
def test_a_signal_ends_waits_in_workers(desk: Desk, how: str) -> None:
    """Workers end their waits, writes under way are verified, the rest is skipped."""
    world(desk, {"operation": "read", "after": COUNT - 1, "status": 429, "retry_after_s": 60})
    process = desk.start("apply", "--yes", "--format=json", "--allow=change-share", how)
    desk.wait_for("read", COUNT + 1)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=50)
    ran = Ran(process.returncode, out, err)
    assert ran.status == 143, err
    assert set(ran.outcomes.values()) <= {None, "skipped"}
    assert desk.requests("update", "create") == []


def test_no_secret_is_sent_to_workers(desk: Desk, dask: Cluster) -> None:
    """A worker without the secret cannot sign in."""
    world(desk)
    desk.env["PAL_SECRET"] = SECRET + "-of-the-coordinator"
    desk.seed(clients=[{"client_id": APP, "secret": SECRET}])
    planned = desk.plan(f"--executor=dask:{dask.address}", "--only=C1")
    assert (planned.status, planned.actions["C1"]) == (0, "create")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ("--executor=dask:tcp://127.0.0.1:1", 1, "no Dask scheduler answers"),
        ("--executor=dask", 64, "dask:tcp://HOST:8786"),
        ("--executor=ray:tcp://127.0.0.1:1", 64, "dask:tcp://HOST:8786"),
        ("--executor=dask:tcp://127.0.0.1:1 --processes=2", 64, "cannot be combined"),
        ("--processes=0", 64, "--processes"),
    ],
)
def test_unavailable_workers_are_reported(
    desk: Desk, arguments: str, status: int, words: str
) -> None:
    """One line has the cause, and no link is read."""
    desk.customers(1)
    ran = desk.run("plan", *shlex.split(arguments))
    assert (ran.status, words in ran.err, "Traceback" in ran.err) == (status, True, False), ran.err
    assert desk.requests("token", "read") == []


def test_requests_of_workers_are_counted(desk: Desk, dask: Cluster) -> None:
    """The metrics count as many requests as Azure got."""
    for how in ("--processes=1", "--processes=2", f"--executor=dask:{dask.address}"):
        world(desk, {"operation": "read", "status": 429, "retry_after_s": 0, "times": 3})
        assert desk.run("plan", how, "--metrics", "pal.prom").status == 4
        written = (desk.path / "pal.prom").read_text().splitlines()
        figures = dict(line.split() for line in written if not line.startswith("#"))
        got = [request for request in desk.requests() if request.operation != "metadata"]
        counted = float(figures["pal_reconcile_run_requests"])
        assert len(got) <= counted <= len(got) + 1, how
        assert float(figures["pal_reconcile_run_retries"]) == 3, how
