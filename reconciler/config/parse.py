"""tenants.yaml → a sound document, or every complaint about it at once.

Three steps: the files are read into one tree that knows its places (`gather`), the model checks
each field (`schema`), and what is left is checked as a whole.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reconciler.config.checks.context import CheckContext
from reconciler.config.checks.coverage import check_coverage
from reconciler.config.checks.damage import Damage
from reconciler.config.checks.dates import check_dates
from reconciler.config.checks.duplicates import check_duplicates
from reconciler.config.checks.managed_identities import check_managed_identities
from reconciler.config.checks.mend import mend
from reconciler.config.checks.names import check_labels, check_names
from reconciler.config.checks.references import check_references
from reconciler.config.checks.tags import check_tags
from reconciler.config.checks.wanted_links import check_wanted_links
from reconciler.config.model import error_messages
from reconciler.config.model.document import Document
from reconciler.config.model.validate import validate
from reconciler.config.per_tenant_apps import check_apps
from reconciler.config.reading.diagnostics import MOST_COMPLAINTS, Diagnostics, file_of
from reconciler.config.reading.includes import IncludedFiles, read_files
from reconciler.config.reading.tree import Path as NodePath
from reconciler.config.reading.tree import Table, place
from reconciler.core.findings import Finding

ROUNDS = 10
"""Each takes out one level of what broke; the file has fewer levels than this."""

CHECKS = (
    check_names,
    check_tags,
    check_references,
    check_coverage,
    check_wanted_links,
    check_dates,
    check_managed_identities,
    check_apps,
    check_duplicates,
)
"""What needs the whole file."""

_SOMEWHERE: NodePath = ("include",)
"""Stands for tenants that could not be read: there may be some after all."""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A document, the places of what it says, and what was to be complained of besides.

    digest    `sha256:<hex>` over the bytes of the file and of all it includes, as loaded
    findings  what should be looked at in included tables
    """

    document: Document
    root: Table
    digest: str
    complaints: Diagnostics
    findings: tuple[Finding, ...] = ()

    def where(self, path: NodePath) -> str:
        """A place as people and editors read it: `tenants.yaml:14:5`."""
        return self.complaints.where(place(self.root, path))

    def home_of(self, tenant: int) -> tuple[Path, int]:
        """The file that the tenant at this index stands in, and which of its tenants it is."""
        locations = self.root.items_at("tenants").where
        file = file_of(locations[tenant])
        before = sum(1 for at in locations[:tenant] if file_of(at) == file)
        return self.complaints.paths[file], before


def read(
    path: Path, today: date, *, data: bytes | None = None, needs_tenants: bool = True
) -> ParsedFile:
    """Read the file and all it includes; raises `BadFile` with every complaint there is.

    data           what to read in the place of the file's own bytes
    needs_tenants  whether a file without any has a complaint
    """
    found = examine(path, today, data=data, needs_tenants=needs_tenants)
    if found.complaints:
        raise found.complaints.error()
    return found


def examine(
    path: Path, today: date, *, data: bytes | None = None, needs_tenants: bool = True
) -> ParsedFile:
    """The same, but where there are complaints, what is left when the broken parts are out.

    Raises `BadFile` only where nothing is left.
    """
    complaints = Diagnostics()
    gathered = read_files(path, complaints, data)
    if gathered is None:
        raise complaints.error()
    if not (needs_tenants or gathered.root.items_at("tenants")):
        gathered = replace(gathered, is_complete=False)
    document = _validated(gathered, complaints, today)
    if document is None:
        raise complaints.error()
    return ParsedFile(document, gathered.root, gathered.digest, complaints, gathered.findings)


def _validated(gathered: IncludedFiles, complaints: Diagnostics, today: date) -> Document | None:
    """The document, or what is left of it once every broken part has its complaint and is out.

    Only the first round is reported: what later rounds find follows from what was taken out.
    """
    root = gathered.root
    check_labels(root, complaints)
    damage = Damage.of(root)
    paths = [*gathered.broken, *([] if gathered.is_complete else [_SOMEWHERE])]
    mend(root, gathered.broken)
    for attempt in range(ROUNDS):
        result = validate(root)
        if isinstance(result, Document):
            context = CheckContext(result, root, damage.with_paths(paths), complaints, today)
            for check in CHECKS:
                check(context)
            return result
        broken = [error_messages.path_of(found) for found in result]
        if attempt == 0:
            for found in error_messages.reportable(result):
                complaints.add(error_messages.spot_of(root, found), error_messages.message(found))
        if len(result) > MOST_COMPLAINTS or paths[-len(broken) :] == broken:
            break
        paths += broken
        mend(root, broken)
    return None
