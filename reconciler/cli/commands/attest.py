"""`attest`: write into the file what a person's report shows."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import now, read_file
from reconciler.core.errors import Refused, RunFailed, WrongUsage
from reconciler.core.exit_status import Status

if TYPE_CHECKING:
    from reconciler.config.writing.attestations import Rewrite


@with_options
def attest(
    options: Options,
    report: Annotated[
        Path,
        typer.Argument(metavar="REPORT", help="What her apply --format json printed; - is stdin."),
    ],
    by: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Who vouches; by default the person's username."),
    ] = None,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What a reader should know.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Write attested: for each link that a person's report shows as the file wants it."""
    from reconciler.cli import output
    from reconciler.cli.flows.confirmation import confirm
    from reconciler.config.writing.attestations import attest as written
    from reconciler.core.customers.attestable import attestable
    from reconciler.core.saved_plan import read_report

    selection = read_file(options, with_secrets=False)
    known = selection.config.identities
    people = {name for name, who in known.items() if who.needs_person}
    seen, left_out = attestable(*read_report(_read(report)), selection.wanted, people)
    witnessed = [(one, by or str(known[one.place.identity].username)) for one in seen]
    rewrites, homeless = written(options.config, now().date(), witnessed, note)
    for one in (*left_out, *homeless):
        output.note(f"{one.tenant} ({one.identity}) is not attested: {one.why}")
    if not seen and not left_out:
        raise WrongUsage(f"{report} holds no selected link that only a person can reach")
    for rewrite in rewrites:
        output.show_edit(rewrite.path, rewrite.before, rewrite.after)
    if rewrites and not (yes or confirm("Write this?")):
        raise Refused("confirmation", "not confirmed; nothing was written. To agree, add --yes")
    _write(rewrites)
    if not rewrites and not (left_out or homeless):
        output.note("every link of the report is attested already")
    return Status.PARTIAL if left_out or homeless else Status.IN_SYNC


def _read(report: Path) -> bytes:
    from reconciler.cli.flows.plan_files import LARGEST_PLAN
    from reconciler.regular_files import read_regular

    try:
        return _stdin() if str(report) == "-" else read_regular(report, LARGEST_PLAN)
    except OSError as error:
        raise WrongUsage(f"cannot read the report {report}: {error.strerror}") from None


def _stdin() -> bytes:
    from reconciler.cli.flows.plan_files import LARGEST_PLAN

    data = sys.stdin.buffer.read(LARGEST_PLAN + 1)
    if len(data) > LARGEST_PLAN:
        raise WrongUsage(f"the report on stdin is larger than {LARGEST_PLAN >> 20} MiB")
    return data


def _write(rewrites: "Sequence[Rewrite]") -> None:
    from reconciler.cli.output import note
    from reconciler.config.reading.files import MOST_BYTES
    from reconciler.regular_files import read_regular
    from reconciler.store.files import rewrite

    for one in rewrites:
        try:
            if read_regular(one.path, MOST_BYTES) != one.before:
                raise RunFailed(f"{one.path} was changed meanwhile and is left as it is; try again")
            rewrite(one.path, one.after)
        except OSError as error:
            raise RunFailed(f"cannot write {one.path}: {error.strerror}") from None
        note(f"wrote {one.path}")
