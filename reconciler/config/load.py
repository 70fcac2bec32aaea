"""tenants.yaml → Config, or every complaint about it at once.

Four steps: the files are read into one tree that knows its places (`gather`), the model checks
each field (`schema`), what is left is checked as a whole (`names`, `references`, `coverage`,
`wishes`, `homes`, `duplicates`), and what is sound is settled for the day (`wanted`, `worries`).
Whether a secret can be had is not asked here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from reconciler.config import wording
from reconciler.config.complaints import MOST_COMPLAINTS, Complaints
from reconciler.config.coverage import check_coverage
from reconciler.config.damage import Damage
from reconciler.config.draft import Draft
from reconciler.config.duplicates import check_duplicates
from reconciler.config.gather import Gathered, gather
from reconciler.config.homes import check_homes
from reconciler.config.mend import mend
from reconciler.config.names import check_labels, check_names
from reconciler.config.nodes import Path as NodePath
from reconciler.config.partners import Partners
from reconciler.config.references import check_references
from reconciler.config.schema import Document
from reconciler.config.validate import validate
from reconciler.config.wanted import identities, wanted
from reconciler.config.wishes import check_wishes
from reconciler.config.worries import worries
from reconciler.core.findings import Finding
from reconciler.core.guards import Limits
from reconciler.core.identities import Identity
from reconciler.core.links import Wanted

ROUNDS = 10
"""Each takes out one level of what broke; the file has fewer levels than this."""


_SOMEWHERE: NodePath = ("include",)
"""Stands for tenants that could not be read: there may be some after all."""


@dataclass(frozen=True, slots=True)
class Config:
    """A sound tenants.yaml, settled for one day.

    path           as it was given
    cloud          public, usgov or china
    digest         `sha256:<hex>` over the bytes of the file and of all it includes, as loaded
    wanted         every link, in file order
    identities     by name
    partners       alias → ID; empty without partners:
    partner_names  ID → what Azure may answer as partnerName
    findings       what somebody should look at, though no link changes for it
    """

    path: Path
    cloud: str
    digest: str
    wanted: tuple[Wanted, ...]
    identities: Mapping[str, Identity]
    partners: Mapping[str, str]
    partner_names: Mapping[str, tuple[str, ...]]
    limits: Limits
    findings: tuple[Finding, ...]


def load(path: Path, today: date) -> Config:
    """Read the file and all it includes.

    :param today: the day (UTC) for which holds and attestations are settled.
    :raises BadFile: with every complaint, when there is any.
    """
    complaints = Complaints()
    gathered = gather(path, complaints)
    if gathered is None:
        raise complaints.error()
    root = gathered.root
    document = _validated(gathered, complaints, today)
    if document is None or complaints:
        raise complaints.error()
    partners = Partners.of(document, document.partners is not None)
    known = identities(document, root, path.parent, complaints)
    return Config(
        path=path,
        cloud=document.cloud,
        digest=gathered.digest,
        wanted=tuple(wanted(document, partners, today)),
        identities=known,
        partners=partners.by_alias,
        partner_names=partners.names,
        limits=_limits(document),
        findings=tuple(worries(document, known, partners, today)),
    )


def _limits(document: Document) -> Limits:
    return Limits(**{field.name: getattr(document.limits, field.name) for field in fields(Limits)})


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
            for check in (
                check_names,
                check_references,
                check_coverage,
                check_wishes,
                check_homes,
                check_duplicates,
            ):
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
