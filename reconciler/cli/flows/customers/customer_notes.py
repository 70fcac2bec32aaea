"""Notes of `doctor` for customers: a private file for each customer that has something to do."""

from pathlib import Path

from reconciler.cli import output
from reconciler.cli.flows.output_folder import fill_new_folder
from reconciler.core.customers.file_names import file_stems
from reconciler.core.doctor.checkup import Checkup
from reconciler.views.formats import Format
from reconciler.views.markdown.onboarding import customer_notes, render_own


def write_customer_notes(checkup: Checkup, out: Path) -> None:
    """Write a note for each customer that has to act, and print what the partner has to fix.

    Raises `RunFailed` if the folder cannot be written.
    """
    notes = customer_notes(checkup)
    output.emit(render_own(checkup), Format.MARKDOWN)
    if checkup.interrupted:
        output.warn(f"the run was cut short; {out} was not written")
    elif not notes:
        output.note(f"No customer has anything to do; {out} was not written.")
    else:
        named = zip(file_stems(notes), notes.values(), strict=True)
        fill_new_folder(out, {f"{stem}.md": text for stem, text in named})
        count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
        output.note(f"Wrote {count} to {out}. Each is for one customer and names no other.")
