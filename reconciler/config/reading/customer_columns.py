"""Columns of a customer list: those with the customer's tenant, domains, name and tags.

Columns are recognized by their headings in any spelling. The partner's own tenant is never taken
for a customer's: if the headings do not decide, nothing is guessed.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

GUIDS = frozenset(
    {
        *(
            "tenant",
            "tenantid",
            "tenantguid",
            "tenantidentifier",
            "microsoftid",
            "microsofttenantid",
        ),
        *("directory", "directoryid", "azuretenantid", "azureadtenantid", "azureadid"),
        *("aadtenantid", "entratenantid", "entraidtenantid", "microsoftentratenantid", "entraid"),
        *("m365tenantid", "o365tenantid", "office365tenantid", "microsoft365tenantid"),
    }
)
DOMAINS = frozenset(
    {
        *("primarydomainname", "primarydomain", "domain", "domainname", "defaultdomain"),
        *("defaultdomainname", "tenantdomain", "tenantdomainname", "tenantdefaultdomain"),
        *("initialdomain", "initialdomainname", "onmicrosoftdomain", "verifieddomain"),
    }
)
NAMES = (
    *("companyname", "name", "displayname", "company", "tenantname", "tenantdisplayname"),
    *(
        "organizationdisplayname",
        "organizationname",
        "organisationname",
        "organization",
        "organisation",
        "accountname",
    ),
)
"""In order of preference."""

TAGS = frozenset({"tags", "tag"})
INVENTORY = frozenset({"tenant", "tenantid", "identity", "objectid", "wantedstate"})
"""Headings of `show --format csv` and `plan --format csv`, where `tenant` is the name."""

_CUSTOMER = ("customer", "client")
_PARTNER = ("partner", "provider", "reseller", "distributor", "managing", "msp", "own", "our", "my")
_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^\s@]+\.[^\s@]+")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\WA-Z_]+|[A-Z]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The numbers of the used columns, from 0.

    tenants   the tenant: of each row, the first that is filled
    domains   further domains of the tenant
    name      the customer's name; None if there is none
    tags      None if there are none
    is_ours   whether the list is an inventory or a plan of this program
    """

    tenants: tuple[int, ...]
    domains: tuple[int, ...] = ()
    name: int | None = None
    tags: int | None = None
    is_ours: bool = False

    @property
    def used(self) -> frozenset[int]:
        """All of them."""
        optional = {number for number in (self.name, self.tags) if number is not None}
        return frozenset({*self.tenants, *self.domains, *optional})


@dataclass(frozen=True, slots=True)
class _Heading:
    number: int
    subject: str
    says_customer: bool
    says_partner: bool


class Undecided(Exception):
    """Several columns could name the tenant; `args[0]` are their numbers."""


def choose(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns | None:
    """The columns to use; None if no heading is that of a tenant. Raises `Undecided`.

    rows  the cells below the headings; several equal columns are no conflict
    """
    known = [_heading(number, text) for number, text in enumerate(headings)]
    if {_joined(text) for text in headings} >= INVENTORY:
        return _inventory([_joined(text) for text in headings])
    tenants = [h for h in known if h.subject in GUIDS | DOMAINS and not h.says_partner]
    tenants = [h for h in tenants if _names_tenants(rows, h.number)] or tenants
    customers = [h for h in tenants if h.says_customer]
    pool = customers or tenants
    guids = [h.number for h in pool if h.subject in GUIDS]
    domains = [h.number for h in pool if h.subject in DOMAINS]
    first = guids or domains
    if not first:
        return None
    if len(first) > 1 and len({_column(rows, number) for number in first}) > 1:
        raise Undecided(tuple(first))
    others = [h.number for h in tenants if h.subject in DOMAINS and h.number != first[0]]
    backup = domains[:1] if guids and len(domains) == 1 else []
    return Columns(
        (first[0], *backup),
        tuple(number for number in others if number not in backup),
        _best(known, NAMES),
        _best(known, TAGS),
    )


def is_partners(heading: str) -> bool:
    """Whether a heading is that of the partner's own tenant."""
    found = _heading(0, heading)
    return found.says_partner and found.subject in GUIDS | DOMAINS


def is_known(heading: str) -> bool:
    """Whether a heading is one of customer lists."""
    found = _heading(0, heading)
    return found.subject in GUIDS | DOMAINS | TAGS | set(NAMES)


def _inventory(joined: Sequence[str]) -> Columns:
    tags = joined.index("tags") if "tags" in joined else None
    return Columns((joined.index("tenantid"),), (), joined.index("tenant"), tags, is_ours=True)


def _heading(number: int, text: str) -> _Heading:
    words = [word.casefold() for word in _WORD.findall(text)]
    joined = "".join(words)
    says_customer = any(word in joined for word in _CUSTOMER)
    says_partner = not says_customer and any(word in _PARTNER for word in words)
    says_partner |= not says_customer and any(joined.startswith(word) for word in _PARTNER[:5])
    subject = _customer_subject(joined) if says_customer else joined
    for word in _PARTNER[:5]:
        subject = subject.removeprefix(f"{word}s").removeprefix(word)
    return _Heading(number, subject, says_customer, says_partner)


def _customer_subject(joined: str) -> str:
    """The subject of a heading that says customer: "End customer tenant ID" is of a tenant ID."""
    if "customer" not in joined and joined.endswith(("clientid", "clientsid")):
        return joined  # an application's
    before, _, after = joined.partition("customer" if "customer" in joined else "client")
    subject = after.removeprefix("s") or before.removesuffix("the").removesuffix("of")
    return {"id": "tenantid", "guid": "tenantid", "": "name", "end": "name"}.get(subject, subject)


def _joined(text: str) -> str:
    return "".join(_WORD.findall(text)).casefold()


def _column(rows: Sequence[Sequence[str]], number: int) -> tuple[str, ...]:
    return tuple(row[number].casefold() if number < len(row) else "" for row in rows)


def _names_tenants(rows: Sequence[Sequence[str]], number: int) -> bool:
    """Whether a cell of the column looks like a GUID or a domain, unlike in a column of names."""
    cells = _column(rows, number)
    return any(map(_TENANT.fullmatch, cells)) or not any(cells)


def _best(headings: Sequence[_Heading], known: Collection[str]) -> int | None:
    """The column whose heading says customer, or else the first in the order of `known`."""
    order: Mapping[str, int] = {subject: rank for rank, subject in enumerate(known)}
    found = [h for h in headings if h.subject in order and not h.says_partner]
    found.sort(key=lambda h: (not h.says_customer, order[h.subject], h.number))
    return found[0].number if found else None
