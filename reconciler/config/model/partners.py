"""Model of `partners:`: the partner IDs that the file may link."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from reconciler.config.model import fields
from reconciler.config.model.identities import Part

NameOrNames = Annotated[
    Annotated[list[fields.Name], Field(min_length=1)],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {"type": ["string", "array"], "items": {"type": "string"}, "minLength": 1, "minItems": 1}
    ),
]


class Becomes(Part):
    """Another partner ID replaces this one from a given day, for example after a merger."""

    partner: fields.Partner
    """The partner that replaces it: another alias of partners:, or a quoted ID listed there."""
    begins: Annotated[fields.Date, Field(alias="from")]
    """The first day (UTC) on which links to this ID are changed to the other ID."""


class Partner(Part):
    """A partner ID that this file may link."""

    id: fields.PartnerId
    """The PartnerID of a location account, in quotes. Partner Center: Associated PartnerID."""
    name: NameOrNames | None = None
    """The partnerName that Azure must return for this ID: one name, or a list of accepted names."""
    becomes: Becomes | None = None
    """Another ID that replaces this one from a given day."""
