"""The command `evidence`: writes a folder that shows one customer what is linked and changed."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.command_line.option_groups import LOCAL_RUN, with_options
from reconciler.cli.command_line.options import Options
from reconciler.core.errors import WrongUsage


@with_options(*LOCAL_RUN)
def evidence(
    options: Options,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write.")],
    force: Annotated[bool, typer.Option("--force", help="Write into an existing folder.")] = False,
) -> int:
    """Write a folder of evidence for one customer (--only).

    The folder contains what is linked, Azure's own answers, what was changed, and a page that
    explains it. Nothing is written to Azure.
    """
    from reconciler.cli.flows.customers.evidence_folder import write_evidence
    from reconciler.cli.flows.output_folder import examining

    if not options.only:
        raise WrongUsage("evidence is for one customer: name it with --only")
    with examining(out):
        is_there = out.exists()
        is_usable = out.is_dir() if is_there else out.absolute().parent.is_dir()
    if is_there and not force:
        raise WrongUsage(f"{out} exists and is left as it is; name another folder, or add --force")
    if not is_usable:
        raise WrongUsage(f"cannot write {out.absolute()}: there is no such folder")
    return write_evidence(options, out)
