"""Loader of tenants.yaml: the file as a `Config` for one day, or all errors at once.

Secrets are not resolved here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path

from reconciler.config.credentials import history_source, identities
from reconciler.config.findings import findings
from reconciler.config.model.document import Document
from reconciler.config.parse import ParsedFile, read
from reconciler.config.parse import examine as valid_parts
from reconciler.config.partners import Partners, first_aliases
from reconciler.config.starter import placeholder_findings
from reconciler.config.wanted import wanted
from reconciler.core.customers.listed import CustomerSource
from reconciler.core.findings import Finding, not_ignored
from reconciler.core.guards.attended import GuardLimits
from reconciler.core.history.link_history import HistorySource
from reconciler.core.identities import Identity
from reconciler.core.links import Wanted


@dataclass(frozen=True, slots=True)
class Config:
    """A valid tenants.yaml, evaluated for one day.

    path           as given
    day            the day in UTC
    cloud          public, usgov or china
    digest         `sha256:<hex>` over the bytes of the file and its included files
    wanted         all links, in file order
    identities     by name
    partners       alias → ID; empty without partners:
    partner_names  ID → the accepted values of partnerName
    findings       what needs attention, but no change
    history        where the run history is stored
    customers      where all our customers are listed; None if the file does not say it
    tenants        the GUID or domain of every tenant, covered ones included, by its name
    access_subscriptions  subscriptions that the access check examines for one link
    """

    path: Path
    day: date
    cloud: str
    digest: str
    wanted: tuple[Wanted, ...]
    identities: Mapping[str, Identity]
    partners: Mapping[str, str]
    partner_names: Mapping[str, tuple[str, ...]]
    limits: GuardLimits
    findings: tuple[Finding, ...]
    ignored_findings: frozenset[str]
    history: HistorySource
    customers: CustomerSource | None = None
    tenants: Mapping[str, str] = field(default_factory=dict)
    access_subscriptions: int = 50

    @property
    def aliases(self) -> dict[str, str]:
        """ID → its first alias."""
        return first_aliases(self.partners)

    def reported(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that the file does not ignore."""
        return not_ignored(findings, self.ignored_findings)


def load(
    path: Path, today: date, *, data: bytes | None = None, needs_tenants: bool = True
) -> Config:
    """Read the file and its included files.

    :param today: the day (UTC) for which the file is evaluated.
    :param data: the bytes to read in place of the file's.
    :param needs_tenants: whether a file without tenants is an error.
    :raises BadFile: with all errors.
    """
    return settled(read(path, today, data=data, needs_tenants=needs_tenants), path, today)


def examine(
    path: Path, today: date, *, needs_tenants: bool = True
) -> tuple[Config, tuple[str, ...]]:
    """The valid parts of the file, and all errors.

    If there are errors, the config serves only to find more of them, such as missing secrets.

    :raises BadFile: if nothing of the file is valid.
    """
    parsed = valid_parts(path, today, needs_tenants=needs_tenants)
    config = settled(parsed, path, today)
    if not parsed.complaints:
        return config, ()
    left = tuple(
        want
        for want in config.wanted
        if want.place.identity in config.identities
        and (want.place.tenant or not want.place.app)  # without a name there may be no key
    )
    return replace(config, wanted=left), parsed.complaints.error().complaints


def settled(parsed: ParsedFile, path: Path, today: date) -> Config:
    """The config of a valid file on one day (UTC). `path` is shown as given."""
    document = parsed.document
    partners = Partners.of(document)
    known = identities(document, parsed.where, path.parent)
    return Config(
        path=path,
        day=today,
        cloud=document.cloud,
        digest=parsed.digest,
        wanted=tuple(wanted(document, partners, today)),
        identities=known,
        partners=partners.by_alias,
        partner_names=partners.names,
        limits=_limits(document),
        findings=(
            *placeholder_findings(parsed),
            *parsed.findings,
            *findings(document, known, partners, today),
        ),
        ignored_findings=frozenset(document.findings.ignore if document.findings else ()),
        history=history_source(document.history, document.id, path.parent, parsed.where),
        customers=_customers(document),
        tenants={tenant.name: tenant.tenant for tenant in document.tenants},
        access_subscriptions=document.limits.access_subscriptions,
    )


def _customers(document: Document) -> CustomerSource | None:
    found = document.customers
    if found is None:
        return None
    return CustomerSource(found.origin, found.tenant, found.identity, tuple(found.ignore or ()))


def _limits(document: Document) -> GuardLimits:
    return GuardLimits(
        **{each.name: getattr(document.limits, each.name) for each in fields(GuardLimits)}
    )
