"""The command `emulator`: serves a small Azure on loopback, for trials and tests."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status
from reconciler.extras import missing_extra


def emulator(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 0,
    seed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Tenants, apps, partners, links and faults to start with."
        ),
    ] = None,
) -> int:
    """Serve an emulated Azure on loopback, over TLS."""
    if problem := missing_extra("emulator", "the emulator"):
        raise WrongUsage(problem)
    from reconciler.emulator.seed.fields import BadSeed
    from reconciler.emulator.server import serve

    try:
        serve(port=port, seed=seed, on_ready=_announce)
    except BadSeed as error:
        raise WrongUsage(str(error)) from None
    except OSError as error:
        raise WrongUsage(f"cannot listen on port {port}: {error.strerror}") from None
    return Status.IN_SYNC


def _announce(endpoint: str, ca_path: Path) -> None:
    """The endpoint and the CA, a line each, then what points others at them; flushed at once."""
    lines = (
        f"endpoint: {endpoint}",
        f"ca: {ca_path}",
        f"export PAL_RECONCILE_ARM_ENDPOINT={endpoint} REQUESTS_CA_BUNDLE={ca_path}",
        f"az cloud register -n pal --endpoint-resource-manager {endpoint}",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
