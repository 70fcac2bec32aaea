"""The command `init`: writes a commented starter tenants.yaml."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status


def init(
    config: Annotated[
        Path,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            envvar="PAL_RECONCILE_CONFIG",
            show_envvar=True,
            help="The file to write.",
        ),
    ] = Path("tenants.yaml"),
) -> int:
    """Write a commented starter tenants.yaml.

    An existing file is never overwritten.
    """
    from reconciler.cli.output import note
    from reconciler.config.starter import starter

    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(starter())
    except FileExistsError:
        raise WrongUsage(f"{config} exists and is left as it is; choose another --config") from None
    except OSError as error:
        raise WrongUsage(f"cannot write {config.absolute()}: {error.strerror}") from None
    note(f"Wrote {config}. Fill it in, then run: pal-reconcile validate -c {config}")
    return Status.IN_SYNC
