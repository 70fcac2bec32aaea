"""`evidence`: what a customer or an auditor may see of our link. Reads, and writes a folder."""

from contextlib import closing
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import state, wiring
from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import now, read_file
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.exit_status import of_plan
from reconciler.core.plan import Plan
from reconciler.version import __version__
from reconciler.views.formats import View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.cli.run import Run
    from reconciler.core.customers.evidence import CustomerHistory, Evidence, Line
    from reconciler.core.history.link_history import LinkHistory


@with_options
def evidence(
    options: Options,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write.")],
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that is there already.")
    ] = False,
) -> int:
    """Write what is linked at one customer (--only), Azure's answers, and a page to explain it."""
    from reconciler.cli import output
    from reconciler.core.customers.evidence import customer_of

    if not options.only:
        raise WrongUsage("evidence is for one customer: name it with --only")
    if out.exists() and not force:
        raise WrongUsage(f"{out} exists and is left as it is; name another folder, or add --force")
    if not (out.is_dir() if out.exists() else out.absolute().parent.is_dir()):
        raise WrongUsage(f"cannot write {out}: there is no such folder")
    selection = read_file(options)
    customer = customer_of(selection.wanted, options.only)
    with wiring.read_session(options, selection) as run:
        found = _gather(run, customer)
    changes = tuple(exhibit.change for exhibit in found.items)
    plan = Plan(changes, found.config_digest, found.created_at, __version__)
    if run.workers.stop.is_set:
        output.note(f"the run was cut short; {out} was not written")
    else:
        _write(out, found, is_there=out.exists())
    if not (options.quiet and options.format == "table"):
        output.show(plan, View.INVENTORY, options.format)
    return run.status(of_plan(plan, detailed=False))


def _gather(run: "Run", customer: str) -> "Evidence":
    from reconciler.core.customers.evidence import (
        CustomerHistory,
        Evidence,
        EvidenceItem,
        names_of_others,
    )
    from reconciler.core.diff import diff

    config, wanted = run.selection.config, run.selection.wanted
    identities = config.identities
    readings = run.read_raw()
    changes = diff(wanted, {place: reading.observed for place, reading in readings.items()})
    past = CustomerHistory.of(customer, changes)
    return Evidence(
        customer,
        tuple(
            EvidenceItem(change, identities[place.identity].at(place), readings.get(place))
            for change in changes
            for place in [change.place]
        ),
        past.lines(_journal(run)),
        _link_histories(run, past),
        names_of_others(config.wanted, wanted, customer),
        now(),
        __version__,
        config.digest,
        wanted[0].workload,
    )


def _journal(run: "Run") -> "Iterable[Line]":
    from reconciler.store.journal import lines

    path = state.journal_path(run.options, run.config.history)
    return lines(path) if lexists(path) else ()


def _link_histories(run: "Run", past: "CustomerHistory") -> "tuple[LinkHistory, ...] | None":
    """What the history knows; None where it cannot be read, which is said."""
    from reconciler.cli.output import note

    try:
        with closing(state.open_history(run.options, run.config.history, run.config.cloud)) as book:
            return tuple(
                past.link_history(book.link_history(*key)) for key in book.links() if past.has(key)
            )
    except RunFailed as error:
        note(f"the history is left out: {error}")
        return None


def _write(path: Path, evidence: "Evidence", *, is_there: bool) -> None:
    """Write the folder; raises `RunFailed`."""
    from reconciler.cli.output import note
    from reconciler.store.files import rewrite_folder, write_folder
    from reconciler.views.markdown.evidence import ANSWERS, files

    try:
        if is_there:
            rewrite_folder(path, files(evidence), ANSWERS)
        else:
            write_folder(path, files(evidence))
    except OSError as error:
        raise RunFailed(f"cannot write {path}: {error.strerror}") from None
    note(f"wrote {path}; read it before you send it: {path / 'explanation.md'}")
