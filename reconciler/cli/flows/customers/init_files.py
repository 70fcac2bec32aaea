"""Files that `init` writes, without a request to Azure and without overwriting a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.errors import WrongUsage

if TYPE_CHECKING:
    from reconciler.config.writing.file_from_customer_list import FirstLink


@dataclass(frozen=True, slots=True)
class FromList:
    """What was written for a customer list.

    table    the included table; None if the customers are in the main file
    warning  which rows became one customer; empty if none did
    skipped  the headings of unused columns
    """

    customers: int
    table: Path | None
    warning: str
    skipped: tuple[str, ...]


def write_for_list(listed_in: Path, link: FirstLink, target: Path) -> FromList:
    """Write the files. Raises `BadFile` for the list, and `WrongUsage` if a file exists."""
    from reconciler.config.reading import customer_lists
    from reconciler.config.writing.file_from_customer_list import TABLE, first_file_for

    found = customer_lists.read(listed_in)
    first = first_file_for(found.customers, link)
    files, table = {target: first.text}, None
    if first.table is not None:
        table = target.with_name(TABLE)
        files = {table: first.table, **files}
    create(files)
    return FromList(len(found.listed), table, found.warning, found.skipped)


def existing(path: Path) -> str:
    """Return that there is a file, a folder or a link at the path; empty if there is none."""
    from reconciler.config.writing.file_from_customer_list import TABLE

    if not lexists(path):
        return ""
    # The table's name is fixed: another file in the same folder would not help.
    hint = (
        "move it, or choose a file in another folder"
        if path.name == TABLE
        else "choose another file"
    )
    return f"{path} exists and is left as it is; {hint} with --out"


def _refuse_existing(path: Path) -> None:
    if error := existing(path):
        raise WrongUsage(error)


def create(files: Mapping[Path, str]) -> None:
    """Create these files, all or none. Raises `WrongUsage` if one exists or cannot be written."""
    for path in files:
        _refuse_existing(path)
    created: list[Path] = []
    for path, text in files.items():
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                created.append(path)
                file.write(text)
        except OSError as error:
            for other in created:
                other.unlink(missing_ok=True)
            if isinstance(error, FileExistsError):
                _refuse_existing(path)
            raise WrongUsage(f"cannot write {path.absolute()}: {error.strerror}") from None
