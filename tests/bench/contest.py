"""Measured programs, their links and their order: in turns, so that a disturbance affects all."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Cost, run
from tests.bench.world import World, world
from tests.e2e.certificates import write_pair
from tests.e2e.command import APP, INSTALLED, OLD, OURS, tenant_id

ROOT = Path(__file__).parents[2]
LATENCY_S = 0.1
WRITE_S = 15.0
CHANGES = 200


@dataclass(frozen=True)
class Row:
    """The best round of one program. `asked` is the number of requests per link."""

    who: str
    links: int
    at_once: int
    cost: Cost
    asked: float

    @property
    def rate(self) -> float:
        """Links per second, from the start to the end of the program."""
        return self.links / self.cost.wall_s

    @property
    def cpu_ms(self) -> float:
        """CPU per link, including the program's start."""
        return self.cost.cpu_s / self.links * 1000


@dataclass(frozen=True)
class Heat:
    """Programs that take turns on the same number of links, for several rounds."""

    links: int
    contestants: tuple[tuple[str, int], ...]
    rounds: int = 1


PAL = "pal-reconcile"
CERTIFICATE = "certificate"
"""Our program with a client secret and with a client certificate."""

HEATS = (
    Heat(100, (("sdk", 1), (PAL, 1))),
    Heat(1000, ((PAL, 8), (PAL, 32), (PAL, 128))),
    Heat(500, ((CERTIFICATE, 128),), 2),
    Heat(2000, (("floor", 128), (PAL, 128), (CERTIFICATE, 128), ("prototype", 128)), 3),
    Heat(5000, (("floor", 128), (PAL, 128)), 2),
    Heat(20000, (("floor", 128), (PAL, 128))),
)


def plans(path: Path) -> Iterator[Row]:
    """Read all links with each program."""
    pem = write_pair(path / "app.pem")
    with world(path, LATENCY_S) as azure:
        for heat in HEATS:
            best: dict[tuple[str, int], Row] = {}
            for _ in range(heat.rounds):
                for who, at_once in heat.contestants:
                    azure.customers(heat.links, certificate=pem if who == CERTIFICATE else None)
                    row = _once(azure, who, heat.links, at_once)
                    before = best.get((who, at_once))
                    cost = row.cost.best(before.cost if before else None)
                    best[who, at_once] = Row(who, heat.links, at_once, cost, row.asked)
            yield from best.values()
        if shutil.which("az"):
            azure.customers(10)
            yield _once(azure, "az", 10, 1)


def _once(azure: World, who: str, links: int, at_once: int) -> Row:
    before = sum(azure.requests().values())
    if who in (PAL, CERTIFICATE):
        command = [str(INSTALLED), "plan", "-q", "--format=json", f"--concurrency={at_once}"]
    else:
        command = [sys.executable, "-m", "tests.bench.rivals", who, str(links), str(at_once)]
    cost = run(command, azure.env | {"PYTHONPATH": str(ROOT)}, azure.path)
    asked = sum(azure.requests().values()) - before
    sys.stderr.write(f"{who:14} {links:6} links, {at_once:3} at a time: {cost.wall_s:6.2f} s\n")
    return Row(who, links, at_once, cost, asked / links)


def change(path: Path) -> Cost:
    """Point 200 links at another ID, 64 at a time, where each write takes 15 s."""
    numbers = range(1, CHANGES + 2)
    old = [{"tenant": tenant_id(n), "client_id": APP, "partner_id": OLD} for n in numbers]
    old[0]["partner_id"] = OURS  # seen already, so that none has to go first
    slow = [{"operation": "update", "latency_s": WRITE_S}]
    with world(path, LATENCY_S, links=old, faults=slow) as azure:
        azure.customers(len(old), OLD)
        command = [str(INSTALLED), "apply", "--yes", "-q", "--format=json", "--concurrency=64"]
        cost = run([*command, "--allow=change-share"], azure.env, path)
        report = json.loads((path / "said.txt").read_text())
    assert [link["outcome"] for link in report["links"]].count("applied") == CHANGES
    return cost


LIBRARIES = "typer, pydantic, yaml, structlog, requests, azure.identity.aio, sqlalchemy"
"""What `plan` imports, apart from its own modules."""


PLAN = "`plan`, 1 tenant"
"""The start that is judged: Azure answers at once."""


def starts(path: Path) -> Iterator[tuple[str, Cost]]:
    """The costs of a start, with and without requests."""
    imports = [sys.executable, "-c", f"import gc; gc.disable()\nimport {LIBRARIES}\ngc.freeze()"]
    commands = (
        ("`--version`", 1, [str(INSTALLED), "--version"]),
        ("`validate`, 1 tenant", 1, [str(INSTALLED), "validate"]),
        (PLAN, 1, [str(INSTALLED), "plan"]),
        ("the libraries of `plan` alone", 1, imports),
        ("`validate`, 10,000 tenants", 10_000, [str(INSTALLED), "validate"]),
        ("`validate`, 50,000 tenants", 50_000, [str(INSTALLED), "validate"]),
    )
    with world(path, 0) as azure:
        for name, links, command in commands:
            azure.customers(links)
            best = None
            for _ in range(8 if links == 1 else 3):
                best = run(command, azure.env, path).best(best)
            assert best
            yield name, best
    slow = path / "slow"
    slow.mkdir()
    with world(slow, LATENCY_S) as azure:
        azure.customers(1)
        command = [str(INSTALLED), "plan"]
        yield (
            "`plan`, 1 tenant, 100 ms for each of its three requests",
            min((run(command, azure.env, slow) for _ in range(8)), key=lambda cost: cost.wall_s),
        )


def tell(path: Path, links: int, *module: str) -> dict[str, float]:
    """What a program of the bench prints about so many links: a number and its name per line."""
    with world(path, 0) as azure:
        azure.customers(links)
        run([sys.executable, "-m", *module], azure.env | {"PYTHONPATH": str(ROOT)}, path)
    lines = (path / "said.txt").read_text().splitlines()
    return {name: float(number) for number, _, name in (line.partition(" ") for line in lines)}
