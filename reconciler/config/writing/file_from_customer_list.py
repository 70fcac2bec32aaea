"""A first tenants.yaml for a customer list: every customer wants one partner ID through one app.

Nothing is read from Azure. A long list becomes a table that the file includes.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO

from pydantic import TypeAdapter, ValidationError

from reconciler.config.checks.names import folded
from reconciler.config.model.fields import MASKED, Name, PartnerId
from reconciler.config.model.identity_fields import ClientId
from reconciler.config.model.schema_url import EDITOR_LINE
from reconciler.config.reading.csv_reader import protected
from reconciler.config.reading.customer_tables import SPLIT
from reconciler.config.reading.diagnostics import quoted
from reconciler.config.reading.secret_patterns import holds_secret
from reconciler.config.writing.labels import labels, partner_alias
from reconciler.config.writing.yaml_editor import flow
from reconciler.core.customers.discovery import Customer
from reconciler.core.errors import WrongUsage
from reconciler.core.redaction.redactor import redact

TABLE = "tenants.csv"
"""The name of the included table."""

LEAST_IN_TABLE = 50
"""From this many customers on, they are written to a table."""

_HEAD = (
    f"{EDITOR_LINE}\n"
    + """\
# Every customer below should be linked to this partner ID. Next steps:
#   pal-reconcile validate --without-secrets    checks this file, offline
#   export PAL_AUTOMATION_SECRET=...            the client secret of the app
#   pal-reconcile plan                          compares it with Azure; only reads
version: 1
cloud: public                 # public, usgov or china

partners:                     # the only IDs that this file may link
  {alias}:
    id: "{partner_id}"
{name}
identities:                   # how to sign in; never write a secret into this file
  automation:
    kind: client_secret       # without a secret: workload_identity, client_certificate, ...
    client_id: {client_id}
    secret: {{env: PAL_AUTOMATION_SECRET}}

defaults:                     # for every tenant without its own values
  partner: {alias}
  identities: [automation]

"""
)


@dataclass(frozen=True, slots=True)
class FirstLink:
    """The link that every customer gets.

    partner_name  the name that Azure returns for the ID; empty if it is not to be compared
    client_id     of the multi-tenant app
    """

    partner_id: str
    partner_name: str
    client_id: str


@dataclass(frozen=True, slots=True)
class FirstFile:
    """The texts of a new tenants.yaml and of the table that it includes; None without a table."""

    text: str
    table: str | None


_KINDS: dict[str, TypeAdapter[str]] = {
    "--partner": TypeAdapter(PartnerId),
    "--client-id": TypeAdapter(ClientId),
    "--partner-name": TypeAdapter(Name),
}


def value_errors(values: Mapping[str, str | None]) -> Iterator[str]:
    """Yield what is wrong with each of these options whose value a file cannot have."""
    for option, value in values.items():
        try:
            if value:
                _checked(option, value)
        except WrongUsage as error:
            yield str(error)


def first_link(partner: str, client_id: str, name: str | None) -> FirstLink:
    """The link of the options. Raises `WrongUsage` for a value that a file cannot have."""
    return FirstLink(
        checked_partner_id(partner),
        _checked("--partner-name", name) if name else "",
        _checked("--client-id", client_id),
    )


def checked_partner_id(text: str) -> str:
    """The value of `--partner` as an ID. Raises `WrongUsage`."""
    return _checked("--partner", text)


def _checked(option: str, value: str) -> str:
    try:
        checked = _KINDS[option].validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        shown = option if first["type"] == MASKED else f"{option} {quoted(value)}"
        raise WrongUsage(f"{shown} {first['msg']}") from None
    if holds_secret(checked):
        raise WrongUsage(f"{option} looks like a secret; leave it out, and rotate the secret")
    return checked


def first_file_for(customers: Sequence[Customer], link: FirstLink) -> FirstFile:
    """The files for these customers, each of which is listed once."""
    customers = [_without_secrets(customer) for customer in customers]
    names = labels(customers)
    if len(customers) < LEAST_IN_TABLE:
        return FirstFile(_head(link) + "tenants:\n" + "".join(_entries(customers, names)), None)
    return FirstFile(_head(link) + f"include: [{TABLE}]\n", _table(customers, names))


def _without_secrets(customer: Customer) -> Customer:
    tags = {folded(tag): tag.replace(SPLIT, ",") for tag in map(redact, customer.tags)}
    return replace(customer, name=redact(customer.name), tags=tuple(tags.values()))


def _head(link: FirstLink) -> str:
    comment = "as Azure returns it; it reveals a mistyped ID"
    name = f"    name: {flow(link.partner_name)}  # {comment}\n" if link.partner_name else ""
    alias = partner_alias(link.partner_id, link.partner_name)
    return _HEAD.format(
        alias=flow(alias), partner_id=link.partner_id, name=name, client_id=link.client_id
    )


def _entries(customers: Sequence[Customer], names: Sequence[str]) -> Iterator[str]:
    for name, customer in zip(names, customers, strict=True):
        yield f"  - name: {flow(name)}\n    tenant: {flow(customer.directory)}\n"
        if customer.tags:
            yield f"    tags: {flow(customer.tags)}\n"


def _table(customers: Sequence[Customer], names: Sequence[str]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    has_tags = any(customer.tags for customer in customers)
    writer.writerow(("name", "tenant", *(["tags"] if has_tags else [])))
    for name, customer in zip(names, customers, strict=True):
        tags = [SPLIT.join(customer.tags)] if has_tags else []
        writer.writerow(map(protected, (name, customer.directory, *tags)))
    return text.getvalue()
