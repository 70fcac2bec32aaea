"""The measured environment: an emulated Azure in its own process, and a file of customers."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import create_default_context
from typing import Any

from tests.e2e.command import APP, INSTALLED, OURS, SECRET, tenant_id


@dataclass(frozen=True)
class World:
    """A working directory and an emulated Azure that delays each answer."""

    path: Path
    endpoint: str
    ca: str

    @property
    def env(self) -> dict[str, str]:
        """The environment of the measured programs."""
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PAL_RECONCILE_ARM_ENDPOINT": self.endpoint,
            "REQUESTS_CA_BUNDLE": self.ca,
            "PAL_RECONCILE_STATE_DIR": str(self.path / "state"),
            "PAL_SECRET": SECRET,
            "PAL_CLIENT": APP,
        }

    def customers(self, count: int, *replaced: str, certificate: Path | None = None) -> None:
        """Write tenants.yaml with so many customers of one app, and IDs that may be replaced.

        certificate  the file by which the app signs in; None for its secret
        """
        key = "certificate" if certificate else "secret"
        ref = f"{{file: {certificate}}}" if certificate else "{env: PAL_SECRET}"
        names = ("uk", *(f"old{n}" for n in range(len(replaced))))
        ids = ", ".join(
            f'{name}: {{id: "{id}"}}' for name, id in zip(names, (OURS, *replaced), strict=True)
        )
        lines = (f"  - {{name: C{n}, tenant: {tenant_id(n)}}}\n" for n in range(1, count + 1))
        (self.path / "tenants.yaml").write_text(
            f"version: 1\npartners: {{{ids}}}\n"
            f"identities:\n  app: {{kind: client_{key}, client_id: {APP}, {key}: {ref}}}\n"
            f"defaults: {{partner: uk, identities: [app]}}\ntenants:\n{''.join(lines)}",
            encoding="utf-8",
        )

    def requests(self) -> dict[str, int]:
        """The number of answered requests of each kind."""
        counted = self.control("state")["requests"]["by_operation"]
        return {str(name): int(count) for name, count in counted.items()}

    def control(self, route: str, body: Any = None) -> Any:
        """Call a control route of the emulator; with a body, as POST."""
        request = urllib.request.Request(
            f"{self.endpoint}/_emulator/{route}",
            None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, context=create_default_context(cafile=self.ca)) as got:
            return json.load(got)


@contextmanager
def world(path: Path, latency_s: float, **more: Any) -> Iterator[World]:
    """Start the emulator in another process, so that it does not share the interpreter.

    more  other keys of its seed
    """
    seed = path / "azure.json"
    holds: dict[str, Any] = {"latency_s": latency_s, "request_log": 0, **more}
    seed.write_text(json.dumps(holds), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(INSTALLED), "emulator", "--seed", str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    ) as azure:
        try:
            assert azure.stdout
            endpoint, ca = (azure.stdout.readline().split()[-1] for _ in range(2))
            yield World(path, endpoint, ca)
        finally:
            azure.terminate()
