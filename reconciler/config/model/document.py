"""What does a tenants.yaml hold? One model: its checks, its defaults, its help, its JSON Schema.

It checks each field by itself. What needs the whole file (is that identity defined? does this name
stand twice?) is asked in `checks`.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from reconciler.config.model import fields
from reconciler.config.model.identities import Identity, Part, Reference
from reconciler.config.reading.tree import Plain, Table
from reconciler.core.guards.attended import GuardLimits as CoreLimits
from reconciler.core.history.notification_targets import When
from reconciler.core.links import WantedState, Workload
from reconciler.core.selectors import Selectable, SelectorIndex, keywords

ANY = "any"
"""The word that stands for every foreign ID under `replaces:`."""

SQLITE = "sqlite"
"""The word for a history in this machine's own file."""

_LIMITS = CoreLimits()


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _any_or_many(value: Any) -> Any:
    return [ANY] if value == ANY else value


Cloud = Literal["public", "usgov", "china"]
Names = Annotated[list[fields.Name], Field(min_length=1)]
NameOrNames = Annotated[
    Names,
    BeforeValidator(_one_or_many),
    WithJsonSchema(
        {"type": ["string", "array"], "items": {"type": "string"}, "minLength": 1, "minItems": 1}
    ),
]
IdsOrAny = Annotated[
    Annotated[list[fields.Partner], Field(min_length=1)],
    BeforeValidator(_any_or_many),
    WithJsonSchema(
        {"anyOf": [{"const": ANY}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    ),
]


class Becomes(Part):
    """Another partner ID takes the place of this one from a day on: a merger, a move."""

    partner: fields.Partner
    """Whose ID takes its place: another alias of partners:, or a quoted ID listed there."""
    begins: Annotated[fields.Date, Field(alias="from")]
    """The first day (UTC) on which every link that wants this ID wants the other one."""


class Partner(Part):
    """A partner ID that this file may link."""

    id: fields.PartnerId
    """The PartnerID of a location account, in quotes. Partner Center: Associated PartnerID."""
    name: NameOrNames | None = None
    """What Azure must answer as partnerName for this ID: one name, or a list of accepted names."""
    becomes: Becomes | None = None
    """Another ID that takes the place of this one from a day on."""


class Hold(Part):
    """Leave a link alone until a day; it is read and shown."""

    until: fields.Date
    """The first day (UTC) on which the link is managed again."""
    reason: fields.Name
    """Why, for whoever reads the plan."""


class Attested(Part):
    """Somebody vouches for a link that cannot be read any more; it is listed, never touched."""

    partner: fields.Partner
    """The partner ID that the link was seen to carry: an alias of partners:, or a quoted ID."""
    by: fields.Name
    """Who saw it."""
    on: fields.Date
    """The day it was seen. After limits.attested_age it is a finding."""
    note: fields.Name | None = None
    """Anything a reader should know."""


class TenantSettings(Part):
    """What a tenant says for all its identities, and what one identity may say for itself."""

    partner: fields.Partner | None = None
    """The partner ID to link: an alias of partners:, or a quoted ID listed there."""
    state: WantedState | None = None
    """linked (default); absent: remove our link; unmanaged: read and show, never write."""
    hold: Hold | None = None
    """Leave the link alone until a day."""
    attested: Attested | None = None
    """Somebody vouches for a link that cannot be read any more."""
    begins: Annotated[fields.Date | None, Field(alias="from")] = None
    """The first day (UTC) on which the link is wanted; before it is unmanaged."""
    until: fields.Date | None = None
    """The last day (UTC) on which the link is wanted; from the next on it is absent."""


class Override(TenantSettings):
    """An identity of a tenant: its name, or a mapping that overrides the tenant's values."""

    identity: fields.Name
    """The identity's name under identities:."""
    object_id: fields.ObjectId | None = None
    """The object ID that the principal must have in this tenant."""

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"identity": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(schema))
        name = {"type": "string", "minLength": 1, "description": "An identity's name."}
        return {"description": mapping.pop("description"), "anyOf": [name, mapping]}


Overrides = Annotated[list[Override], Field(min_length=1)]


class Tenant(TenantSettings):
    """A customer's Microsoft Entra directory and the links wanted there."""

    name: fields.Name
    """A unique label, as reports show it."""
    tenant: fields.Tenant
    """The directory's GUID, or a domain verified there."""
    identities: Overrides | None = None
    """Who is linked there: names under identities:, or mappings that override this tenant."""
    tags: Names | None = None
    """Words to select by, as in --only tag:emea."""
    replaces: IdsOrAny | None = None
    """Foreign partner IDs that may be overwritten or removed here; any allows every one."""
    object_ids: Annotated[dict[fields.Name, fields.ObjectId], Field(min_length=1)] | None = None
    """For an identity's name, the object ID that its principal must have in this tenant."""
    key: fields.Key | None = None
    """A word for this customer in references to secrets; made from the name unless given."""
    client_id: fields.ClientId | None = None
    """The customer's own app registration, for identities with client_id: per_tenant."""
    expires_on: fields.Date | None = None
    """The day the credential of that app ends: a finding from 30 days before."""
    workload: Workload | None = None
    """azure (default) or power_platform: what the principal works on. It changes what is said about
    the link, never the link."""
    covers: Names | None = None
    """Customers that the links here serve by Azure Lighthouse: names, globs, GUIDs, domains, or
    tag:X. They need no identities of their own."""


class TagDefaults(Part):
    """What holds for each tenant with this tag that says nothing else itself."""

    partner: fields.Partner | None = None
    """The partner ID to link: an alias of partners:, or a quoted ID listed there."""
    identities: list[Override] | None = None
    """Who is linked; [] is nobody, for customers that Azure Lighthouse covers."""
    workload: Workload | None = None
    """azure (default) or power_platform: what the principal works on. It changes what is said about
    the link, never the link."""

    @model_validator(mode="after")
    def _says_something(self) -> "TagDefaults":
        if not self.model_fields_set:
            raise fields.refuse("says nothing; give it a value, or remove it", fields.MASKED)
        return self


class Defaults(Part):
    """What holds for each tenant that says nothing else."""

    partner: fields.Partner | None = None
    """The partner ID to link: an alias of partners:, or a quoted ID listed there."""
    identities: Overrides | None = None
    """Who is linked."""
    workload: Workload | None = None
    """azure (default) or power_platform: what the principal works on. It changes what is said about
    the link, never the link."""
    by_tag: Annotated[dict[fields.Name, TagDefaults], Field(min_length=1)] | None = None
    """For a tag, what holds for the tenants that carry it, before the defaults for all."""


class Limits(Part):
    """How much one run may do without being asked twice."""

    change_share: fields.Share = _LIMITS.change_share
    """Updates and removals, of the links observed as linked. For nightly --repair of all links that
    the file manages, in seven days."""
    remove_count: fields.Count = _LIMITS.remove_count
    """Removals."""
    remove_share: fields.Share = _LIMITS.remove_share
    """Removals, of the links observed. For nightly --repair of all links that the file manages, in
    seven days."""
    incomplete: fields.Share = _LIMITS.incomplete
    """Unreadable links, of all selected. For nightly --repair at most 20%."""
    new_partner_id: fields.Count = _LIMITS.new_partner_id
    """Creations and updates to an ID that no link carries yet and no name confirms."""
    change_count: fields.Count | None = _LIMITS.change_count
    """Changes in one run: no limit unless given. Updates and removals of seven days by
    nightly --repair: 200 unless given."""
    create_count: fields.Count = _LIMITS.create_count
    """Creations in one run of nightly --repair."""
    plan_age: fields.Duration = _LIMITS.plan_age
    """How old a saved plan may be."""
    attested_age: fields.Duration = _LIMITS.attested_age
    """How old an attestation may be before it is a finding."""


class History(Part):
    """Where runs are remembered: sqlite, a file on this machine; or {url: …}, a shared database."""

    url: Reference | None = None
    """Where the URL of a PostgreSQL database is to be found, for several machines to share:
    postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."""
    name: fields.Name = "default"
    """Which history of that database is this file's; of use where several files share one."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        if isinstance(value, str | Plain):
            if fields.raw(value) != SQLITE:
                raise fields.refuse(f"is unknown; write {SQLITE}, or {{url: {{env: NAME}}}}")
            return {}
        if isinstance(value, Table) and value.keys() <= {"name"}:
            raise fields.refuse("takes url: with a reference, or the word sqlite", fields.MASKED)
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(schema))
        mapping["required"] = ["url"]
        return {"description": mapping.pop("description"), "anyOf": [{"const": SQLITE}, mapping]}


class Notification(Part):
    """Somebody whom `nightly` tells of a change."""

    to: Reference
    """Where the URL of a service is to be found, as apprise has it: mailtos://…, slack://…."""
    when: list[When] = Field(default=[When.CHANGE], min_length=1)
    """What to be told of: change (default: all of the next four), drift, unreadable, failure,
    recovery; or always, each night."""
    after: fields.Nights = 1
    """For how many nights a link must have been unreadable before it is told of."""
    format: Literal["text", "markdown", "html"] = "text"
    """How the message is written."""


class FindingSettings(Part):
    """Which findings are reported."""

    ignore: Annotated[list[fields.FindingCode], Field(min_length=1)]
    """The codes of findings that no output reports."""


class Document(Part):
    """Which customer tenants should carry which partner ID."""

    model_config = ConfigDict(title="tenants.yaml of pal-reconcile")

    version: fields.Version
    """The version of this format."""
    id: fields.FileId | None = None
    """Names this file's journal, lock and history in the state directory, wherever the file is; its
    path does unless given. Lower-case letters, digits and -."""
    cloud: Cloud = "public"
    """The cloud that all tenants of this file are in."""
    include: Names | None = None
    """Files with more tenants, YAML or CSV, as globs relative to this file."""
    partners: Annotated[dict[fields.Alias, Partner], Field(min_length=1)] | None = None
    """The partner IDs this file may link, each under an alias. They are the ones that are ours."""
    identities: Annotated[dict[fields.Name, Identity], Field(min_length=1)] | None = None
    """How to sign in, each way under a name."""
    defaults: Defaults = Defaults()
    """What a tenant that does not say otherwise gets."""
    limits: Limits = Limits()
    """What a run may do without being asked twice."""
    heartbeat: Reference | None = None
    """Where the ping URL of a check is to be found, in the protocol of healthchecks.io. nightly
    tells it that it begins, and how it ended."""
    notify: Annotated[list[Notification], Field(min_length=1)] | None = None
    """Whom nightly tells of a change: new drift, newly unreadable, recovered, a run that failed."""
    findings: FindingSettings | None = None
    """Which findings are reported; all by default."""
    history: History = History()
    """Where runs are remembered: sqlite (default), in this machine's state directory; or
    {url: {env: NAME}}, a PostgreSQL database that several machines share."""
    tenants: list[Tenant] = Field(default_factory=list)
    """The customers, in the order in which every view lists them."""

    @cached_property
    def customer_index(self) -> SelectorIndex:
        """All tenants, for the selectors under covers:."""
        return SelectorIndex(
            Selectable((tenant.name,), (tenant.tenant,), keywords(tenant.tags or ()))
            for tenant in self.tenants
        )

    @cached_property
    def coverage(self) -> Mapping[int, tuple[int, ...]]:
        """For each tenant whose links serve others: their indexes, in the file's order."""
        index = self.customer_index
        return {
            home: index.union(tenant.covers, other_than=home)
            for home, tenant in enumerate(self.tenants)
            if tenant.covers
        }

    @cached_property
    def covered(self) -> frozenset[int]:
        """The indexes of all tenants that are served from another."""
        return frozenset().union(*self.coverage.values())


class _JsonSchema(GenerateJsonSchema):
    """Says nothing of null, which no key takes; shows defaults as the file would write them."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if not isinstance(found.get("default"), str | int):
            found.pop("default", None)
        return found

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, float):
            return f"{dft:.0%}"
        if isinstance(dft, timedelta):
            return f"{dft.days}d" if dft.days > 1 else f"{dft // timedelta(hours=1)}h"
        return super().encode_default(dft)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of tenants.yaml."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | Document.model_json_schema(schema_generator=_JsonSchema)
