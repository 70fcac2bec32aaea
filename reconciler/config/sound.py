"""tenants.yaml → a sound document, or every complaint about it at once.

Three steps: the files are read into one tree that knows its places (`gather`), the model checks
each field (`schema`), and what is left is checked as a whole.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reconciler.config import wording
from reconciler.config.apps import check_apps
from reconciler.config.complaints import MOST_COMPLAINTS, Complaints, file_of
from reconciler.config.coverage import check_coverage
from reconciler.config.damage import Damage
from reconciler.config.days import check_days
from reconciler.config.draft import Draft
from reconciler.config.duplicates import check_duplicates
from reconciler.config.gather import Gathered, gather
from reconciler.config.homes import check_homes
from reconciler.config.mend import mend
from reconciler.config.names import check_labels, check_names
from reconciler.config.nodes import Path as NodePath
from reconciler.config.nodes import Table, place
from reconciler.config.references import check_references
from reconciler.config.schema import Document
from reconciler.config.tags import check_tags
from reconciler.config.validate import validate
from reconciler.config.wishes import check_wishes
from reconciler.core.findings import Finding

ROUNDS = 10
"""Each takes out one level of what broke; the file has fewer levels than this."""

CHECKS = (
    check_names,
    check_tags,
    check_references,
    check_coverage,
    check_wishes,
    check_days,
    check_homes,
    check_apps,
    check_duplicates,
)
"""What needs the whole file."""

_SOMEWHERE: NodePath = ("include",)
"""Stands for tenants that could not be read: there may be some after all."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A document, the places of what it says, and what was to be complained of besides.

    digest    `sha256:<hex>` over the bytes of the file and of all it includes, as loaded
    findings  what should be looked at in included tables
    """

    document: Document
    root: Table
    digest: str
    complaints: Complaints
    findings: tuple[Finding, ...] = ()

    def where(self, path: NodePath) -> str:
        """A place as people and editors read it: `tenants.yaml:14:5`."""
        return self.complaints.where(place(self.root, path))

    def home_of(self, tenant: int) -> tuple[Path, int]:
        """The file that the tenant at this index stands in, and which of its tenants it is."""
        spots = self.root.items_at("tenants").where
        file = file_of(spots[tenant])
        before = sum(1 for at in spots[:tenant] if file_of(at) == file)
        return self.complaints.paths[file], before


def read(
    path: Path, today: date, *, data: bytes | None = None, needs_tenants: bool = True
) -> Sound:
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
) -> Sound:
    """The same, but where there are complaints, what is left when the broken parts are out.

    Raises `BadFile` only where nothing is left.
    """
    complaints = Complaints()
    gathered = gather(path, complaints, data)
    if gathered is None:
        raise complaints.error()
    if not (needs_tenants or gathered.root.items_at("tenants")):
        gathered = replace(gathered, is_complete=False)
    document = _validated(gathered, complaints, today)
    if document is None:
        raise complaints.error()
    return Sound(document, gathered.root, gathered.digest, complaints, gathered.findings)


def _validated(gathered: Gathered, complaints: Complaints, today: date) -> Document | None:
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
            draft = Draft(result, root, damage.with_paths(paths), complaints, today)
            for check in CHECKS:
                check(draft)
            return result
        broken = [wording.path_of(found) for found in result]
        if attempt == 0:
            for found in wording.told(result):
                complaints.add(wording.spot_of(root, found), wording.worded(found))
        if len(result) > MOST_COMPLAINTS or paths[-len(broken) :] == broken:
            break
        paths += broken
        mend(root, broken)
    return None
