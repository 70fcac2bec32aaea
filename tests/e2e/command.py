"""A working directory with a tenants.yaml, and the installed `pal-reconcile` to run in it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.cli.command_line.exit_status_help import statuses_of
from reconciler.core.exit_status import Status
from reconciler.emulator.seed.seed import read as seed
from reconciler.emulator.server import Emulator
from tests.e2e.forks import Request, forks
from tests.waiting import wait_until

INSTALLED = Path(sys.executable).with_name("pal-reconcile")
APP = "6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11"
SECRET = "a-secret-that-is-nowhere-to-be-seen"
HELD_S = 60
"""How long a fault holds a request up that a test releases: shorter than any client's patience."""
OURS, OLD, FOREIGN = "4936128", "1158331", "9999999"


def tenant_id(number: int) -> str:
    """The GUID of one test customer."""
    return f"00000000-0000-4000-8000-{number:012d}"


@dataclass(frozen=True)
class Ran:
    """What one command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)

    def link(self, tenant: str) -> Any:
        """One link of a JSON document, found by its tenant's name."""
        return next(link for link in self.data["links"] if link["tenant"] == tenant)

    @property
    def outcomes(self) -> dict[str, str | None]:
        """Each tenant's outcome in a JSON report."""
        return {link["tenant"]: link["outcome"] for link in self.data["links"]}

    @property
    def actions(self) -> dict[str, str]:
        """Each tenant's action in a JSON document."""
        return {link["tenant"]: link["action"] for link in self.data["links"]}


def check_documented(arguments: Sequence[str], status: int) -> None:
    """Fail if the help of the command does not have its exit status."""
    name = " ".join(arguments[:1])
    if name == "history":
        name += f" {arguments[1] if set(arguments[1:2]) & {'rebuild', 'migrate'} else 'show'}"
    elif name == "journal":
        name += " verify"
    known = statuses_of(name)
    assert not known or status in {*known, Status.TERMINATED} or status < 0, (name, status)


@dataclass
class Desk:
    """A working directory, an Azure, and the environment of a run."""

    path: Path
    azure: Emulator
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **{k: v for k, v in os.environ.items() if k.startswith(("COV_CORE", "COVERAGE_"))},
            "PAL_RECONCILE_ARM_ENDPOINT": self.azure.endpoint,
            "REQUESTS_CA_BUNDLE": str(self.azure.ca_path),
            "PAL_RECONCILE_STATE_DIR": str(self.path / "state"),
            "PAL_SECRET": SECRET,
        }

    def write(self, tenants: str, *, partners: str | None = None, more: str = "") -> None:
        """Write tenants.yaml: the usual partners and app, and these tenants (YAML lines)."""
        given = partners or f'{{uk: {{id: "{OURS}"}}, old: {{id: "{OLD}"}}}}'
        (self.path / "tenants.yaml").write_text(
            f"version: 1\npartners: {given}\n"
            f"identities:\n  app: {{kind: client_secret, client_id: {APP}, "
            "secret: {env: PAL_SECRET}}\n"
            f"defaults: {{partner: uk, identities: [app]}}\n{more}tenants:\n{tenants}",
            encoding="utf-8",
        )

    def customers(self, count: int, **keys: Any) -> None:
        """Write tenants.yaml with so many customers, each with these keys."""
        extra = "".join(f", {key}: {value}" for key, value in keys.items())
        self.write(
            "".join(
                f"  - {{name: C{n}, tenant: {tenant_id(n)}{extra}}}\n" for n in range(1, count + 1)
            )
        )

    def seed(self, links: dict[int, str] | None = None, **more: Any) -> None:
        """Reset Azure to these links (customer's number to partner ID)."""
        planted = [
            {"tenant": tenant_id(n), "client_id": APP, "partner_id": partner_id}
            for n, partner_id in (links or {}).items()
        ]
        self.azure.state.reset(seed({"links": planted, **more}))

    def truth(self, number: int) -> str | None:
        """The ID that a customer's link really carries."""
        state = self.azure.state
        object_id = state.directory.object_id(tenant_id(number), APP)
        for place, record in state.links.records.items():
            if (place.tenant_id, place.object_id) == (tenant_id(number), object_id):
                return record.partner_id if record.is_linked else None
        return None

    def requests(self, *operations: str) -> list[Any]:
        """The requests that Azure got since the last seed."""
        entries = self.azure.state.requests.entries.copy()
        return [e for e in entries if not operations or e.operation in operations]

    def wait_for(self, operation: str, count: int = 1) -> None:
        """Wait until Azure got so many requests of this kind."""
        wait_until(lambda: len(self.requests(operation)) >= count, f"{count} times {operation}")

    def release(self) -> None:
        """Drop all faults, and let the requests that they hold up go on."""
        self.azure.state.faults.clear()

    def do_not_measure(self) -> None:
        """Leave coverage out of the runs to come: one that is killed leaves a torn file of it."""
        self.env = {k: v for k, v in self.env.items() if not k.startswith(("COV_", "COVERAGE_"))}

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        """Start the command and return at once."""
        return subprocess.Popen(
            [str(INSTALLED), *arguments],
            cwd=self.path,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **env: str) -> Ran:
        """Run the command without a terminal, to its end."""
        if any(argument.startswith("--processes") for argument in arguments):
            process = self.start(
                *arguments, **env
            )  # Python starts its workers from the program's file
            out, err = process.communicate(timeout=300)
            return Ran(process.returncode, out, err)
        request = Request([str(INSTALLED), *arguments], self.env | env, str(self.path))
        ran = Ran(*forks().run(request, timeout_s=300))
        check_documented(arguments, ran.status)
        return ran

    def plan(self, *arguments: str) -> Ran:
        """`plan --format json`."""
        return self.run("plan", "--format", "json", *arguments)

    def apply(self, *arguments: str) -> Ran:
        """`apply --yes --format json`."""
        return self.run("apply", "--yes", "--format", "json", *arguments)
