"""Evidence for one customer: reads its links, gathers their history, and writes the folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import output, state, wiring
from reconciler.cli.next_steps import after_read
from reconciler.cli.selection import now, read_file
from reconciler.core.customers.evidence import (
    CustomerHistory,
    Evidence,
    EvidenceItem,
    customer_of,
    names_of_others,
)
from reconciler.core.errors import RunFailed
from reconciler.core.exit_status import of_plan
from reconciler.core.plan import Plan
from reconciler.version import __version__
from reconciler.views.formats import View

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.run import Run
    from reconciler.core.history.link_history import LinkHistory


def write_evidence(options: Options, out: Path) -> int:
    """Write the folder of evidence and show its links; returns the exit status."""
    selection = read_file(options)
    customer = customer_of(selection.wanted, options.only or ())
    with wiring.local_session(options, selection) as run:
        found = _gather(run, customer)
    changes = tuple(item.change for item in found.items)
    plan = Plan(changes, found.config_digest, found.created_at, __version__)
    if run.workers.stop.is_set:
        output.warn(f"the run was cut short; {out} was not written")
    else:
        _write(out, found, is_there=out.exists())
    if not options.is_silent:
        output.show(plan, View.INVENTORY, options.format)
    status = run.status(of_plan(plan, detailed=False))
    after_read(plan, status, options)
    return status


def _gather(run: Run, customer: str) -> Evidence:
    from reconciler.core.diff import diff

    config, wanted = run.selection.config, run.selection.wanted
    identities = config.identities
    readings = run.read_raw()
    changes = diff(wanted, {place: reading.observed for place, reading in readings.items()})
    past = CustomerHistory.of(customer, changes, run.directories)
    return Evidence(
        customer,
        tuple(
            EvidenceItem(change, identities[place.identity].at(place), readings.get(place))
            for change in changes
            for place in [change.place]
        ),
        past.lines(state.journal_lines(run.options, config.history)),
        _link_histories(run, past),
        names_of_others(config.wanted, wanted, customer),
        now(),
        __version__,
        config.digest,
        wanted[0].workload,
    )


def _link_histories(run: Run, past: CustomerHistory) -> tuple[LinkHistory, ...] | None:
    """The history of the customer's links; None, after a warning, if it cannot be read."""
    try:
        with closing(state.open_history_of(run)) as history:
            covers = history.covers() if past.identities is not None else {}
            directory = _directory(run, past.customer) if covers else None
            return tuple(
                past.link_history(
                    history.link_history(*key), covers.get((key, past.customer)), directory
                )
                for key in history.links()
                if past.has(key)
            )
    except RunFailed as error:
        output.warn(f"the history is left out: {error}")
        return None


def _directory(run: Run, customer: str) -> str | None:
    """The GUID of a covered customer's directory; None if its domain cannot be resolved."""
    directory = run.config.tenants[customer]
    return run.azure.tenant_id(directory) if "." in directory else directory


def _write(path: Path, evidence: Evidence, *, is_there: bool) -> None:
    """Write the folder; raises `RunFailed`."""
    from reconciler.store.files import rewrite_folder, write_folder
    from reconciler.views.markdown.evidence import ANSWERS, files

    try:
        if is_there:
            rewrite_folder(path, files(evidence), ANSWERS)
        else:
            write_folder(path, files(evidence))
    except OSError as error:
        raise RunFailed(f"cannot write {path.absolute()}: {error.strerror}") from None
    output.note(f"Wrote {path}. Before you send it, read {path / 'explanation.md'}.")
