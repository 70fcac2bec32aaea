"""Model of tenants.yaml: its keys, defaults and descriptions.

It validates each field by itself. Checks that need the whole file are in `config/checks`.
"""

from collections.abc import Mapping
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
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from reconciler.config.model import fields, identity_fields
from reconciler.config.model.identities import Identity, Part, Reference
from reconciler.config.model.partners import Partner
from reconciler.config.model.run_settings import (
    CustomerSettings,
    FindingSettings,
    History,
    Limits,
    Notification,
)
from reconciler.core.access.values import Workload
from reconciler.core.links import WantedState
from reconciler.core.selectors import Selectable, SelectorIndex, keywords

ANY = "any"
"""The word for every foreign ID under `replaces:`."""


Cloud = Literal["public", "usgov", "china"]
Names = Annotated[list[fields.Name], Field(min_length=1)]
IdsOrAny = Annotated[
    Annotated[list[fields.Partner], Field(min_length=1)],
    BeforeValidator(lambda value: [ANY] if value == ANY else value),
    WithJsonSchema(
        {"anyOf": [{"const": ANY}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    ),
]


class Hold(Part):
    """Do not change a link until a given day. It is read and shown."""

    until: fields.Date
    """The first day (UTC) on which the link is managed again."""
    reason: fields.Name
    """The reason, as the plan shows it."""


class Attested(Part):
    """A person confirms a link that can no longer be read. It is listed, never read or changed."""

    partner: fields.Partner
    """The partner ID that the link had: an alias of partners:, or a quoted ID."""
    by: fields.Name
    """Who saw it."""
    on: fields.Date
    """The day they saw it. After limits.attested_age this is a finding."""
    note: fields.Name | None = None
    """Any further information."""


class TenantSettings(Part):
    """Settings of a tenant that one of its identities can override."""

    partner: fields.Partner | None = None
    """The partner ID to link: an alias of partners:, or a quoted ID listed there."""
    state: WantedState | None = None
    """linked (default); absent: remove our link; unmanaged: read and show, never change."""
    hold: Hold | None = None
    """Do not change the link until a given day."""
    attested: Attested | None = None
    """A person confirms a link that can no longer be read."""
    begins: Annotated[fields.Date | None, Field(alias="from")] = None
    """The first day (UTC) on which the link is wanted. Before, it is unmanaged."""
    until: fields.Date | None = None
    """The last day (UTC) on which the link is wanted. Afterwards it is absent."""


class Override(TenantSettings):
    """An identity of a tenant: its name, or a mapping that overrides the tenant's settings."""

    identity: fields.Name
    """The identity's name under identities:."""
    object_id: identity_fields.ObjectId | None = None
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
    """A customer's Microsoft Entra tenant and the links that are wanted there."""

    name: fields.Name
    """A unique name for the customer, as reports show it."""
    tenant: fields.Tenant
    """The tenant's GUID, or one of its verified domains."""
    identities: Overrides | None = None
    """Identities to link: names under identities:, or mappings that override this tenant."""
    tags: Names | None = None
    """Labels for selection, as in --only tag:emea."""
    replaces: IdsOrAny | None = None
    """Foreign partner IDs that may be replaced or removed here; any allows all."""
    object_ids: (
        Annotated[dict[fields.Name, identity_fields.ObjectId], Field(min_length=1)] | None
    ) = None
    """For each identity, by name: the object ID that its principal must have in this tenant."""
    key: fields.Key | None = None
    """The customer's part of references to secrets. By default it is derived from the name."""
    client_id: identity_fields.ClientId | None = None
    """The customer's own app registration, for identities with client_id: per_tenant."""
    expires_on: fields.Date | None = None
    """The day that app's credential expires. A finding from 30 days before."""
    workload: Workload | None = None
    """What the principal works on: azure (default) or power_platform. Affects findings and --access
    only."""
    environments: Annotated[list[fields.Environment], Field(min_length=1)] | None = None
    """Dataverse environments of a power_platform customer, as https://ORG.crm4.dynamics.com. With
    --access, they are asked whether the principal owns something there."""
    covers: Names | None = None
    """Customers served by these links through Azure Lighthouse: names, globs, GUIDs, domains, or
    tag:X. They need no identities of their own."""


class TagDefaults(Part):
    """Defaults for the tenants with this tag."""

    partner: fields.Partner | None = None
    """The partner ID to link: an alias of partners:, or a quoted ID listed there."""
    identities: list[Override] | None = None
    """Identities to link; [] for customers that are covered through Azure Lighthouse."""
    workload: Workload | None = None
    """What the principal works on: azure (default) or power_platform. Affects findings and --access
    only."""

    @model_validator(mode="after")
    def _says_something(self) -> "TagDefaults":
        if not self.model_fields_set:
            raise fields.refuse("is empty; set a value, or remove it", fields.MASKED)
        return self


class Defaults(Part):
    """Defaults for all tenants."""

    partner: fields.Partner | None = None
    """The partner ID to link: an alias of partners:, or a quoted ID listed there."""
    identities: Overrides | None = None
    """Identities to link."""
    workload: Workload | None = None
    """What the principal works on: azure (default) or power_platform. Affects findings and --access
    only."""
    by_tag: Annotated[dict[fields.Name, TagDefaults], Field(min_length=1)] | None = None
    """Defaults for the tenants with a tag. They take precedence over the defaults for all."""


class Document(Part):
    """Which customer tenants should carry which partner ID."""

    model_config = ConfigDict(title="tenants.yaml of pal-reconcile")

    version: fields.Version
    """The version of this format."""
    id: fields.FileId | None = None
    """An ID for this file's journal, lock and history in the state directory. By default they are
    identified by the file's path. Lower-case letters, digits and -."""
    cloud: Cloud = "public"
    """The cloud of all tenants in this file."""
    include: Names | None = None
    """Files with more tenants, YAML or CSV, as globs relative to this file."""
    partners: Annotated[dict[fields.Alias, Partner], Field(min_length=1)] | None = None
    """The partner IDs that this file may link, each under an alias. These IDs are yours."""
    identities: Annotated[dict[fields.Name, Identity], Field(min_length=1)] | None = None
    """The ways to sign in, each under a name."""
    defaults: Defaults = Defaults()
    """Defaults for tenants."""
    limits: Limits = Limits()
    """Limits of a run. Beyond them it needs an explicit --allow."""
    heartbeat: Reference | None = None
    """A reference to the ping URL of a check, in the protocol of healthchecks.io. nightly pings it
    at the start and at the end."""
    notify: Annotated[list[Notification], Field(min_length=1)] | None = None
    """Recipients of notifications from nightly: drift, unreadable links, recovery, failed runs."""
    customers: CustomerSettings | None = None
    """Where all your customers are listed: show, report and nightly report those that this file
    does not list."""
    findings: FindingSettings | None = None
    """The findings that are reported; all by default."""
    history: History = History()
    """Where the run history is stored: sqlite (default), in the state directory of this machine; or
    {url: {env: NAME}}, a PostgreSQL database that several machines share."""
    tenants: list[Tenant] = Field(default_factory=list)
    """The customers. Reports list them in this order."""

    @cached_property
    def customer_index(self) -> SelectorIndex:
        """All tenants, for the selectors under covers:."""
        return SelectorIndex(
            Selectable((tenant.name,), (tenant.tenant,), keywords(tenant.tags or ()))
            for tenant in self.tenants
        )

    @cached_property
    def coverage(self) -> Mapping[int, tuple[int, ...]]:
        """For each tenant whose links serve other tenants: the indexes of those, in file order."""
        return {
            home: self.customer_index.union(tenant.covers, other_than=home)
            for home, tenant in enumerate(self.tenants)
            if tenant.covers
        }

    @cached_property
    def covered(self) -> frozenset[int]:
        """The indexes of all tenants that are served by links of another tenant."""
        return frozenset().union(*self.coverage.values())
