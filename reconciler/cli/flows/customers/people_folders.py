"""Folders for people: a note and a tenants.yaml with only their links, for `plan --out DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.flows.output_folder import check_new_folder, examining, fill_new_folder
from reconciler.core.customers.file_names import file_stems
from reconciler.core.customers.people import are_of_people, report_name, to_do
from reconciler.core.errors import RunFailed, WrongUsage
from reconciler.core.plan_review import PersonFolder
from reconciler.views.formats import Format

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.selected_links import Selection
    from reconciler.core.plan import Plan

TENANTS, NOTE = "tenants.yaml", "README.md"


def is_for_people(options: Options, selection: Selection, out: Path | None) -> bool:
    """Whether `plan --out` names a folder for people, and not a file for the plan.

    It does if the format is Markdown, every selected link is of a person, and the name does not
    end with .json. Raises `WrongUsage` for a folder that cannot be filled.
    """
    if out is None:
        return False
    of_people = are_of_people(selection.wanted, selection.config.identities)
    if options.format is Format.MARKDOWN and of_people and out.suffix.lower() != ".json":
        check_new_folder(out)
        return True
    with examining(out):
        is_folder = out.is_dir()
    if is_folder:
        raise WrongUsage(
            f"{out} is a folder: --out takes a file for the plan. For folders for people, select "
            "only their links (--only identity:NAME) and add --format markdown"
        )
    return False


def write_people_folders(
    options: Options, selection: Selection, plan: Plan, out: Path
) -> tuple[PersonFolder, ...]:
    """Write a folder for one person, or for several people a folder each inside it.

    Returns the folders; none if there is nothing to do or the run was cut short.

    Raises `RunFailed` if a folder cannot be written.
    """
    from reconciler.cli.output import note, warn
    from reconciler.config.writing.person_file import person_file
    from reconciler.views.markdown.person_note import person_note

    config, links = selection.config, to_do(plan.changes)
    if plan.interrupted:
        warn(f"the run was cut short; {out} was not written")
        return ()
    if not links:
        note(f"Every link of these people is as wanted; {out} was not written.")
        return ()
    paths = [out] if len(links) == 1 else _subfolders(out, list(links))
    folders = []
    for (identity, own), path in zip(links.items(), paths, strict=True):
        username = str(config.identities[identity].username)
        report = report_name([identity])
        files = {
            TENANTS: person_file(config, identity, own, config.day),
            NOTE: person_note(username, own, report, options.arm_endpoint),
        }
        fill_new_folder(path, files)
        folders.append(PersonFolder(identity, username, str(path), tuple(own), report))
        note(f"Wrote {path} for {username}: send both files. They send back {report}.")
    note(
        f"Then run: pal-reconcile attest {report_name(links)}"
        if len(links) == 1
        else "Then run for each report: pal-reconcile attest REPORT"
    )
    return tuple(folders)


def _subfolders(out: Path, names: list[str]) -> list[Path]:
    try:
        out.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise RunFailed(f"cannot write {out.absolute()}: {error.strerror}") from None
    return [out / stem for stem in file_stems(names)]
