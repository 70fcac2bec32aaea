"""Settings of a run in tenants.yaml: limits, history and notifications."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from reconciler.config.model import fields
from reconciler.config.model.identities import Part, Reference
from reconciler.config.model.schema_url import SITE
from reconciler.config.reading.diagnostics import did_you_mean
from reconciler.config.reading.tree import Plain, Table
from reconciler.core.customers.listed import CustomerOrigin
from reconciler.core.findings import CODES
from reconciler.core.guards.attended import GuardLimits as CoreLimits
from reconciler.core.history.notification_targets import When

SQLITE = "sqlite"
"""The word for a history in a local file."""

_LIMITS = CoreLimits()


def _finding_code(text: str) -> str:
    if text not in CODES:
        near = did_you_mean(text, CODES)
        raise fields.refuse(f"is unknown; {near or f'{SITE}findings/ lists the codes'}")
    return text


FindingCode = Annotated[
    str,
    AfterValidator(_finding_code),
    WithJsonSchema({"type": "string", "enum": sorted(CODES)}),
]


class Limits(Part):
    """How much one run may change without an explicit --allow."""

    change_share: fields.Share = _LIMITS.change_share
    """Updates and removals, as a share of the links observed as linked. For nightly --repair: in
    seven days, as a share of all links that the file manages."""
    remove_count: fields.Count = _LIMITS.remove_count
    """Removals."""
    remove_share: fields.Share = _LIMITS.remove_share
    """Removals, as a share of the links observed. For nightly --repair: in seven days, as a share
    of all links that the file manages."""
    incomplete: fields.Share = _LIMITS.incomplete
    """Unreadable links, as a share of the selected links. For nightly --repair at most 20%."""
    new_partner_id: fields.Count = _LIMITS.new_partner_id
    """Creations and updates to an ID that no link has yet and no name confirms."""
    change_count: fields.Count | None = _LIMITS.change_count
    """Changes in one run; no limit by default. For nightly --repair: updates and removals in seven
    days, 200 by default."""
    create_count: fields.Count = _LIMITS.create_count
    """Creations in one run of nightly --repair."""
    plan_age: fields.Duration = _LIMITS.plan_age
    """The maximum age of a saved plan."""
    attested_age: fields.Duration = _LIMITS.attested_age
    """The age from which an attestation is a finding."""
    access_subscriptions: fields.Positive = 50
    """Subscriptions that --access examines for one link; further ones are left out."""


class History(Part):
    """Where the run history is stored: sqlite, a local file; or {url: …}, a shared database."""

    url: Reference | None = None
    """A reference to the URL of a PostgreSQL database that several machines share:
    postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."""
    name: fields.Name = "default"
    """The name of this file's history in that database, if several files share one."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        if isinstance(value, str | Plain):
            if fields.raw(value) != SQLITE:
                raise fields.refuse(f"is unknown; use {SQLITE}, or {{url: {{env: NAME}}}}")
            return {}
        if isinstance(value, Table) and value.keys() <= {"name"}:
            raise fields.refuse("must be the word sqlite, or {url: {env: NAME}}", fields.MASKED)
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(schema))
        mapping["required"] = ["url"]
        return {"description": mapping.pop("description"), "anyOf": [{"const": SQLITE}, mapping]}


class Notification(Part):
    """A recipient of notifications from `nightly`."""

    to: Reference
    """A reference to the URL of a service, in the form of apprise: mailtos://…, slack://…."""
    when: list[When] = Field(default=[When.CHANGE], min_length=1)
    """Events to notify: change (default: all of the next six), drift, unreadable, access,
    customers, failure, recovery; or always, after each run. access needs nightly --access, and
    customers the key customers: in the file."""
    after: fields.Positive = 1
    """For how many runs in a row a link must be unreadable before a notification is sent."""
    format: Literal["text", "markdown", "html"] = "text"
    """The format of the message."""


class CustomerSettings(Part):
    """The list of all your customers, which the file is compared with."""

    origin: Annotated[CustomerOrigin, Field(alias="from")]
    """gdap: customers with a GDAP relationship, from Microsoft Graph. partner_center: customers of
    a Cloud Solution Provider, from Partner Center."""
    tenant: fields.Tenant
    """The GUID or a domain of your own tenant, in which the identity signs in."""
    identity: fields.Name
    """The identity that reads the list: a name under identities:."""
    ignore: Annotated[list[fields.Name], Field(min_length=1)] | None = None
    """Customers that need no entry: names, globs, GUIDs or domains."""


class FindingSettings(Part):
    """Settings of findings."""

    ignore: Annotated[list[FindingCode], Field(min_length=1)]
    """The codes of findings that no output reports."""
