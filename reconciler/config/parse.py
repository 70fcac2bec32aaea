"""Parser of tenants.yaml: bytes to a checked document, or all errors at once.

The files are read into one tree (`reading`), each part of it is validated by itself (`model`), and
the valid parts are checked together (`checks`).
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reconciler.config.checks.context import CheckContext, broken_paths
from reconciler.config.checks.coverage import check_coverage
from reconciler.config.checks.duplicates import check_duplicates, check_managed_identities
from reconciler.config.checks.environments import check_environments
from reconciler.config.checks.links import check_links
from reconciler.config.checks.names import check_names, check_tags
from reconciler.config.checks.references import check_references
from reconciler.config.model import error_messages
from reconciler.config.model.document import Document
from reconciler.config.model.validate import Validated, validate
from reconciler.config.per_tenant_apps import check_apps
from reconciler.config.reading.diagnostics import MOST_COMPLAINTS, Diagnostics, file_of
from reconciler.config.reading.includes import IncludedFiles, read_files
from reconciler.config.reading.tree import Path as NodePath
from reconciler.config.reading.tree import Table, holds, place
from reconciler.core.findings import Finding

CHECKS = (
    check_names,
    check_tags,
    check_references,
    check_coverage,
    check_environments,
    check_links,
    check_managed_identities,
    check_apps,
    check_duplicates,
)
"""The checks that need the whole file."""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A document with its locations, its errors and its findings.

    root      the tree of the document
    digest    `sha256:<hex>` over the bytes of the file and its included files
    findings  of included tables
    """

    document: Document
    root: Table
    digest: str
    complaints: Diagnostics
    findings: tuple[Finding, ...] = ()

    def where(self, path: NodePath) -> str:
        """The location of a path: `tenants.yaml:14:5`."""
        return self.complaints.where(place(self.root, path))

    def home_of(self, tenant: int) -> tuple[Path, int]:
        """The file of the tenant at this index, and the tenant's index in that file."""
        locations = self.root.items_at("tenants").where
        file = file_of(locations[tenant])
        before = sum(1 for at in locations[:tenant] if file_of(at) == file)
        return self.complaints.paths[file], before


def read(
    path: Path, today: date, *, data: bytes | None = None, needs_tenants: bool = True
) -> ParsedFile:
    """Read the file and its included files.

    :param data: the bytes to read in place of the file's.
    :param needs_tenants: whether a file without tenants is an error.
    :raises BadFile: with all errors.
    """
    found = examine(path, today, data=data, needs_tenants=needs_tenants)
    if found.complaints:
        raise found.complaints.error()
    return found


def examine(
    path: Path, today: date, *, data: bytes | None = None, needs_tenants: bool = True
) -> ParsedFile:
    """Read the file like `read`, but return the valid parts of a file with errors.

    :raises BadFile: if nothing of the file is valid.
    """
    complaints = Diagnostics()
    gathered = read_files(path, complaints, data)
    if gathered is None:
        raise complaints.error()
    if not (needs_tenants or gathered.root.items_at("tenants")):
        gathered = replace(gathered, is_complete=False)
    found = _check(gathered, complaints, today)
    if found is None:
        raise complaints.error()
    return ParsedFile(found.document, found.root, gathered.digest, complaints, gathered.findings)


def _check(gathered: IncludedFiles, complaints: Diagnostics, today: date) -> Validated | None:
    """The valid parts of the file, after all checks; None if there are too many errors to go on."""
    found = validate(gathered.root)
    errors = [e for e in found.errors if error_messages.path_of(e) not in gathered.broken]
    for error in error_messages.reportable(errors):
        at = error_messages.spot_of(gathered.root, error)
        complaints.add(at, error_messages.message(error))
    if len(found.errors) > MOST_COMPLAINTS:
        return None
    misspelt = [p for p in error_messages.meant(found.errors) if not holds(gathered.root, p)]
    broken = [*map(error_messages.path_of, found.errors), *misspelt, *gathered.broken]
    if not gathered.is_complete:
        broken.append(("include",))
    context = CheckContext(found.document, found.root, broken_paths(broken), complaints, today)
    for check in CHECKS:
        check(context)
    return found
